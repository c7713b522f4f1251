//! Plays a session on hosts of its own and records the wire between them.
//!
//! Each host is a thread in a network namespace ([`host`]), each wire a switch of ours between
//! TAP devices ([`wire`]); [`lab`] puts them together and plays the session there. A recording is
//! data until [`pcapng`] makes a file of it. No namespace has a name: the kernel takes everything
//! back when this process ends, however it ends.

#![cfg(target_os = "linux")]

pub mod cli;
pub mod host;
pub mod job;
pub mod lab;
mod loss;
pub mod messages;
pub mod pcapng;
pub mod preflight;
pub mod wire;
