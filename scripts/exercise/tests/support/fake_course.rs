//! A small course in a temporary folder, for the tests of what authors use.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// The check of the exercise `echo`.
#[allow(dead_code, reason = "not every test has this exercise")]
pub(crate) const CHECK: &str = "\
title zh 回声
title en Echo
role server
stub plain closed_early

variant plain
title zh 情形 plain
title en the plain one
why zh 读到什么就写回什么。
why en Write back what you read.
read exercises/echo#goal
you $
alice connect
alice > hi
alice | hi
";

/// The folder of a course.
pub(crate) struct Fake(TempDir);

impl Fake {
    /// A course of these files: path, text.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let fake = Self(tempfile::tempdir().unwrap());
        for (file, text) in files {
            fake.write(file, text);
        }
        fake
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.root().join(file)
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    /// Runs the program for authors in the folder of the course: its status, and what it prints.
    pub(crate) fn author(&self, command: &str, args: &[&str]) -> (i32, String) {
        let mut author = Command::new(env!("CARGO_BIN_EXE_author"));
        author.arg(command).args(args).current_dir(self.root());
        let output = author.output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (
            output.status.code().unwrap(),
            String::from_utf8(text).unwrap(),
        )
    }
}
