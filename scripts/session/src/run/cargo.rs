//! Builds with cargo, and finds what it has built. Where that is depends on variables and on
//! configuration files above and beside the checkout, so it is never guessed: a program is run only
//! if a message of this build names it.

use std::env;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use serde_json::Value;

/// How long a build may take: a cold one on a slow machine, or one that waits for another's lock.
const BUILD_DEADLINE: Duration = Duration::from_secs(15 * 60);

/// Number of bytes at the start of an executable that say what kind of machine it is for.
const EXECUTABLE_HEAD_BYTES: usize = 20;

/// The outcome of a build.
#[derive(Debug)]
pub struct Build {
    /// How cargo ended.
    pub status: ExitStatus,
    /// The programs that it built, or found up to date.
    pub programs: Vec<Made>,
    /// The compiler's errors: the name of the target, and the text.
    pub errors: Vec<(String, String)>,
    /// What cargo wrote to stderr.
    pub said: String,
}

/// A program that was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The target's name.
    pub name: String,
    /// `bin`, `example`, …
    pub kind: String,
    /// Where it is.
    pub executable: PathBuf,
    /// Whether cargo found it up to date, and did not build it again.
    pub fresh: bool,
}

/// The cargo that runs this program.
#[must_use]
pub fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs `cargo build` with these arguments in `root`, for this machine even where the user builds
/// for another one.
///
/// # Errors
/// Cargo does not start, or has not ended after a quarter of an hour.
pub fn build(root: &Path, words: &[&str]) -> Result<Build> {
    let command = || {
        let mut command = cargo();
        command.arg("build").args(words).current_dir(root);
        command.arg("--message-format=json");
        command
    };
    let built = run(command())?;
    let foreign = |made: &Made| is_foreign(&made.executable);
    // E0463: there is no standard library for that machine here.
    let no_library = |(_, words): &(String, String)| words.contains("E0463");
    if !built.programs.iter().any(foreign) && !built.errors.iter().any(no_library) {
        return Ok(built);
    }
    let mut again = command();
    again.arg("--target").arg(host(root)?);
    run(again)
}

/// Runs a build whose messages are JSON.
///
/// # Errors
/// As [`build`].
pub fn run(mut command: Command) -> Result<Build> {
    command.stdin(Stdio::null());
    let output = output_of(command).context("run cargo build")?;
    let (programs, errors) = messages(&String::from_utf8_lossy(&output.stdout));
    Ok(Build {
        status: output.status,
        programs,
        errors,
        said: String::from_utf8_lossy(&output.stderr)
            .trim_end()
            .to_owned(),
    })
}

/// The target of this machine, as cargo in `root` names it.
///
/// # Errors
/// Cargo does not start, or its answer does not name it.
pub fn host(root: &Path) -> Result<String> {
    let mut command = cargo();
    command.arg("-vV").current_dir(root).stdin(Stdio::null());
    let output = output_of(command).context("run cargo -vV")?;
    let said = String::from_utf8_lossy(&output.stdout);
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("cargo -vV does not name its host")?;
    Ok(host.trim().to_owned())
}

/// Where cargo builds the checkout in `root`.
///
/// # Errors
/// Cargo does not start, or its answer does not name it.
pub fn target_directory(root: &Path) -> Result<PathBuf> {
    let mut command = cargo();
    command
        .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
        .current_dir(root)
        .stdin(Stdio::null());
    let output = output_of(command).context("run cargo metadata")?;
    let said = || {
        String::from_utf8_lossy(&output.stderr)
            .trim_end()
            .to_owned()
    };
    let metadata: Value = serde_json::from_slice(&output.stdout).with_context(said)?;
    let place = metadata["target_directory"].as_str().with_context(said)?;
    Ok(place.into())
}

/// Runs `command`, a build, to its end.
///
/// # Errors
/// It does not start, or has not ended after a quarter of an hour.
pub fn output_of(mut command: Command) -> Result<Output> {
    let (done, result) = mpsc::channel();
    thread::spawn(move || done.send(command.output()));
    let output = result.recv_timeout(BUILD_DEADLINE).map_err(|_| {
        let minutes = BUILD_DEADLINE.as_secs() / 60;
        anyhow!("not finished after {minutes} minutes; is another cargo holding the lock?")
    })?;
    Ok(output?)
}

