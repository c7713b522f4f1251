//! Attacks on `06_timeouts`, in each language in which it is written: one table, two programs.
//! And on `06_heartbeat.py`, which is Python alone.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![allow(
    clippy::duplicate_mod,
    reason = "the attacks are the same for each language"
)]

#[path = "support/program.rs"]
mod program;

#[path = "timeouts/heartbeat.rs"]
mod heartbeat;
#[path = "timeouts/attacks.rs"]
mod python;
#[path = "timeouts/attacks.rs"]
mod rust;
