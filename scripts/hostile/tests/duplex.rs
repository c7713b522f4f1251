//! Attacks on `02_duplex`, in each language in which it is written: one table, three programs.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![allow(
    clippy::duplicate_mod,
    reason = "the attacks are the same for each language"
)]

#[path = "support/program.rs"]
mod program;

/// Built with the sanitizers: what is wrong with its memory ends it.
#[cfg(unix)]
#[path = "duplex/attacks.rs"]
mod c;
#[path = "duplex/attacks.rs"]
mod python;
#[path = "duplex/attacks.rs"]
mod rust;
