//! This repository, as a test sees it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub(crate) fn root() -> PathBuf {
    session::root().unwrap()
}

pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Standard output of cargo at the root, with its own target folder if one is given.
pub(crate) fn cargo(args: &[&str], target: Option<&Path>) -> Vec<u8> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    command
        .args(args)
        .current_dir(root())
        .stderr(Stdio::inherit());
    if let Some(target) = target {
        command.env("CARGO_TARGET_DIR", target);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "cargo {}", args.join(" "));
    output.stdout
}

/// The files below a folder whose names end so, from the root, in order.
pub(crate) fn files(folder: &str, end: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(root().join(&folder)) else {
            continue;
        };
        for entry in entries {
            let entry = entry.unwrap();
            let path = folder.join(entry.file_name());
            if entry.file_type().unwrap().is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == end) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// `02_duplex.turns` of `examples/02_duplex.turns.session`
pub(crate) fn name_of(file: &Path) -> String {
    file.file_stem().unwrap().to_str().unwrap().to_owned()
}

/// A source without its comments and its unit tests.
pub(crate) fn code_of(file: &Path) -> String {
    let text = fs::read_to_string(root().join(file)).unwrap();
    let code = text.split("#[cfg(test)]").next().unwrap();
    let is_comment = |line: &&str| {
        let line = line.trim_start();
        line.starts_with("//")
            || line.starts_with('#') && !line.starts_with("#[") && !line.starts_with("#!")
    };
    code.lines()
        .filter(|line| !is_comment(line))
        .map(|line| format!("{line}\n"))
        .collect()
}

/// The text without what stands between these two.
pub(crate) fn without(text: &str, from: char, to: char) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(from) {
        out.push_str(before);
        match after.split_once(to) {
            Some((_, after)) => rest = after,
            None => rest = "",
        }
    }
    out + rest
}
