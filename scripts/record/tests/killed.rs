//! A recorder that is killed leaves no process, no namespace and so no interface.
#![cfg(target_os = "linux")]

#[path = "../../session/tests/support/started.rs"]
mod started;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use started::{Started, until};

#[test]
fn a_killed_recorder_leaves_nothing() {
    leaves_nothing_after("KILL");
}

#[test]
fn an_interrupted_recorder_leaves_nothing() {
    leaves_nothing_after("INT");
}

#[track_caller]
fn leaves_nothing_after(signal: &str) {
    // Now, and not in the recorder: a cold build takes longer than any wait here.
    session::example("01_one_shot").expect("the examples build");
    let mark = format!("RECORD_MARK={signal}-{}", std::process::id());
    let (name, value) = mark.split_once('=').expect("a name and a value");
    // Five seconds of unanswered SYN: time enough to kill it.
    let mut recorder = Command::new(env!("CARGO_BIN_EXE_record"));
    recorder.args(["--check", "unanswered"]).env(name, value);
    let mut recorder = Started::start(&mut recorder);
    let Some(elsewhere) = program_on_a_host(&mut recorder) else {
        assert_eq!(recorder.status().code(), Some(3));
        return eprintln!("skipped: this machine cannot record");
    };
    recorder.signal(signal);
    recorder.status();
    // What plays a session has an environment of its own, without the mark.
    until("the end of what it has started", || {
        (marked(&mark).is_empty() && processes_in(&elsewhere).is_empty()).then_some(())
    });
}

/// The network namespace of a program that the recorder has started on a host; none if the
/// recorder ends before.
fn program_on_a_host(recorder: &mut Started) -> Option<PathBuf> {
    let ours = fs::read_link("/proc/self/ns/net").expect("our namespace");
    until("a program on a host", || {
        let started = started_by(recorder.id());
        let mut namespaces = started.iter().filter_map(|process| namespace(process));
        let found = namespaces.find(|namespace| *namespace != ours);
        match found {
            Some(_) => Some(found),
            None => recorder.ended().map(|_| None),
        }
    })
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
