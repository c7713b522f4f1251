//! Where the programs that we know are on this machine.

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use anyhow::{Result, anyhow, bail, ensure};

use super::checkout::root;
use super::{Found, Invocation, c_compiler, cargo, environment};
use crate::Program;

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
            ensure!(root.join(&script).is_file(), "no such file: {script}");
            let mut all = vec![OsString::from(script)];
            all.extend(os(args));
            Ok(python(all))
        }
        Program::C { name, args } => Ok(match c_program(root, &name, &[])? {
            Found::Run(invocation) => Found::Run(Invocation {
                args: os(args),
                ..invocation
            }),
            missing => missing,
        }),
        Program::Nginx { config } => {
            ensure!(root.join(&config).is_file(), "no such file: {config}");
            let mut all: Vec<_> = ["-e", "stderr", "-p", ".", "-c"].map(Into::into).into();
            all.push(config.into());
            Ok(of_the_system("nginx", all))
        }
        Program::Uwsgi { config } => {
            ensure!(root.join(&config).is_file(), "no such file: {config}");
            Ok(uwsgi(vec!["--ini".into(), config.into()]))
        }
        Program::Dnsmasq { config } => {
            ensure!(root.join(&config).is_file(), "no such file: {config}");
            let all = vec!["--no-daemon".into(), "-C".into(), config.into()];
            Ok(of_the_system("dnsmasq", all))
        }
        Program::Udhcpc { script } => {
            ensure!(root.join(&script).is_file(), "no such file: {script}");
            let mut all: Vec<_> = ["udhcpc", "-f", "-n", "-q", "-a200", "-s"]
                .map(Into::into)
                .into();
            all.push(script.into());
            Ok(busybox(all))
        }
        Program::Curl { args } => {
            // It must be the first argument: no `.curlrc` is read.
            let mut all = vec![OsString::from("-q")];
            all.extend(os(args));
            Ok(installed(&["curl"], all, "curl"))
        }
        Program::Exercise { args } => judge(root, os(args)),
        Program::Netcat { args } => Ok(installed(&["nc"], os(args), "netcat (nc)")),
    }
}

/// The program `examples/c/NAME.c`, built on first use, with these flags of the compiler beside the
/// usual ones.
///
/// # Errors
/// It does not compile, or there is no such file.
pub fn c_program(root: &Path, name: &str, flags: &[&str]) -> Result<Found> {
    if cfg!(windows) {
        let reason = "the C programs use POSIX, which Windows has in WSL only";
        return Ok(Found::Missing(reason.to_owned()));
    }
    let compiler = installed(&["cc"], Vec::new(), "a C compiler (cc)");
    let Found::Run(Invocation { program, args }) = compiler else {
        return Ok(compiler);
    };
    let program = c_compiler::build(&program, root, name, flags)?;
    Ok(Found::Run(Invocation { program, args }))
}

/// The judge of the exercises, built on first use; it judges a Python program here.
fn judge(root: &Path, args: Vec<OsString>) -> Result<Found> {
    if let Found::Missing(reason) = python(Vec::new()) {
        return Ok(Found::Missing(reason));
    }
    static JUDGE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let built = JUDGE.get_or_init(|| judge_of(root).map_err(|error| format!("{error:#}")));
    let program = built.clone().map_err(|error| anyhow!("{error}"))?;
    Ok(Found::Run(Invocation { program, args }))
}

fn judge_of(root: &Path) -> Result<PathBuf> {
    let built = cargo::build(root, &["--package", "exercise"])?;
    let judge = |made: &&cargo::Made| made.name == "exercise" && made.kind == "bin";
    match built.programs.iter().find(judge) {
        Some(made) => Ok(made.executable.clone()),
        None => Err(not_built("--package exercise", &built)),
    }
}

fn not_built(what: &str, built: &cargo::Build) -> anyhow::Error {
    let said: String = built.errors.iter().map(|(_, words)| &**words).collect();
    let (status, cargo) = (built.status, &built.said);
    anyhow!("cargo build {what}: {status}\n{said}{cargo}")
}

/// The executable of the example `name`, built on first use.
///
/// # Errors
/// The example does not build, or none has this name.
pub fn example(name: &str) -> Result<PathBuf> {
    examples(&root()?)?.executable(name)
}

