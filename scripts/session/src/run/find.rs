//! Where the programs that we know are on this machine.

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{OnceLock, mpsc};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde_json::Value;

use super::{Found, Invocation};
use crate::Program;

/// A cold build on a slow machine, or a wait for another build's lock.
const BUILD_DEADLINE: Duration = Duration::from_secs(15 * 60);

/// The program behind `command`, for a session that runs in `root`.
///
/// # Errors
/// The command is not one of ours, the example does not build, or the script does not exist.
pub fn find(command: &str, root: &Path) -> Result<Found> {
    match Program::parse(command)? {
        Program::Example { name, args } => {
            let program = examples(root)?.executable(&name)?;
            Ok(Found::Run(Invocation {
                program,
                args: os(args),
            }))
        }
        Program::Python { script, args } => {
            ensure!(root.join(&script).is_file(), "there is no {script}");
            let mut all = vec![OsString::from(script)];
            all.extend(os(args));
            Ok(installed(&["python3", "python"], all, "Python 3"))
        }
        Program::Curl { args } => Ok(installed(&["curl"], os(args), "curl")),
        Program::Exercise { args } => judge(root, os(args)),
        Program::Netcat { args } => Ok(installed(&["nc"], os(args), "netcat (nc)")),
    }
}

/// The judge of the exercises, built on first use; it judges a Python program here.
fn judge(root: &Path, args: Vec<OsString>) -> Result<Found> {
    if let Found::Missing(reason) = installed(&["python3", "python"], Vec::new(), "Python 3") {
        return Ok(Found::Missing(reason));
    }
    static JUDGE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let built = JUDGE.get_or_init(|| judge_of(root).map_err(|error| format!("{error:#}")));
    let program = built.clone().map_err(|error| anyhow!("{error}"))?;
    Ok(Found::Run(Invocation { program, args }))
}

fn judge_of(root: &Path) -> Result<PathBuf> {
    let words = ["build", "--package", "exercise", "--message-format=json"];
    let output = cargo(root, &words).context("run cargo build --package exercise")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut messages = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let executable = messages.find_map(|message| {
        let path = message["executable"].as_str()?;
        (message["target"]["name"] == "exercise").then(|| PathBuf::from(path))
    });
    executable.with_context(|| {
        let said = String::from_utf8_lossy(&output.stderr);
        format!(
            "cargo build --package exercise: {}\n{}",
            output.status,
            said.trim_end()
        )
    })
}

/// The executable of the example `name`, built on first use.
///
/// # Errors
/// The example does not build, or there is none of this name.
pub fn example(name: &str) -> Result<PathBuf> {
    examples(&root()?)?.executable(name)
}

/// The root of the repository: the directory with `book.toml`.
///
/// # Errors
/// Neither the place where this crate was compiled nor the current directory is inside it.
pub fn root() -> Result<PathBuf> {
    let here = env::current_dir().context("find the current directory")?;
    [Path::new(env!("CARGO_MANIFEST_DIR")), &here]
        .into_iter()
        .flat_map(Path::ancestors)
        .find(|directory| directory.join("book.toml").is_file())
        .map(Path::to_owned)
        .with_context(|| {
            format!(
                "no book.toml in {} or above: run this inside the workbook",
                here.display()
            )
        })
}

/// What `cargo build --examples` made.
struct Examples {
    executables: BTreeMap<String, PathBuf>,
    /// What the compiler said about each target that it refused.
    errors: BTreeMap<String, String>,
}

impl Examples {
    fn executable(&self, name: &str) -> Result<PathBuf> {
        if let Some(path) = self.executables.get(name) {
            return Ok(path.clone());
        }
        if let Some(errors) = self.errors.get(name) {
            bail!("the example {name} does not compile:\n{errors}");
        }
        if let Some((target, errors)) = self.errors.first_key_value() {
            bail!("the example {name} was not built; {target} does not compile:\n{errors}");
        }
        let known: Vec<_> = self.executables.keys().map(String::as_str).collect();
        bail!(
            "there is no example {name}; there are: {}",
            known.join(", ")
        )
    }
}

