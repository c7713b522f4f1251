//! `linger` and `fork`, which Rust's standard library does not have.

use std::io::{ErrorKind, Read};
use std::net::TcpStream;

use crate::program::{Language, Program};

const NAME: &str = "05_closing";
const CLOSED: &str = "close 成功 ok，描述符 descriptors: 0\n";

fn server() -> (Program, TcpStream) {
    Program::server(Language::Python, NAME, &[])
}

#[test]
fn with_linger_0_a_close_is_a_reset_though_all_was_read() {
    let (mut program, mut peer) = server();
    program.types("linger\nclose\n");
    program.sees(CLOSED);
    let error = peer.read(&mut [0; 1]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    program.hangs_up();
    assert_eq!(program.ends().0, Some(0));
}

#[test]
fn with_linger_0_a_close_throws_away_what_was_not_delivered() {
    let (mut program, mut peer) = server();
    // More than the peer's kernel takes while nobody reads.
    let mut keyboard = program.keyboard();
    let line = format!("send {}\nlinger\nclose\n", "x".repeat(64 << 20));
    std::thread::spawn(move || std::io::Write::write_all(&mut keyboard, line.as_bytes()));
    let screen = program.sees(CLOSED);
    let taken = screen.split("send 返回 returned ").nth(1).unwrap();
    let taken: usize = taken.lines().next().unwrap().parse().unwrap();
    let (mut got, mut block) = (0, vec![0; 1 << 16]);
    let end = loop {
        match peer.read(&mut block) {
            Ok(0) => break None,
            Ok(n) => got += n,
            Err(error) => break Some(error.kind()),
        }
    };
    assert_eq!(end, Some(ErrorKind::ConnectionReset));
    assert!(got < taken, "{got} of {taken} bytes");
    assert_eq!(program.ends().0, Some(0));
}

/// What the child holds is open until the parent ends, however that ends.
#[track_caller]
fn a_child_holds_it_until(ends: impl Fn(&mut Program)) {
    let (mut program, mut peer) = server();
    program.types("fork\nfork\nclose\n");
    program.sees(CLOSED);
    peer.set_nonblocking(true).unwrap();
    let error = peer.read(&mut [0; 1]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
    peer.set_nonblocking(false).unwrap();
    ends(&mut program);
    assert_eq!(peer.read(&mut [0; 1]).unwrap(), 0);
    // The output ends only when the children have ended, too.
    program.ends();
}

#[test]
fn a_child_keeps_the_connection_open_until_its_parent_ends() {
    a_child_holds_it_until(|program| program.hangs_up());
}

#[test]
fn a_child_ends_with_a_parent_that_is_killed() {
    a_child_holds_it_until(|program| program.signal("KILL"));
}

#[test]
fn shutdown_reaches_the_peer_though_a_child_has_the_descriptor() {
    let (mut program, mut peer) = server();
    program.types("fork\nshutdown\n");
    assert_eq!(peer.read(&mut [0; 1]).unwrap(), 0);
    program.hangs_up();
    assert_eq!(program.ends().0, Some(0));
}
