//! Attacks on `07_options`, in each language in which it is written: one table, two programs.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![allow(
    clippy::duplicate_mod,
    reason = "the attacks are the same for each language"
)]

#[path = "support/program.rs"]
mod program;

#[path = "options/attacks.rs"]
mod python;
#[path = "options/attacks.rs"]
mod rust;
