//! The small Python programs of the transport page, against peers that are silent, rude or gone.
//! Each ends within its deadline with one line that says why, or goes on; none with a traceback.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/program.rs"]
mod program;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

use program::{DEADLINE, Program};

const RUDE: &[u8] = b"\x1b[2J\xff\xfe";

/// Starts a server on a free port; `None` without Python.
fn server(name: &str) -> Option<(Program, SocketAddr)> {
    let mut program = Program::python(name, &["server", "127.0.0.1:0"])?;
    let address = program.address();
    Some((program, address))
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.set_write_timeout(Some(DEADLINE)).unwrap();
    stream
}

#[track_caller]
fn ends(program: Program, status: i32, words: &str) {
    let (code, screen) = program.ends();
    assert_eq!(code, Some(status), "{screen}");
    assert!(screen.contains(words), "no {words:?} in:\n{screen}");
    assert!(!screen.contains("Traceback"), "{screen}");
    assert!(!screen.contains('\x1b'), "the peer wrote to our terminal");
}

#[test]
fn a_server_waits_5_seconds_for_a_silent_client() {
    let servers: Vec<_> = ["reset", "small_writes"]
        .map(server)
        .into_iter()
        .flatten()
        .collect();
    let silent: Vec<_> = servers
        .iter()
        .map(|(_, address)| connect(*address))
        .collect();
    for (program, _) in servers {
        ends(program, 1, "waited too long");
    }
    drop(silent);
}

#[test]
fn a_server_that_reads_late_still_has_a_deadline() {
    let Some((mut program, address)) = server("zero_window") else {
        return;
    };
    let silent = connect(address);
    program.sees("not reading yet");
    program.types("\n");
    ends(program, 1, "waited too long");
    drop(silent);
}

#[test]
fn accept_without_a_client_ends_after_5_seconds() {
    let Some((mut program, _)) = server("not_accepted") else {
        return;
    };
    program.types("\n");
    ends(program, 1, "waited too long");
}

#[test]
fn control_characters_of_a_client_do_not_reach_the_screen() {
    let Some((program, address)) = server("reset") else {
        return;
    };
    connect(address).write_all(RUDE).unwrap();
    ends(program, 0, "closed with unread input");

    let (mut program, address) = server("not_accepted").unwrap();
    let mut client = connect(address);
    client.write_all(RUDE).unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    program.types("\n");
    ends(program, 0, "[2J");
}

#[test]
fn a_flood_is_read_up_to_a_bound() {
    let Some((mut program, address)) = server("not_accepted") else {
        return;
    };
    let mut client = connect(address);
    client.write_all(&[b'x'; 16 * 1024]).unwrap();
    program.types("\n");
    let (code, screen) = program.ends();
    assert_eq!(code, Some(0), "{screen}");
    assert_eq!(screen.matches('x').count(), 1024);
}

#[test]
fn a_client_that_sends_without_end_and_never_reads_is_given_up() {
    let Some((program, address)) = server("small_writes") else {
        return;
    };
    let mut client = connect(address);
    // The server answers, nobody reads: its send waits, 5 s at most. Ours fails when it leaves.
    let flood = std::thread::spawn(move || while client.write_all(&[b'x'; 4096]).is_ok() {});
    let (code, screen) = program.ends();
    assert_eq!(code, Some(1), "{screen}");
    assert!(!screen.contains("Traceback"), "{screen}");
    flood.join().unwrap();
}

#[test]
fn no_datagram_stops_the_udp_server() {
    let Some((mut program, address)) = server("udp") else {
        return;
    };
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    let mut answer = [0; 64];
    for datagram in [&b""[..], RUDE, &[0; 65507], "你好".as_bytes()] {
        socket.send_to(datagram, address).unwrap();
        let n = socket.recv(&mut answer).unwrap();
        let expected = format!("收到 {0} 字节 received {0} bytes", datagram.len());
        assert_eq!(std::str::from_utf8(&answer[..n]).unwrap(), expected);
    }
    // A client that asks and leaves causes an ICMP error to the server, which must go on all the
    // same.
    let gone = UdpSocket::bind("127.0.0.1:0").unwrap();
    gone.send_to(b"bye", address).unwrap();
    drop(gone);
    program.sees(": bye");
    socket.send_to(b"still there?", address).unwrap();
    socket.recv(&mut answer).unwrap();
    assert!(!program.sees(": still there?").contains('\x1b'));
}

/// A server of ours that does `work` with the one client it accepts.
fn with_client(name: &str, work: impl FnOnce(TcpStream)) -> Option<Program> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let program = Program::python(name, &["client", &address])?;
    let (stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    work(stream);
    Some(program)
}

#[test]
fn a_client_waits_5_seconds_for_a_silent_server() {
    let mut held = Vec::new();
    let clients: Vec<_> = ["reset", "small_writes"]
        .into_iter()
        .filter_map(|name| with_client(name, |stream| held.push(stream)))
        .collect();
    for client in clients {
        ends(client, 1, "waited too long");
    }
}

#[test]
fn a_server_that_leaves_without_an_answer_is_no_answer() {
    let leave = |mut stream: TcpStream| {
        let mut first = [0; 3];
        stream.read_exact(&mut first).unwrap();
        // FIN, and the connection stays open a little: nothing but the end of input is to be seen.
        stream.shutdown(Shutdown::Write).unwrap();
        std::thread::spawn(move || stream.read_to_end(&mut Vec::new()));
    };
    if let Some(client) = with_client("small_writes", leave) {
        ends(client, 1, "connection lost");
    }
}

#[test]
fn control_characters_of_a_server_do_not_reach_the_screen() {
    let rude = |mut stream: TcpStream| {
        let mut all = [0; 18];
        stream.read_exact(&mut all).unwrap();
        stream.write_all(RUDE).unwrap();
    };
    if let Some(client) = with_client("reset", rude) {
        ends(client, 0, "[2J");
    }
}

#[test]
fn a_udp_client_gives_up_after_5_seconds() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let started = std::time::Instant::now();
    let Some(client) = Program::python("udp", &["client", &address, "你好"]) else {
        return;
    };
    ends(client, 1, "waited too long");
    assert!(started.elapsed() >= Duration::from_secs(5));
}

#[test]
fn a_wrong_argument_is_status_2_with_where_help_is() {
    for name in [
        "reset",
        "broken_pipe",
        "zero_window",
        "small_writes",
        "not_accepted",
    ] {
        for args in [
            &["server", "127.0.0.1:x"][..],
            &["server", "127.0.0.1:0", "what"],
        ] {
            if let Some(program) = Program::python(name, args) {
                ends(program, 2, "--help");
            }
        }
    }
}
