//! A folder that cannot be written, as a checkout on a read-only medium is.
//!
//! For the tests of several packages. An ordinary user is refused by permissions; root, whom they
//! do not stop, by a read-only mount that one program alone sees.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Mounts the folder read-only over itself, then becomes the program.
const MOUNT_SCRIPT: &str =
    r#"mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && cd "$PWD" && exec "$@""#;

/// A folder that cannot be written as long as this lives.
pub(crate) struct Locked {
    folder: PathBuf,
    mounts: bool,
}

impl Locked {
    /// Locks the folder; `None`, with the reason printed, where this machine cannot do it.
    pub(crate) fn new(folder: &Path) -> Option<Self> {
        let folder = folder.canonicalize().unwrap();
        let mut locked = Self {
            folder,
            mounts: false,
        };
        locked.permit("a-w");
        let refuses = "! touch \"$0/.probe\" 2>/dev/null";
        let run = |command: &mut Command| command.status().is_ok_and(|status| status.success());
        if run(Command::new("sh").args(["-c", refuses]).arg(&locked.folder)) {
            return Some(locked);
        }
        let _ = std::fs::remove_file(locked.folder.join(".probe"));
        locked.mounts = true;
        let folder = locked
            .folder
            .clone()
            .into_os_string()
            .into_string()
            .unwrap();
        if run(&mut locked.command("sh", &["-c", refuses, &folder])) {
            return Some(locked);
        }
        println!("skipped: root writes everywhere, and this machine makes no private mounts");
        None
    }

    /// A command that starts the program with these arguments, and cannot write to the folder.
    pub(crate) fn command(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(if self.mounts { "unshare" } else { program });
        if self.mounts {
            command
                .args(["--mount", "sh", "-c", MOUNT_SCRIPT])
                .arg(&self.folder);
            command.arg(program);
        }
        command.args(args);
        command
    }

    fn permit(&self, mode: &str) {
        let mut command = Command::new("chmod");
        let _ = command.args(["-R", mode]).arg(&self.folder).status();
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        self.permit("u+w");
    }
}
