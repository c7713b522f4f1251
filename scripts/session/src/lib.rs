//! The session notation: what happens in each terminal, in order.
//!
//! [`script`] parses a `.session` file (pure), `program` maps a command line to a program
//! that we know (pure), `run` runs a session against the real programs (feature `run`, on by
//! default). ARCHITECTURE.md defines the notation.

pub mod script;

pub use script::{Action, ParseError, Session, Status, Step, Text};
