//! Attacks on `06_heartbeat.py`.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::program::{Language, Program, reset};

const NAME: &str = "06_heartbeat";

fn client() -> (Program, TcpStream) {
    Program::client(Language::Python, NAME, &[])
}

#[track_caller]
fn fails(client: Program, words: &str) {
    let (status, screen) = client.ends();
    assert!(screen.lines().last().unwrap().contains(words), "{screen}");
    assert!(!screen.contains("Traceback"), "{screen}");
    assert_eq!(status, Some(1));
}

#[test]
fn each_enter_is_one_heartbeat_and_is_answered() {
    let (mut client, mut peer) = client();
    for _ in 0..3 {
        client.types("\n");
        peer.read_exact(&mut [0]).unwrap();
        peer.write_all(b"\n").unwrap();
    }
    client.hangs_up();
    assert_eq!(peer.read(&mut [0]).unwrap(), 0);
    let (status, screen) = client.ends();
    let answered = "程序有回应 the program answers\n".repeat(3);
    assert!(screen.ends_with(&answered), "{screen}");
    assert_eq!(status, Some(0));
}

#[test]
fn a_peer_that_does_not_answer_is_given_up() {
    let (mut client, _peer) = client();
    client.types("\n");
    fails(client, "等得太久 waited too long: 127.0.0.1:");
}

#[test]
fn a_peer_that_is_done_or_answers_something_else_or_resets_is_lost() {
    for attack in [
        drop::<TcpStream>,
        |mut peer: TcpStream| peer.write_all(b"x").unwrap(),
        reset,
    ] {
        let (mut client, peer) = client();
        attack(peer);
        client.types("\n");
        fails(client, "连接断了 connection lost: 127.0.0.1:");
    }
}

#[test]
fn mistakes_in_the_arguments_end_with_status_2() {
    for args in [&["server"][..], &[], &["client", "127.0.0.1:1", "x"]] {
        let (status, _) = Program::start_in(Language::Python, NAME, args).ends();
        assert_eq!(status, Some(2));
    }
}
