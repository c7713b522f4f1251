//! Where cargo puts things, where the checkout is, and what the environment says: whatever it is,
//! the file that was saved is judged.
#![allow(clippy::unwrap_used, reason = "a test may end at the first surprise")]

#[cfg(unix)]
#[path = "../../session/tests/support/locked.rs"]
mod locked;
#[path = "cli/workspace.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod workspace;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, SystemTime};

use workspace::{RIGHT, WRONG, Workspace};

/// A program that compiles and prints nothing.
const STUB: &str = "fn main() {}\n";

fn host() -> String {
    session::run::cargo::host(Path::new(".")).unwrap()
}

/// Checks that the last save is judged, and that the program of an old one is not run.
#[track_caller]
fn check(workspace: &Workspace, environment: &[(&str, &str)]) {
    fs::create_dir_all(workspace.mine("")).unwrap();
    let judged = |text: &str, age: u64| {
        fs::write(workspace.mine("say.rs"), text).unwrap();
        let file = fs::File::options()
            .append(true)
            .open(workspace.mine("say.rs"));
        let time = SystemTime::now() - Duration::from_secs(age);
        file.unwrap().set_modified(time).unwrap();
        let mut command = workspace.command(&["check", "say"]);
        let output = command.envs(environment.iter().copied()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        (output.status.code(), said, output.stderr)
    };
    for (text, age, expected) in [(RIGHT, 0, 0), (STUB, 0, 1), (RIGHT, 1000, 0)] {
        let (status, said, warned) = judged(text, age);
        let warned = String::from_utf8_lossy(&warned);
        assert_eq!(status, Some(expected), "{environment:?}: {said}{warned}");
    }
}

#[test]
fn whatever_the_variables_of_cargo_say_the_last_save_is_judged() {
    let elsewhere = tempfile::tempdir().unwrap();
    let place = |name: &str| {
        elsewhere
            .path()
            .join(name)
            .into_os_string()
            .into_string()
            .unwrap()
    };
    let (host, target, build) = (host(), place("target"), place("build"));
    // One course and one folder: what one setting left is there for the next.
    let workspace = Workspace::new();
    check(&workspace, &[("CARGO_BUILD_TARGET", &host)]);
    check(
        &workspace,
        &[
            ("CARGO_BUILD_TARGET_DIR", &target),
            ("CARGO_BUILD_BUILD_DIR", &build),
        ],
    );
    check(
        &workspace,
        &[
            ("CARGO_TARGET_DIR", "relative"),
            ("CARGO_PROFILE_DEV_OPT_LEVEL", "1"),
        ],
    );
}

#[test]
fn a_target_that_this_machine_cannot_run_is_not_what_is_judged() {
    let workspace = Workspace::new();
    check(
        &workspace,
        &[("CARGO_BUILD_TARGET", "wasm32-unknown-unknown")],
    );
}

#[test]
fn whatever_a_configuration_above_says_the_last_save_is_judged() {
    let workspace = Workspace::new();
    let host = host();
    workspace.write(
        ".cargo/config.toml",
        &format!(
            "[build]\ntarget = [\"{host}\"]\ntarget-dir = \"elsewhere\"\nbuild-dir = \"between\"\n\
             [profile.dev]\nopt-level = 1\n"
        ),
    );
    check(&workspace, &[]);
    workspace.write(".cargo/config.toml", "[build\n");
    fs::write(workspace.mine("say.rs"), WRONG).unwrap();
    let ran = workspace.run(&["check", "say"]);
    assert_eq!(ran.status, 1);
    assert!(ran.out.contains("config.toml"), "{}{}", ran.out, ran.err);
}

#[test]
fn a_checkout_may_be_in_a_folder_of_any_name() {
    let anywhere = ["x y #é 书", "{{x}} [1] $HOME `id` &amp;", "it's +so"];
    let unix = ["a?b *", "\"so\" \\n <p>"];
    let unix = unix.iter().filter(|_| cfg!(unix));
    for name in anywhere.iter().chain(unix) {
        let workspace = Workspace::called(name);
        fs::create_dir_all(workspace.mine("")).unwrap();
        for (text, expected) in [(WRONG, 1), (RIGHT, 0)] {
            fs::write(workspace.mine("say.rs"), text).unwrap();
            let ran = workspace.run(&["check", "say"]);
            assert_eq!(ran.status, expected, "{name}: {}{}", ran.out, ran.err);
        }
        assert!(workspace.progress().contains(" passed rust "), "{name}");
    }
}

#[test]
fn programs_of_one_exercise_that_are_judged_at_once_are_not_mixed_up() {
    let workspace = Workspace::new();
    workspace.write("right/say.rs", RIGHT);
    workspace.write("wrong/say.rs", WRONG);
    thread::scope(|scope| {
        for number in 0..6 {
            let workspace = &workspace;
            scope.spawn(move || {
                let (file, expected) = match number % 2 {
                    0 => ("right/say.rs", 0),
                    _ => ("wrong/say.rs", 1),
                };
                let ran = workspace.run(&["check", "say", "--", file]);
                assert_eq!(ran.status, expected, "{file}: {}{}", ran.out, ran.err);
            });
        }
    });
}

/// The judge itself, or a copy of it, as it is started by hand.
fn started(program: &Path, here: &Path, words: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(program);
    command
        .args(words)
        .current_dir(here)
        .env_remove("CARGO_TARGET_DIR");
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.code(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

/// This program was compiled in another checkout than the one it is started in, as a copy is.
#[test]
fn the_folder_that_it_was_started_in_decides_which_checkout_is_judged() {
    let judge = PathBuf::from(env!("CARGO_BIN_EXE_exercise"));
    let workspace = Workspace::new();
    fs::create_dir_all(workspace.mine("")).unwrap();
    fs::write(workspace.mine("say.rs"), RIGHT).unwrap();
    for here in [
        workspace.root().to_owned(),
        workspace.mine(""),
        workspace.path("book/exercises"),
    ] {
        let (status, said) = started(&judge, &here, &["check", "say", "--lang", "en"]);
        assert_eq!(status, Some(0), "{}: {said}", here.display());
    }
    assert_eq!(workspace.progress().matches(" say passed rust ").count(), 3);
    // A story that was changed here is the one that is played.
    let story = workspace.read("examples/exercises/say/check.session");
    workspace.write(
        "examples/exercises/say/check.session",
        &story.replace("| hello", "| bye"),
    );
    let (status, said) = started(&judge, workspace.root(), &["check", "say", "--lang", "en"]);
    assert_eq!(status, Some(1), "{said}");
}

#[test]
fn started_elsewhere_the_place_of_the_executable_decides() {
    let (workspace, outside) = (Workspace::new(), tempfile::tempdir().unwrap());
    let name = format!("exercise{}", std::env::consts::EXE_SUFFIX);
    let copy = workspace.path("target/debug").join(name);
    fs::create_dir_all(copy.parent().unwrap()).unwrap();
    fs::copy(env!("CARGO_BIN_EXE_exercise"), &copy).unwrap();
    let (status, said) = started(&copy, outside.path(), &["list", "--lang", "en"]);
    assert_eq!(status, Some(0));
    assert!(said.starts_with("2 exercises, 0 solved\n"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_learners_program_has_its_users_environment_without_what_disturbs() {
    let workspace = Workspace::new();
    let program = "case $http_proxy$ALL_PROXY$RUST_LOG$PYTHONSTARTUP$PYTHONINSPECT$MALLOC_ARENA_MAX in ?*) exit 3; esac\n\
         case $CARGO$CARGO_MANIFEST_DIR$CARGO_PKG_NAME in ?*) exit 4; esac\n\
         test \"$JAVA_HOME\" = /jdk && test \"$CARGO_HOME\" = /home/c && test \"$PYTHONUNBUFFERED\" = 1 || exit 5\n\
         test \"$1\" = one && echo hello || echo hello two\n";
    workspace.write("say.sh", program);
    let mut command = workspace.command(&["check", "say", "--", "sh", "say.sh"]);
    for name in [
        "http_proxy",
        "ALL_PROXY",
        "RUST_LOG",
        "PYTHONSTARTUP",
        "PYTHONINSPECT",
    ] {
        command.env(name, "1");
    }
    command
        .env("MALLOC_ARENA_MAX", "1")
        .env("SHELLOPTS", "xtrace");
    command
        .env("CARGO", "cargo")
        .env("CARGO_MANIFEST_DIR", "/")
        .env("CARGO_PKG_NAME", "x");
    command
        .env("JAVA_HOME", "/jdk")
        .env("CARGO_HOME", "/home/c");
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{said}");
}

/// By hand a learner types `cargo run`, and so it is judged, in a package of their own.
#[test]
fn a_package_of_the_learners_own_is_judged_by_cargo_run() {
    let workspace = Workspace::new();
    let manifest =
        "[package]\nname = \"own\"\nedition = \"2024\"\n[workspace]\n[profile.dev]\ndebug = 0\n";
    workspace.write("own/Cargo.toml", manifest);
    workspace.write("own/src/main.rs", RIGHT);
    let words = [
        "check",
        "say",
        "--",
        "cargo",
        "run",
        "-q",
        "--offline",
        "--manifest-path",
        "own/Cargo.toml",
        "--",
    ];
    // Built before, as after a first run by hand.
    let mut cargo = Command::new("cargo");
    cargo.args([
        "build",
        "-q",
        "--offline",
        "--manifest-path",
        "own/Cargo.toml",
    ]);
    let built = cargo
        .current_dir(workspace.root())
        .env_remove("CARGO_TARGET_DIR")
        .status();
    assert!(built.unwrap().success());
    let ran = workspace.run(&words);
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
}

#[cfg(unix)]
#[test]
fn a_checkout_that_cannot_be_written_is_judged_and_progress_is_said_not_to_be_kept() {
    let (workspace, own) = (Workspace::new(), tempfile::tempdir().unwrap());
    let file = own.path().join("say.rs");
    fs::write(&file, RIGHT).unwrap();
    fs::create_dir_all(workspace.mine("")).unwrap();
    fs::write(workspace.mine("answer.rs"), WRONG).unwrap();
    let Some(locked) = locked::Locked::new(workspace.root()) else {
        return;
    };
    let run = |words: &[&str], target: Option<&Path>| {
        let root = workspace.root().to_str().unwrap();
        let words = [&["--root", root, "--lang", "en"], words].concat();
        let mut command = locked.command(env!("CARGO_BIN_EXE_exercise"), &words);
        command
            .current_dir(workspace.root())
            .stdin(std::process::Stdio::null());
        match target {
            Some(target) => command.env("CARGO_TARGET_DIR", target),
            None => command
                .env_remove("CARGO_TARGET_DIR")
                .env("TMPDIR", own.path()),
        };
        let output = command.output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (
            output.status.code(),
            String::from_utf8_lossy(&said).into_owned(),
        )
    };
    let file = file.to_str().unwrap();
    let target = own.path().join("target");
    // In cargo's folder where it is elsewhere, or else in the system's.
    for target in [Some(&*target), None] {
        let (status, said) = run(&["check", "say", "--", file], target);
        assert_eq!(status, Some(0), "{said}");
        assert_eq!(
            said.matches("your progress was not kept").count(),
            1,
            "{said}"
        );
        assert!(!said.contains("panicked"), "{said}");
    }
    let (status, said) = run(&["check", "answer"], Some(&target));
    assert_eq!(status, Some(1), "{said}");
    assert!(
        said.contains("✗ more") && said.contains("not kept"),
        "{said}"
    );
    let (status, said) = run(
        &["check", "say", "--", "sh", "-c", "echo hello"],
        Some(&target),
    );
    assert_eq!(status, Some(1), "{said}");
    let (status, said) = run(&["say"], Some(&target));
    assert_eq!(status, Some(2), "{said}");
    assert!(
        said.contains("examples/exercises/mine/say.rs cannot be written here")
            && said.contains("check say -- say.rs"),
        "{said}"
    );
}
