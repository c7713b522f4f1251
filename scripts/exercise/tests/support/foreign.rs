//! Programs in languages that only some machines have: how each is run, or why it cannot be.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use session::run::{Invocation, look_up, root};

/// How to run the program at `path`, whose extension is `kind`; it is compiled once, as `name`.
///
/// # Errors
/// The reason why this machine cannot run it.
///
/// # Panics
/// It does not compile.
pub(crate) fn runs(kind: &str, path: &Path, name: &str) -> Result<Invocation, String> {
    match kind {
        "js" => Ok(invocation(tool("node")?, [path.into()])),
        "java" => {
            let (java, classes) = (tool("java")?, made(name));
            compile(
                &tool("javac")?,
                &["-d".into(), classes.clone(), path.into()],
            );
            // The first compiler is enough for a program that mostly waits, and starts sooner.
            let args = ["-XX:TieredStopAtLevel=1".into(), "-cp".into(), classes];
            let args = args.into_iter().chain(["Main".into()]);
            Ok(invocation(java, args))
        }
        "c" => {
            let program = made(name);
            let args = ["-Wall", "-pthread", "-o"].map(OsString::from);
            compile(
                &tool("cc")?,
                &[&args[..], &[program.clone(), path.into()]].concat(),
            );
            Ok(invocation(program, []))
        }
        kind => panic!("{}: nothing is known of .{kind}", path.display()),
    }
}

/// An executable of this machine.
fn tool(name: &str) -> Result<PathBuf, String> {
    let path = env::var_os("PATH").unwrap_or_default();
    look_up(name, &path).ok_or_else(|| format!("no {name}"))
}

fn invocation(
    program: impl Into<OsString>,
    args: impl IntoIterator<Item = OsString>,
) -> Invocation {
    Invocation {
        program: program.into().into(),
        args: args.into_iter().collect(),
    }
}

/// Where the compiled program is put.
fn made(name: &str) -> OsString {
    let target = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let directory = root().unwrap().join(target).join("exercises/foreign");
    fs::create_dir_all(&directory).unwrap();
    directory.join(name).into()
}

fn compile(compiler: &Path, args: &[OsString]) {
    let output = Command::new(compiler)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}:\n{said}");
}