/// The programs and the errors in cargo's messages, one JSON value per line.
fn messages(text: &str) -> (Vec<Made>, Vec<(String, String)>) {
    let (mut programs, mut errors) = (Vec::new(), Vec::new());
    for message in text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
    {
        let Some(name) = message["target"]["name"].as_str() else {
            continue;
        };
        let kind = message["target"]["kind"][0].as_str().unwrap_or_default();
        if let Some(path) = message["executable"].as_str() {
            programs.push(Made {
                name: name.to_owned(),
                kind: kind.to_owned(),
                executable: path.into(),
                fresh: message["fresh"] == true,
            });
        } else if message["message"]["level"] == "error" {
            let rendered = message["message"]["rendered"].as_str().unwrap_or_default();
            errors.push((name.to_owned(), rendered.to_owned()));
        }
    }
    (programs, errors)
}

/// Whether the program at `path` is for another kind of machine than this one, judging by the first
/// bytes of both.
fn is_foreign(path: &Path) -> bool {
    let head = |path: &Path| {
        let mut head = Vec::new();
        let file = File::open(path).ok()?;
        file.take(EXECUTABLE_HEAD_BYTES as u64)
            .read_to_end(&mut head)
            .ok()?;
        kind(&head)
    };
    let own = env::current_exe().ok();
    match (own.and_then(|own| head(&own)), head(path)) {
        (Some(own), Some(other)) => own != other,
        _ => false,
    }
}

/// What the first bytes of an executable say of its machine.
fn kind(head: &[u8]) -> Option<Vec<u8>> {
    match head {
        // ELF: the width and the order of its numbers, then the machine.
        [0x7f, b'E', b'L', b'F', width, order, ..] => {
            let mut kind = vec![b'E', *width, *order];
            kind.extend(head.get(18..20)?);
            Some(kind)
        }
        [b'M', b'Z', ..] => Some(b"MZ".to_vec()),
        // Mach-O on little-endian machines: the kind of processor follows.
        [0xcf, 0xfa, 0xed, 0xfe, ..] => Some(head.get(..8)?.to_vec()),
        [_, _, _, _, ..] => Some(head[..4].to_vec()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_and_errors_are_read_from_the_messages_of_cargo() {
        let (programs, errors) = messages(
            r#"
{"reason":"compiler-artifact","target":{"kind":["lib"],"name":"common"},"executable":null}
{"reason":"compiler-artifact","target":{"kind":["example"],"name":"a"},"executable":"/t/a","fresh":true}
{"reason":"compiler-message","target":{"kind":["example"],"name":"a"},"message":{"level":"warning","rendered":"w"}}
{"reason":"compiler-message","target":{"kind":["example"],"name":"b"},"message":{"level":"error","rendered":"error: x\n"}}
not json
{"reason":"build-finished","success":false}"#,
        );
        let made = Made {
            name: "a".to_owned(),
            kind: "example".to_owned(),
            executable: "/t/a".into(),
            fresh: true,
        };
        assert_eq!(programs, [made]);
        assert_eq!(errors, [("b".to_owned(), "error: x\n".to_owned())]);
    }

    #[test]
    fn a_program_for_another_machine_is_recognized_by_its_first_bytes() {
        let elf = |width, machine| {
            let mut head = b"\x7fELF\x00\x01\x01\x00".to_vec();
            head[4] = width;
            head.resize(18, 0);
            head.extend([machine, 0]);
            kind(&head)
        };
        assert_eq!(elf(2, 62), elf(2, 62));
        for other in [
            elf(2, 183),
            elf(1, 62),
            kind(b"MZ\x90\x00"),
            kind(b"\0asm\x01"),
        ] {
            assert!(other.is_some() && other != elf(2, 62), "{other:?}");
        }
        // Linkers for Windows differ in the bytes that follow.
        assert_eq!(kind(b"MZ\x90\x00"), kind(b"MZ\x78\x00"));
        assert!(!is_foreign(&env::current_exe().unwrap()));
    }
}
