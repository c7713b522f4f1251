//! What recording needs from this machine: network namespaces, TAP devices and `ip`; where a router
//! refuses with RST, also `nft`.
//!
//! An ordinary user gets a user namespace, where the system allows one: there they may make
//! network namespaces of their own, and nothing outside changes.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Context, Result, anyhow, ensure};
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{Gid, Uid};
use tun_rs::{DeviceBuilder, Layer};

/// The device that makes TAP devices.
const TUN_PATH: &str = "/dev/net/tun";

/// Niceness of the recorder: ahead of the other work of this machine.
const RECORDER_NICENESS: i32 = -10;

/// Where Debian has the programs of the administrator, which an ordinary user's `PATH` does not name.
const SYSTEM_PATHS: [&str; 2] = ["/usr/sbin", "/sbin"];

/// What this machine lacks, to record at all or to record one capture.
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
    /// For one capture: a program of its session is not installed. What is missing.
    Program(String),
    /// For one capture: no `nft`, or a kernel that has no such rules.
    Nft(String),
    /// For one capture: a kernel before Linux 6.5 retransmits a lost SYN at other times.
    SynTimeouts,
}

/// Prepares this process, which must have one thread, and tries everything once.
///
/// # Errors
/// The first thing that is missing.
pub fn prepare() -> Result<(), Lack> {
    if find("ip").is_none() {
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

/// Tries `nft` in a namespace of its own.
///
/// # Errors
/// It is not installed, or this kernel lacks what it needs.
pub fn try_nft() -> Result<(), Lack> {
    let tried = thread::spawn(list_tables).join();
    let tried = tried.unwrap_or_else(|_| Err(anyhow!("the thread that tried it ended")));
    tried.map_err(|why| Lack::Nft(format!("{why:#}")))
}

fn list_tables() -> Result<()> {
    unshare(CloneFlags::CLONE_NEWNET).context("make a network namespace")?;
    let mut nft = nft()?;
    let output = nft.args(["list", "tables"]).output().context("run nft")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}", said.trim_end());
    Ok(())
}

/// The command `nft`.
///
/// # Errors
/// It is not installed.
pub fn nft() -> Result<Command> {
    find("nft").map(Command::new).context("no nft is installed")
}

fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let directories = env::split_paths(&path).chain(SYSTEM_PATHS.map(PathBuf::from));
    let mut files = directories.map(|directory| directory.join(program));
    files.find(|file| file.is_file())
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
