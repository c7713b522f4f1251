//! Attacks on `08_addresses`, in both languages in which it is written: one table, two programs.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![allow(
    clippy::duplicate_mod,
    reason = "the attacks are the same for each language"
)]

#[path = "support/program.rs"]
mod program;

#[path = "addresses/attacks.rs"]
mod python;
#[path = "addresses/attacks.rs"]
mod rust;
