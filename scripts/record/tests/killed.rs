//! A recorder that is killed leaves no process, no namespace and so no interface.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const DEADLINE: Duration = Duration::from_secs(120);

#[test]
fn a_killed_recorder_leaves_nothing() {
    leaves_nothing_after(Signal::SIGKILL);
}

#[test]
fn an_interrupted_recorder_leaves_nothing() {
    leaves_nothing_after(Signal::SIGINT);
}

#[track_caller]
fn leaves_nothing_after(signal: Signal) {
    // Now, and not in the recorder: a cold build takes longer than any wait here.
    session::example("01_one_shot").expect("the examples build");
    let mark = format!("RECORD_MARK={signal}-{}", std::process::id());
    let (name, value) = mark.split_once('=').expect("a name and a value");
    // Five seconds of unanswered SYN: time enough to kill it.
    let mut recorder = Command::new(env!("CARGO_BIN_EXE_record"))
        .args(["--check", "unanswered"])
        .env(name, value)
        .stdout(Stdio::null())
        .spawn()
        .expect("the recorder starts");
    let Some(elsewhere) = program_on_a_host(&mut recorder) else {
        let status = recorder.wait().expect("its status");
        assert_eq!(status.code(), Some(3));
        return eprintln!("skipped: this machine cannot record");
    };
    let number = i32::try_from(recorder.id()).expect("a PID");
    kill(Pid::from_raw(number), signal).expect("it is ours");
    recorder.wait().expect("its status");
    // What plays a session has an environment of its own, without the mark.
    wait_until(|| marked(&mark).is_empty() && processes_in(&elsewhere).is_empty());
}

/// The network namespace of a program that the recorder has started on a host; none if the
/// recorder ends before.
fn program_on_a_host(recorder: &mut Child) -> Option<PathBuf> {
    let ours = fs::read_link("/proc/self/ns/net").expect("our namespace");
    let mut found = None;
    wait_until(|| {
        let started = started_by(recorder.id());
        let namespaces = started.iter().filter_map(|process| namespace(process));
        found = namespaces.into_iter().find(|namespace| *namespace != ours);
        found.is_some() || recorder.try_wait().expect("its state").is_some()
    });
    found
}

/// The processes that it has started, and those that they have started.
fn started_by(first: u32) -> Vec<PathBuf> {
    // `17 (name, which may hold anything) S 1 …`: the state, then the parent.
    let parent = |process: &Path| {
        let stat = fs::read_to_string(process.join("stat")).unwrap_or_default();
        let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
        after.split_ascii_whitespace().nth(1).map(str::to_owned)
    };
    let all: Vec<_> = processes()
        .into_iter()
        .map(|process| (parent(&process), process))
        .collect();
    let mut numbers = vec![first.to_string()];
    let mut found = Vec::new();
    while let Some(number) = numbers.pop() {
        for (_, process) in all
            .iter()
            .filter(|(parent, _)| parent.as_ref() == Some(&number))
        {
            let own = process
                .file_name()
                .map(|name| name.to_string_lossy().into_owned());
            numbers.extend(own);
            found.push(process.clone());
        }
    }
    found
}

fn marked(mark: &str) -> Vec<PathBuf> {
    let has_mark = |process: &PathBuf| {
        let environment = fs::read(process.join("environ")).unwrap_or_default();
        environment
            .split(|byte| *byte == 0)
            .any(|variable| variable == mark.as_bytes())
    };
    processes().into_iter().filter(has_mark).collect()
}

fn processes_in(namespace: &Path) -> Vec<PathBuf> {
    let mut processes = processes();
    processes.retain(|process| self::namespace(process).as_deref() == Some(namespace));
    processes
}

fn processes() -> Vec<PathBuf> {
    let entries = fs::read_dir("/proc")
        .expect("the processes")
        .filter_map(Result::ok);
    let paths = entries.map(|entry| entry.path());
    paths.filter(|path| path.join("environ").exists()).collect()
}

fn namespace(process: &Path) -> Option<PathBuf> {
    fs::read_link(process.join("ns/net")).ok()
}

#[track_caller]
fn wait_until(mut condition: impl FnMut() -> bool) {
    let until = Instant::now() + DEADLINE;
    while !condition() {
        assert!(Instant::now() < until, "not within {DEADLINE:?}");
        thread::sleep(Duration::from_millis(10));
    }
}
