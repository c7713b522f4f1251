//! Attacks on `05_closing`, in each language in which it is written: one table, two programs.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![allow(
    clippy::duplicate_mod,
    reason = "the attacks are the same for each language"
)]

#[path = "support/program.rs"]
mod program;

#[path = "closing/attacks.rs"]
mod python;
#[path = "closing/attacks.rs"]
mod rust;

/// What only the program in Python has.
#[cfg(unix)]
#[path = "closing/python_alone.rs"]
mod python_alone;