/// Builds once in each process; several sessions and tests then share the result.
fn examples(root: &Path) -> Result<&'static Examples> {
    static EXAMPLES: OnceLock<Result<Examples, String>> = OnceLock::new();
    EXAMPLES
        .get_or_init(|| build(root).map_err(|error| format!("{error:#}")))
        .as_ref()
        .map_err(|error| anyhow!("{error}"))
}

fn build(root: &Path) -> Result<Examples> {
    // One broken example must not fail the sessions of the others.
    let words = [
        "build",
        "--examples",
        "--keep-going",
        "--message-format=json",
    ];
    let output = cargo(root, &words).context("run cargo build --examples")?;
    let examples = messages(&String::from_utf8_lossy(&output.stdout));
    if !output.status.success() && examples.errors.is_empty() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!(
            "cargo build --examples: {}\n{}",
            output.status,
            said.trim_end()
        );
    }
    Ok(examples)
}

fn cargo(root: &Path, words: &[&str]) -> Result<Output> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(words).current_dir(root).stdin(Stdio::null());
    output_of(command)
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
        anyhow!("not done in {minutes} minutes; does another cargo hold its lock?")
    })?;
    Ok(output?)
}

/// What cargo's messages, one JSON value on each line, say about the examples.
fn messages(text: &str) -> Examples {
    let mut examples = Examples {
        executables: BTreeMap::new(),
        errors: BTreeMap::new(),
    };
    for message in text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
    {
        let Some(name) = message["target"]["name"].as_str() else {
            continue;
        };
        let is_example = message["target"]["kind"][0] == "example";
        if let (true, Some(path)) = (is_example, message["executable"].as_str()) {
            examples.executables.insert(name.to_owned(), path.into());
        } else if message["message"]["level"] == "error" {
            let rendered = message["message"]["rendered"].as_str().unwrap_or_default();
            examples
                .errors
                .entry(name.to_owned())
                .or_default()
                .push_str(rendered);
        }
    }
    examples
}

fn os(args: Vec<String>) -> Vec<OsString> {
    args.into_iter().map(OsString::from).collect()
}

fn installed(names: &[&str], args: Vec<OsString>, what: &str) -> Found {
    let path = env::var_os("PATH").unwrap_or_default();
    // `python3` has other names on Windows only.
    let names = if cfg!(windows) { names } else { &names[..1] };
    match names.iter().find_map(|name| look_up(name, &path)) {
        Some(program) => Found::Run(Invocation { program, args }),
        None => Found::Missing(format!("{what} is not installed on this machine")),
    }
}

/// The executable `name` in one of the directories of `path`, the value of `PATH`.
#[must_use]
pub fn look_up(name: &str, path: &OsStr) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(path)
        .map(|directory| directory.join(&file))
        .find(|file| is_executable(file))
}

#[cfg(unix)]
fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata()
        .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(file: &Path) -> bool {
    file.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn executables_and_errors_are_read_from_the_messages_of_cargo() {
        let examples = messages(
            r#"
{"reason":"compiler-artifact","target":{"kind":["lib"],"name":"common"},"executable":null}
{"reason":"compiler-artifact","target":{"kind":["example"],"name":"a"},"executable":"/t/a"}
{"reason":"compiler-message","target":{"kind":["example"],"name":"a"},"message":{"level":"warning","rendered":"w"}}
{"reason":"compiler-message","target":{"kind":["example"],"name":"b"},"message":{"level":"error","rendered":"error: x\n"}}
not json
{"reason":"build-finished","success":false}"#,
        );
        assert_eq!(examples.executable("a").unwrap(), Path::new("/t/a"));
        let error = examples.executable("b").unwrap_err().to_string();
        assert_eq!(error, "the example b does not compile:\nerror: x\n");
    }

    #[test]
    fn a_program_that_is_not_installed_is_missing_and_not_an_error() {
        let found = installed(&["no-such-program"], Vec::new(), "such a program");
        let reason = "such a program is not installed on this machine";
        assert_eq!(found, Found::Missing(reason.to_owned()));
    }
}
