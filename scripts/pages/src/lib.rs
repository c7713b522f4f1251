//! The book's pages: twins, sessions, code and figures become one bilingual page each.
