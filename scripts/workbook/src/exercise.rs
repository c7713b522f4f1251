//! `cargo workbook exercise`, `class`, `new` and `wrong`: hands over to the package `exercise`,
//! which is built only now, so that readers do not wait for it.

use std::env;
use std::ffi::OsString;
use std::path::Path;

use anyhow::Result;

use crate::package;
use bilingual::Ui;
use bilingual::terminal::warn;

/// Runs `exercise` with these arguments, `verb` before them, and returns its exit status.
pub(crate) fn hand_over(root: &Path, verb: Option<&str>, words: &[OsString], ui: Ui) -> Result<u8> {
    if !is_built() {
        warn(ui.pick(
            "第一次用：先编译判题程序，要等一会儿……",
            "first use: the judge is being compiled, which takes a while …",
        ));
    }
    let mut command = package::cargo();
    // In the reader's own folder: the files that they name are there.
    command
        .args(["run", "--quiet", "--manifest-path"])
        .arg(root.join("Cargo.toml"))
        .args(beside_this(root))
        .args(["--package", "exercise", "--", "--root"])
        .arg(root)
        .args(verb)
        .args(words);
    package::run(&mut command)
}

/// Runs `author` with these arguments, `verb` before them, and returns its exit status.
pub(crate) fn for_authors(root: &Path, verb: &str, words: &[OsString], ui: Ui) -> Result<u8> {
    let mut command = package::cargo();
    command
        .args(["run", "--quiet", "--manifest-path"])
        .arg(root.join("Cargo.toml"))
        .args(beside_this(root))
        .args(["--package", "exercise", "--bin", "author"])
        // No judge is needed here, and learners do not need what this needs.
        .args(["--no-default-features", "--features", "author", "--"])
        .arg("--root")
        .arg(root)
        .args(["--lang", ui.lang.name(), verb])
        .args(words);
    package::run(&mut command)
}

/// Has the judge built where this program was built: from the learner's own folder, cargo would use
/// another place, and build everything once more.
fn beside_this(root: &Path) -> Vec<OsString> {
    let target = root.join("target");
    let usual = env::var_os("CARGO_TARGET_DIR").is_none()
        && env::current_exe().is_ok_and(|this| this.starts_with(&target));
    match usual {
        true => vec!["--target-dir".into(), target.into()],
        false => Vec::new(),
    }
}

/// Whether cargo has already built it beside this program.
fn is_built() -> bool {
    let name = format!("exercise{}", env::consts::EXE_SUFFIX);
    env::current_exe().is_ok_and(|this| this.with_file_name(name).is_file())
}
