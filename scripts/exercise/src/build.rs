//! Makes a program of a learner's Rust file, with cargo and a manifest of ours.

use std::env;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use session::run::output_of;

/// What cargo made of some files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Built {
    /// The executables, in the order of the files.
    Programs(Vec<PathBuf>),
    /// A file does not compile: what cargo says about it, as cargo says it.
    Errors(String),
}

/// Builds each of `sources`, a name (an ASCII word) and a Rust file, with std alone.
///
/// `root` is the repository; everything goes to `target/exercises/NAME/` in it. Cargo's words
/// have colours where `colour` says so.
///
/// # Errors
/// Cargo cannot run, or the manifest cannot be written.
pub fn build(
    root: &Path,
    name: &str,
    sources: &[(String, PathBuf)],
    colour: bool,
) -> Result<Built> {
    let target = target(root).join("exercises");
    let directory = target.join(name);
    let manifest = directory.join("Cargo.toml");
    fs::create_dir_all(&directory)
        .and_then(|()| fs::write(&manifest, text(name, sources)))
        .with_context(|| format!("write {}", manifest.display()))?;
    forget_another_text(&directory, sources);
    let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command
        .args(["build", "--quiet", "--offline", "--color"])
        .arg(if colour { "always" } else { "never" })
        .arg("--manifest-path")
        .arg(&manifest)
        // One directory for all exercises would make parallel builds wait for each other.
        .arg("--target-dir")
        .arg(directory.join("target"))
        .current_dir(root)
        .stdin(Stdio::null());
    let output = output_of(command).context("run cargo build")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr)
            .trim_end()
            .to_owned();
        if said.is_empty() {
            bail!("cargo build: {}", output.status);
        }
        return Ok(Built::Errors(said));
    }
    let programs = sources.iter().map(|(name, _)| {
        let file = format!("{name}{}", env::consts::EXE_SUFFIX);
        directory.join("target").join("debug").join(file)
    });
    Ok(Built::Programs(programs.collect()))
}

/// Cargo builds again what is newer than its last build. A file put back from a copy is older, and
/// another program all the same: then cargo must forget that it has built anything.
fn forget_another_text(directory: &Path, sources: &[(String, PathBuf)]) {
    let now: Vec<u8> = sources
        .iter()
        .flat_map(|(_, path)| fs::read(path).unwrap_or_default())
        .collect();
    let before = directory.join("built");
    if fs::read(&before).is_ok_and(|before| before == now) {
        return;
    }
    // Where this fails, cargo decides by the time, as always.
    let _ = fs::remove_dir_all(directory.join("target/debug/.fingerprint"));
    let _ = fs::write(&before, now);
}

/// Where cargo builds the rest of the repository.
fn target(root: &Path) -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(directory) => root.join(directory),
        None => root.join("target"),
    }
}

/// A package of its own, outside every workspace.
fn text(name: &str, sources: &[(String, PathBuf)]) -> String {
    let mut text = format!(
        "# written by `exercise`: your program is the file named below\n\
         [package]\nname = \"{name}\"\nedition = \"2024\"\npublish = false\nautobins = false\n\n\
         [workspace]\n\n\
         # Nobody debugs these: they are built sooner without.\n\
         [profile.dev]\ndebug = 0\nincremental = false\n"
    );
    for (name, path) in sources {
        let path = path
            .to_string_lossy()
            .replace('\\', "\\\\")
            .replace('"', "\\\"");
        let _ = write!(text, "\n[[bin]]\nname = \"{name}\"\npath = \"{path}\"\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manifest_names_the_learners_file_and_belongs_to_no_workspace() {
        let sources = [(
            "echo_server".to_owned(),
            PathBuf::from("/x/mine/echo_server.rs"),
        )];
        assert_eq!(
            text("echo_server", &sources),
            r#"# written by `exercise`: your program is the file named below
[package]
name = "echo_server"
edition = "2024"
publish = false
autobins = false

[workspace]

# Nobody debugs these: they are built sooner without.
[profile.dev]
debug = 0
incremental = false

[[bin]]
name = "echo_server"
path = "/x/mine/echo_server.rs"
"#
        );
    }
}
