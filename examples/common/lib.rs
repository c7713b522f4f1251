//! What the numbered examples share. At most 100 lines.
