//! What a program finds in its environment.
//!
//! A session shows the same on every machine, so its programs get an environment that is listed
//! here. A learner's program gets its user's, as when it is started by hand, without what would
//! make it behave otherwise than elsewhere. The README has both lists, and a test keeps them in
//! step.

use std::env;
use std::ffi::{OsStr, OsString};
use std::process::Command;

/// What a program of a session takes from its user: what each system needs to run programs.
pub const KEPT_VARIABLES: &[&str] = if cfg!(windows) {
    WINDOWS
} else {
    &["PATH", "TMPDIR"]
};

const WINDOWS: &[&str] = &[
    "PATH",
    "PATHEXT",
    "SystemRoot",
    "SystemDrive",
    "windir",
    "ComSpec",
    "TEMP",
    "TMP",
    "USERPROFILE",
    "LOCALAPPDATA",
    "ProgramData",
    "NUMBER_OF_PROCESSORS",
    "PROCESSOR_ARCHITECTURE",
];

/// What every program is given: no colors, unbuffered output, UTF-8, no backtraces.
pub const SET_VARIABLES: &[(&str, &str)] = &[
    ("NO_COLOR", "1"),
    ("PYTHONUNBUFFERED", "1"),
    ("PYTHONUTF8", "1"),
    ("PYTHONIOENCODING", "utf-8"),
    ("PYTHONDONTWRITEBYTECODE", "1"),
    ("RUST_BACKTRACE", "0"),
];

/// What every program is given on Unix as well, where the locale is in the environment.
const SET_VARIABLE_ON_UNIX: (&str, &str) = ("LC_ALL", "C.UTF-8");

/// What a program of a session is given as well: Python without its user's own packages, and on
/// Unix a home directory without settings.
const SET_VARIABLES_OF_A_SESSION: &[(&str, &str)] = &[("PYTHONNOUSERSITE", "1")];
const SESSION_HOME: &str = "/nonexistent";

/// What a learner's program does not get. A word that ends with `*` is the beginning of a name;
/// case does not matter.
pub const REMOVED_VARIABLES: &[&str] = &[
    // Would redirect a connection.
    "http_proxy",
    "https_proxy",
    "ftp_proxy",
    "all_proxy",
    "no_proxy",
    // Colors and languages.
    "FORCE_COLOR",
    "CLICOLOR_FORCE",
    "PYTHON_COLORS",
    "LANGUAGE",
    // Would print more, wait, or stop where nothing is wrong.
    "RUST_LOG",
    "RUST_LIB_BACKTRACE",
    "PYTHONSTARTUP",
    "PYTHONINSPECT",
    "PYTHONVERBOSE",
    "PYTHONDEBUG",
    "PYTHONPROFILEIMPORTTIME",
    "PYTHONWARNINGS",
    "NODE_OPTIONS",
    "NODE_DEBUG",
    "VSCODE_INSPECTOR_OPTIONS",
    "LD_DEBUG*",
    "LD_TRACE_LOADED_OBJECTS",
    "SHELLOPTS",
    "BASHOPTS",
    "BASH_ENV",
    "BASH_FUNC_*",
    "ENV",
    // Would change how much memory it holds, or load other code into it.
    "MALLOC_*",
    "GLIBC_TUNABLES",
    "PYTHONMALLOC",
    "PYTHONTRACEMALLOC",
    "LD_PRELOAD",
    "LD_AUDIT",
    "DYLD_INSERT_LIBRARIES",
    "SSLKEYLOGFILE",
    // What cargo says to the programs that it runs, the judge among them.
    "CARGO",
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_MANIFEST_LINKS",
    "CARGO_PKG_*",
    "CARGO_CRATE_NAME",
    "CARGO_BIN_*",
    "CARGO_PRIMARY_PACKAGE",
    "CARGO_TARGET_TMPDIR",
    "CARGO_MAKEFLAGS",
    "OUT_DIR",
    "RUSTUP_TOOLCHAIN",
    "RUSTUP_TOOLCHAIN_SOURCE",
    "RUST_RECURSION_COUNT",
];

/// The environment of a program in a session.
pub fn of_a_session(command: &mut Command) {
    command.env_clear();
    for name in KEPT_VARIABLES {
        if let Some(value) = env::var_os(name) {
            command.env(name, value);
        }
    }
    give(command);
    command.envs(SET_VARIABLES_OF_A_SESSION.iter().copied());
    if cfg!(unix) {
        command.env("HOME", SESSION_HOME);
    }
}

/// The environment of a learner's program.
pub fn of_a_learner(command: &mut Command) {
    for name in disturbing(env::vars_os().map(|(name, _)| name)) {
        command.env_remove(name);
    }
    give(command);
}

fn give(command: &mut Command) {
    command.envs(SET_VARIABLES.iter().copied());
    if cfg!(unix) {
        command.env(SET_VARIABLE_ON_UNIX.0, SET_VARIABLE_ON_UNIX.1);
    }
}

fn disturbing(names: impl Iterator<Item = OsString>) -> impl Iterator<Item = OsString> {
    names.filter(|name| disturbs(name))
}

fn disturbs(name: &OsStr) -> bool {
    let name = name.to_string_lossy().to_ascii_lowercase();
    REMOVED_VARIABLES.iter().any(|word| {
        let word = word.to_ascii_lowercase();
        match word.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == word,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[track_caller]
    fn check(name: &str, expected: bool) {
        assert_eq!(disturbs(OsStr::new(name)), expected, "{name}");
    }

    #[test]
    fn a_learners_program_keeps_its_users_environment_without_what_disturbs() {
        for name in [
            "http_proxy",
            "HTTP_PROXY",
            "all_proxy",
            "RUST_LOG",
            "PYTHONSTARTUP",
            "MALLOC_ARENA_MAX",
            "LD_DEBUG_OUTPUT",
            "CARGO",
            "CARGO_PKG_NAME",
            "CARGO_BIN_EXE_exercise",
        ] {
            check(name, true);
        }
        for name in [
            "PATH",
            "HOME",
            "JAVA_HOME",
            "JAVA_TOOL_OPTIONS",
            "SystemRoot",
            "PYTHONPATH",
            "CARGO_HOME",
            "CARGO_TARGET_DIR",
            "CARGO_BUILD_TARGET",
            "RUSTUP_HOME",
            "RUSTFLAGS",
            "ENVIRONMENT",
        ] {
            check(name, false);
        }
    }

    #[test]
    fn a_session_gets_nothing_that_is_not_listed() {
        let mut command = Command::new("x");
        command.env("RUST_LOG", "trace");
        of_a_session(&mut command);
        let given = SET_VARIABLES.iter().chain(SET_VARIABLES_OF_A_SESSION);
        let mut listed: Vec<_> = given.map(|(name, _)| *name).collect();
        listed.extend(KEPT_VARIABLES);
        listed.extend(["LC_ALL", "HOME"]);
        for (name, _) in command.get_envs() {
            assert!(listed.iter().any(|word| *word == name), "{name:?}");
        }
    }

    #[test]
    fn what_is_written_for_people_names_every_variable() {
        let text = fs::read_to_string("README.md").unwrap();
        let given = SET_VARIABLES.iter().chain(SET_VARIABLES_OF_A_SESSION);
        let given = given.chain([&SET_VARIABLE_ON_UNIX]).map(|(name, _)| *name);
        let all = ["PATH", "TMPDIR", "HOME"].into_iter().chain(given);
        for name in all
            .chain(WINDOWS.iter().copied())
            .chain(REMOVED_VARIABLES.iter().copied())
        {
            assert!(text.contains(&format!("`{name}")), "{name}");
        }
    }
}
