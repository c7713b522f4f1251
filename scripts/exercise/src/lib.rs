//! The judge: plays a check against a learner's program, and says what happened.
//!
//! [`check`] parses `check.session` (pure), [`build`] makes a program of a Rust file, [`play`]
//! runs every variant against it, [`verdict`] is what was seen (data), [`report`] puts it into
//! words (pure). ARCHITECTURE.md defines the notation.

pub mod build;
pub mod check;
pub mod play;
pub mod report;
pub mod verdict;

pub use check::Check;
pub use session::script::line::Language;
