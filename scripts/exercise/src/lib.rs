//! The judge: plays a check against a learner's program, and says what happened.
//!
//! [`check`] parses `check.session` (pure), [`build`] makes a program of a Rust file, [`play`]
//! runs every variant against it, [`verdict`] is what was seen (data), [`report`] puts it into
//! words (pure). ARCHITECTURE.md defines the notation.
//!
//! [`flow`] is what a learner works with, around it: [`course`] knows where the files are,
//! [`progress`] what was done, `text` what the pages say (pure).

pub mod build;
pub mod check;
pub mod course;
#[cfg(feature = "flow")]
pub mod flow;
pub mod play;
pub mod progress;
pub mod report;
#[cfg(feature = "flow")]
mod text;
pub mod verdict;

pub use check::Check;
pub use session::script::line::Language;
