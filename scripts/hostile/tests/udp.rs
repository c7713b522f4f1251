//! Attacks on `09_udp`, in each language in which it is written: one table, three programs.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![allow(
    clippy::duplicate_mod,
    reason = "the attacks are the same for each language"
)]

/// What the programs are compared with: the parts of the Rust one.
#[path = "../../../examples/09_udp/heard.rs"]
mod heard;
#[allow(dead_code, reason = "only what it reads is compared")]
#[path = "../../../examples/09_udp/message.rs"]
mod message;
#[path = "support/program.rs"]
mod program;

/// Built with the sanitizers: what is wrong with its memory ends it.
#[cfg(unix)]
#[path = "udp/attacks.rs"]
mod c;
#[path = "udp/attacks.rs"]
mod python;
#[path = "udp/attacks.rs"]
mod rust;
