//! Attacks on `18_websocket`, in each language in which it is written: one table, two programs. And a
//! library that is in wide use, as the peer of both.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![allow(
    clippy::duplicate_mod,
    reason = "the attacks are the same for each language"
)]

#[path = "websocket/guest.rs"]
mod guest;
#[path = "support/program.rs"]
mod program;

#[path = "websocket/attacks.rs"]
mod python;
#[path = "websocket/attacks.rs"]
mod rust;
