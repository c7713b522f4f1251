//! What the standard libraries set by themselves, as `strace` sees it: Linux, and skipped without it.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]

#[path = "support/program.rs"]
mod program;

use std::net::TcpStream;
use std::process::Command;

use program::{Language, Program, command};

/// `strace` of a few calls around this command; `None` where it is missing or not permitted.
fn traced(traced: &Command, args: &[&str]) -> Option<Command> {
    let mut strace = Command::new("strace");
    strace.current_dir(session::root().unwrap());
    strace.args(["-qq", "-s", "0", "-e", "trace=setsockopt,bind,listen"]);
    let mut probe = Command::new("strace");
    let works = probe.args(["-qq", "-e", "trace=none", "true"]).output();
    if let Err(why) = works.map_err(|why| why.to_string()).and_then(|output| {
        let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        output.status.success().then_some(()).ok_or(why)
    }) {
        eprintln!("skipped: strace does not work here: {why}");
        return None;
    }
    strace.arg(traced.get_program()).args(traced.get_args());
    strace.args(args);
    Some(strace)
}

/// The calls up to the first `listen`, without the number of the socket and the address.
fn calls(screen: &str) -> Vec<String> {
    let mut calls = Vec::new();
    for line in screen.lines() {
        let Some((name, rest)) = line.split_once('(') else {
            continue;
        };
        let rest = rest.split_once(", ").map_or("", |(_, rest)| rest);
        match name {
            "setsockopt" => calls.push(rest.split(", 4)").next().unwrap().to_owned()),
            "bind" => calls.push("bind".to_owned()),
            "listen" => {
                calls.push(format!("listen {}", rest.split(')').next().unwrap()));
                return calls;
            }
            _ => {}
        }
    }
    panic!("no listen in:\n{screen}");
}

const REUSE: &str = "SOL_SOCKET, SO_REUSEADDR, [1]";

#[test]
fn both_set_reuse_before_bind_and_nothing_else() {
    for language in [Language::Rust, Language::Python] {
        let Some(mut strace) = traced(&command(language, "07_options"), &[]) else {
            return;
        };
        let (status, screen) = Program::run(&mut strace).ends();
        assert_eq!(status, Some(0), "{screen}");
        let seen = calls(&screen);
        assert_eq!(
            seen,
            [REUSE, "bind", "listen 128"],
            "{language:?}: {screen}"
        );
    }
}

/// A server of the standard library on the loopback address of IPv6.
#[test]
fn on_ipv6_python_sets_v6only_and_rust_does_not() {
    if std::net::TcpListener::bind("[::1]:0").is_err() {
        eprintln!("skipped: no IPv6 on this machine");
        return;
    }
    for (language, wanted) in [
        (Language::Rust, &[REUSE, "bind", "listen 128"][..]),
        (
            Language::Python,
            &[REUSE, "SOL_IPV6, IPV6_V6ONLY, [1]", "bind", "listen 128"],
        ),
    ] {
        let one_shot = command(language, "01_one_shot");
        let Some(mut strace) = traced(&one_shot, &["server", "[::1]:0"]) else {
            return;
        };
        let mut server = Program::run(&mut strace);
        let mut screen;
        // Its own line comes after those of the calls.
        loop {
            screen = server.sees("listening on ");
            if screen.ends_with('\n') {
                break;
            }
        }
        let line = screen.lines().find(|line| line.contains("listening on "));
        let address = line.unwrap().rsplit(' ').next().unwrap();
        drop(TcpStream::connect(address).unwrap());
        let (_, screen) = server.ends();
        assert_eq!(calls(&screen), wanted, "{language:?}: {screen}");
    }
}
