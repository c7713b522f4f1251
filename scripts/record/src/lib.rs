//! Plays a session on hosts of its own and records the wire between them.
//!
//! Each host is a thread in a network namespace ([`host`]), each wire a switch of ours between
//! TAP devices ([`wire`]); [`lab`] puts them together and plays the session there. A recording is
//! data until [`pcapng`] makes a file of it. No namespace has a name: the kernel takes everything
//! back when this process ends, however it ends.

#[cfg(target_os = "linux")]
pub mod cli;
#[cfg(target_os = "linux")]
pub mod ground;
#[cfg(target_os = "linux")]
pub mod host;
#[cfg(target_os = "linux")]
pub mod lab;
#[cfg(target_os = "linux")]
mod loss;
#[cfg(target_os = "linux")]
pub mod pcapng;
#[cfg(target_os = "linux")]
pub mod same;
#[cfg(target_os = "linux")]
pub mod wire;
#[cfg(target_os = "linux")]
pub mod words;
