//! What recording needs from this machine: network namespaces, TAP devices and `ip`.
//!
//! An ordinary user gets a user namespace, where the system allows one: there they may make
//! network namespaces of their own, and nothing outside changes.

use std::env;
use std::fs;
use std::io;
use std::path::Path;
use std::thread;

use nix::sched::{CloneFlags, unshare};
use nix::unistd::{Gid, Uid};
use tun_rs::{DeviceBuilder, Layer};

/// The device that makes TAP devices.
const TUN_PATH: &str = "/dev/net/tun";

/// Niceness of the recorder: ahead of the other work of this machine.
const RECORDER_NICENESS: i32 = -10;

/// What this machine lacks.
#[derive(Debug)]
pub enum Lack {
    /// No `ip` in the `PATH`.
    Ip,
    /// No `/dev/net/tun`.
    Tun,
    /// Not root, and no user namespace.
    UserNamespace(io::Error),
    /// No network namespace.
    Namespace(io::Error),
    /// `/dev/net/tun` cannot make a device.
    Device(io::Error),
}

/// Prepares this process, which must have one thread, and tries everything once.
///
/// # Errors
/// The first thing that is missing.
pub fn prepare() -> Result<(), Lack> {
    if !has_ip() {
        return Err(Lack::Ip);
    }
    if !Path::new(TUN_PATH).exists() {
        return Err(Lack::Tun);
    }
    if !Uid::effective().is_root() {
        become_root_inside().map_err(Lack::UserNamespace)?;
    }
    // On a busy machine, an answer that is late is sent twice. Where this is not permitted, it
    // records all the same.
    let _ = rustix::process::setpriority_process(None, RECORDER_NICENESS);
    // The namespace ends with the thread.
    thread::spawn(try_everything)
        .join()
        .unwrap_or_else(|_| Err(Lack::Namespace(io::ErrorKind::Other.into())))
}

fn has_ip() -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|directory| directory.join("ip").is_file())
}

/// A user namespace in which we are root, and everyone else is nobody.
fn become_root_inside() -> io::Result<()> {
    let (user, group) = (Uid::effective(), Gid::effective());
    unshare(CloneFlags::CLONE_NEWUSER)?;
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/uid_map", format!("0 {user} 1"))?;
    fs::write("/proc/self/gid_map", format!("0 {group} 1"))
}

fn try_everything() -> Result<(), Lack> {
    unshare(CloneFlags::CLONE_NEWNET).map_err(|error| Lack::Namespace(error.into()))?;
    let device = DeviceBuilder::new().layer(Layer::L2).enable(false);
    device.build_sync().map(drop).map_err(Lack::Device)
}
