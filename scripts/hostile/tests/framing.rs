//! Attacks on `04_framing`, in both languages in which it is written: one table, two programs; and its
//! parsers alone, against bytes of every kind. `FRAMING_CASES=1000000` for a long run.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![allow(
    clippy::duplicate_mod,
    reason = "the attacks are the same for each language"
)]

#[path = "framing/parsers.rs"]
mod parsers;
#[path = "support/program.rs"]
mod program;
#[path = "framing/attacks.rs"]
mod python;
#[path = "framing/attacks.rs"]
mod rust;
