//! The session notation: parse it (pure) and run it (processes).
