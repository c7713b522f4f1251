//! Snapshots are blessed where somebody looks, and nowhere else.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

#[path = "support/snapshot.rs"]
mod snapshot;

#[test]
#[ignore = "the others run it, each in an environment of its own"]
fn played() {
    let file = env::var_os("SNAPSHOT").expect("the file");
    snapshot::check_file(Path::new(&file), "same\nnew\n");
}

/// Whether a test with this snapshot passes, what it says, and the snapshot then.
fn played_with(name: &str, before: &str, variables: &[(&str, &str)]) -> (bool, String, String) {
    let file = env::temp_dir().join(format!("snapshot-{name}-{}", std::process::id()));
    fs::write(&file, before).expect("a file");
    let output = Command::new(env::current_exe().expect("this test"))
        .args(["--exact", "played", "--ignored", "--nocapture"])
        .env_remove("CI")
        .env_remove("UPDATE_SNAPSHOTS")
        .env("SNAPSHOT", &file)
        .envs(variables.iter().copied())
        .output()
        .expect("it runs");
    let after = fs::read_to_string(&file).expect("the file");
    fs::remove_file(&file).expect("the file");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), said, after)
}

const OLD: &str = "same\nold\n";
const NEW: &str = "same\nnew\n";
const DIFFERENCE: &str = "\n  same\n- old\n+ new\n";

#[test]
fn a_snapshot_that_differs_fails_with_the_difference() {
    let (well, said, after) = played_with("differs", OLD, &[]);
    assert!(!well && said.contains(DIFFERENCE), "{said}");
    assert_eq!(after, OLD);
    assert!(played_with("same", "same\r\nnew\r\n", &[]).0);
}

#[test]
fn it_is_written_where_it_is_asked_for_and_ci_is_not_set() {
    let (well, said, after) = played_with("asked", OLD, &[("UPDATE_SNAPSHOTS", "1")]);
    assert!(well && said.contains(DIFFERENCE), "{said}");
    assert_eq!(after, NEW);
    let both = [("UPDATE_SNAPSHOTS", "1"), ("CI", "true")];
    let (well, said, after) = played_with("ci", OLD, &both);
    assert!(
        !well && said.contains("设了环境变量 CI") && said.contains("CI is set"),
        "{said}"
    );
    assert_eq!(after, OLD);
}