/// What `cargo build --examples` made.
struct Examples {
    executables: BTreeMap<String, PathBuf>,
    /// The compiler's errors for each target that does not compile.
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
            "no example named {name}; known examples: {}",
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
    let built = cargo::build(root, &["--examples", "--keep-going"])?;
    if !built.status.success() && built.errors.is_empty() {
        return Err(not_built("--examples", &built));
    }
    let mut examples = Examples {
        executables: BTreeMap::new(),
        errors: BTreeMap::new(),
    };
    for made in built.programs {
        if made.kind == "example" {
            examples.executables.insert(made.name, made.executable);
        }
    }
    for (name, words) in built.errors {
        examples.errors.entry(name).or_default().push_str(&words);
    }
    Ok(examples)
}

fn os(args: Vec<String>) -> Vec<OsString> {
    args.into_iter().map(OsString::from).collect()
}

/// Python with these arguments: the interpreter itself. On some machines `python3` is a script that
/// looks for it by variables that a session does not get.
fn python(args: Vec<OsString>) -> Found {
    static PYTHON: OnceLock<Found> = OnceLock::new();
    let found = PYTHON.get_or_init(|| {
        let found = installed(&["python3", "python"], Vec::new(), "Python 3");
        let Found::Run(Invocation { program, .. }) = found else {
            return found;
        };
        let program = interpreter(&program).unwrap_or(program);
        let mut command = Command::new(&program);
        environment::of_a_session(&mut command);
        let starts = command.args(["-c", ""]).stdin(Stdio::null()).output();
        if starts.is_ok_and(|output| output.status.success()) {
            let args = Vec::new();
            return Found::Run(Invocation { program, args });
        }
        let program = program.display();
        Found::Missing(format!(
            "{program} does not start in the environment of a session (scripts/session/README.md lists it)"
        ))
    });
    match found.clone() {
        Found::Run(Invocation { program, .. }) => Found::Run(Invocation { program, args }),
        missing => missing,
    }
}

/// A server with these arguments. Debian keeps it where only root's `PATH` leads.
fn of_the_system(name: &str, args: Vec<OsString>) -> Found {
    let program = Path::new("/usr/sbin").join(name);
    match installed(&[name], args.clone(), name) {
        Found::Missing(_) if is_executable(&program) => Found::Run(Invocation { program, args }),
        found => found,
    }
}

/// uWSGI with these arguments, where it has the plugins of our configuration: Debian has a package
/// for each language, and elsewhere they may be built in, under no such name.
fn uwsgi(args: Vec<OsString>) -> Found {
    let found = installed(&["uwsgi"], args, "uWSGI");
    let Found::Run(Invocation { program, .. }) = &found else {
        return found;
    };
    let mut ask = Command::new(program);
    ask.args(["--need-plugin", "python3", "--need-plugin", "logfile"]);
    let asked = ask.arg("--version").stdin(Stdio::null()).output();
    if asked.is_ok_and(|output| output.status.success()) {
        return found;
    }
    let program = program.display();
    Found::Missing(format!(
        "{program} has no plugin python3 or no plugin logfile (Debian: uwsgi-plugin-python3)"
    ))
}

/// BusyBox with these arguments, if it has the two tools that they need: each build has others.
fn busybox(args: Vec<OsString>) -> Found {
    let found = installed(&["busybox"], args, "busybox");
    let Found::Run(Invocation { program, .. }) = &found else {
        return found;
    };
    let mut ask = Command::new(program);
    let asked = ask.arg("--list").stdin(Stdio::null()).output();
    let list = asked.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let has = |tool| {
        list.as_ref()
            .is_ok_and(|list| list.lines().any(|line| line == tool))
    };
    if has("udhcpc") && has("ip") {
        return found;
    }
    let program = program.display();
    Found::Missing(format!("{program} has no udhcpc or no ip"))
}

/// The executable that `python` says it is.
fn interpreter(python: &Path) -> Option<PathBuf> {
    let mut ask = Command::new(python);
    ask.args(["-IS", "-c", "import sys; print(sys.executable)"]);
    let output = ask.stdin(Stdio::null()).output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(said.trim_end())).filter(|path| path.is_file())
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
    fn a_program_that_is_not_installed_is_missing_and_not_an_error() {
        let found = installed(&["no-such-program"], Vec::new(), "such a program");
        let reason = "such a program is not installed on this machine";
        assert_eq!(found, Found::Missing(reason.to_owned()));
    }
}
