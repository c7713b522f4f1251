//! A small course in a temporary folder, and the real program on it. Every wait has a deadline.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

#[path = "../../../session/tests/support/started.rs"]
pub(crate) mod started;

pub(crate) struct Workspace(TempDir);

/// The check of a filter that must print one line; `more` is a second variant.
const CHECK: &str = "\
title zh 说一行
title en Say one line
role filter
stub plain output_closed

variant plain
why zh 打印这一行。
why en Print the line.
read a/b#c
you $ one
you | hello
you ? 0

variant more
why zh 换一个词，打印的也要换。
why en Another word gives another line.
read a/b#c
you $ two
you | hello two
you ? 0
";

const STUB: &str = "//! 练习：说一行。\n//! Exercise: say one line.\nfn main() {\n    // TODO\n}\n";

/// A program that passes both variants.
pub(crate) const RIGHT: &str = "fn main() {\n    match std::env::args().nth(1).as_deref() {\n        \
    Some(\"one\") => println!(\"hello\"),\n        _ => println!(\"hello two\"),\n    }\n}\n";

/// A program that fails in `more`.
pub(crate) const WRONG: &str = "fn main() {\n    println!(\"hello\");\n}\n";

/// A program that crashes in `more`, with a message longer than a line.
pub(crate) const CRASHES: &str = "fn main() {\n    assert_ne!(std::env::args().nth(1).as_deref(), Some(\"two\"), \"{}the end of it\", \"a long way to \".repeat(9));\n    \
    println!(\"hello\");\n}\n";

/// A program that never ends by itself, and writes its PID to a file.
pub(crate) const SLOW: &str = "fn main() {\n    std::fs::write(\"slow.pid\", std::process::id().to_string()).unwrap();\n    \
    std::thread::sleep(std::time::Duration::from_secs(600));\n}\n";

const PAGE: &str = "# 怎样说一行？ {#say}\n\n## 目标 {#goal}\n\n打印**一行** [hello](../a/b.md#c)。\n\n\
    ## 规则 {#rules}\n\n- 状态是 0。\n\n## 提示 {#hints}\n\n\
    <details>\n<summary>一推</summary>\n\n用 `println!`。\n\n</details>\n\n\
    <details>\n<summary>二推</summary>\n\n看参数。\n\n```rust\nenv::args()\n```\n\nPython：\n\n```python\nsys.argv\n```\n\n</details>\n";

const PAGE_EN: &str = "# How to say a line? {#say}\n\n## Goal {#goal}\n\nPrint **one** line.\n\n\
    ## Rules {#rules}\n\n- Status 0.\n\n## Hints {#hints}\n\n\
    <details>\n<summary>A nudge</summary>\n\nUse `println!`.\n\n</details>\n\n\
    <details>\n<summary>Another</summary>\n\nLook at the arguments.\n\n```rust\nenv::args()\n```\n\nIn Python:\n\n```python\nsys.argv\n```\n\n</details>\n";

impl Workspace {
    pub(crate) fn new() -> Self {
        Self::called(".tmp")
    }

    /// Creates a workspace in a folder whose name begins with this.
    pub(crate) fn called(name: &str) -> Self {
        let workspace = Self(tempfile::Builder::new().prefix(name).tempdir().unwrap());
        workspace.write("book.toml", "");
        workspace.write("examples/exercises/ladder", "say\nanswer\n");
        for id in ["say", "answer"] {
            let file = |name: &str| format!("examples/exercises/{id}/{name}");
            workspace.write(&file("check.session"), CHECK);
            workspace.write(&file("stub.rs"), STUB);
            workspace.write(&file("solution.rs"), RIGHT);
        }
        workspace.write(
            "examples/exercises/say/stub.py",
            "\"\"\"Say one line.\"\"\"\n# TODO\n",
        );
        workspace.write("book/exercises/say.md", PAGE);
        workspace.write("book/exercises/say.en.md", PAGE_EN);
        workspace
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub(crate) fn mine(&self, name: &str) -> PathBuf {
        self.path("examples/exercises/mine").join(name)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_default()
    }

    pub(crate) fn progress(&self) -> String {
        self.read("examples/exercises/mine/progress")
    }

    /// Runs the program with these arguments, in English unless they say otherwise.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_exercise"));
        command
            .arg("--root")
            .arg(self.root())
            .args(words)
            .current_dir(self.root())
            // Each workspace builds in a folder of its own.
            .env_remove("CARGO_TARGET_DIR")
            .env("LC_ALL", "en_US.UTF-8")
            .env("LANG", "en_US.UTF-8")
            .env_remove("NO_COLOR")
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Ran {
        self.run_typing(words, b"")
    }

    pub(crate) fn run_typing(&self, words: &[&str], typed: &[u8]) -> Ran {
        ran(started::run(&mut self.command(words), typed))
    }
}

/// The status and the output of a run.
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

fn ran(output: Output) -> Ran {
    Ran {
        status: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Whether the process with this PID runs, and is not a zombie.
pub(crate) fn runs(pid: &str) -> bool {
    let mut status = String::new();
    let read = fs::File::open(format!("/proc/{}/status", pid.trim()))
        .and_then(|mut file| file.read_to_string(&mut status));
    read.is_ok() && !status.contains("State:\tZ")
}
