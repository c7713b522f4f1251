//! Attacks on `03_threaded_server`, in each language in which it is written: one table, three programs.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![allow(
    clippy::duplicate_mod,
    reason = "the attacks are the same for each language"
)]

#[path = "support/program.rs"]
mod program;

use std::sync::RwLock;

/// Two thousand threads leave no time for a test that measures time: they have the machine alone.
static MACHINE: RwLock<()> = RwLock::new(());

/// Built with the sanitizers: what is wrong with its memory ends it.
#[path = "chat_room/attacks.rs"]
mod c;
#[path = "chat_room/attacks.rs"]
mod python;
#[path = "chat_room/attacks.rs"]
mod rust;
