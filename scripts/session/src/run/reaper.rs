//! Ends the programs of a runner that was itself killed.
//!
//! A runner that dies by ^C or SIGKILL cannot end anything, and a server left behind would
//! keep its port and fail every later session. So a shell waits on a pipe that only the runner
//! holds: when the pipe closes, it ends every process group that is still listed. A child becomes
//! its program only after it has been listed.

#[cfg(unix)]
mod platform {
    use std::io::Write;
    use std::os::unix::process::CommandExt;
    use std::process::{ChildStdin, Command, Stdio};
    use std::sync::{LazyLock, Mutex, PoisonError};

    const SCRIPT: &str = r#"
groups=' '
while read -r sign group; do
    case $sign in
        +) groups="$groups$group " ;;
        -) groups="${groups%% "$group" *} ${groups#* "$group" }" ;;
    esac
done
for group in $groups; do kill -s KILL -- "-$group"; done
"#;

    /// Stdin of the shell that waits; `None` where it cannot start: sessions run all the same.
    static REAPER: LazyLock<Mutex<Option<ChildStdin>>> = LazyLock::new(|| Mutex::new(start()));

    fn start() -> Option<ChildStdin> {
        Command::new("/bin/sh")
            .args(["-c", SCRIPT])
            // Without the user's options for the shell.
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Out of reach of the ^C that ends the runner.
            .process_group(0)
            .spawn()
            .ok()?
            .stdin
    }

    fn tell(sign: char, group: u32) {
        let mut reaper = REAPER.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pipe) = reaper.as_mut()
            && pipe
                .write_all(format!("{sign} {group}\n").as_bytes())
                .is_err()
        {
            *reaper = None;
        }
    }

    /// Starts the shell, which takes milliseconds, before there is anything to list.
    pub(in super::super) fn stand_by() {
        LazyLock::force(&REAPER);
    }

    pub(in super::super) fn watch(group: u32) {
        tell('+', group);
    }

    pub(in super::super) fn forget(group: u32) {
        tell('-', group);
    }
}

#[cfg(not(unix))]
mod platform {
    pub(in super::super) fn stand_by() {}
    pub(in super::super) fn watch(_group: u32) {}
    pub(in super::super) fn forget(_group: u32) {}
}

pub(super) use platform::{forget, stand_by, watch};
