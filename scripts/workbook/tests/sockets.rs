//! Peers that waste the server's time. Its timeouts are short here.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use workbook::serve::{Shared, Timeouts, serve};
use workbook::site::Site;

const BIG: usize = 32 << 20;

fn server() -> SocketAddr {
    // Longer than a busy machine takes from a connection to its request.
    patient_server(Timeouts {
        head: Duration::from_secs(2),
        answer: Duration::from_secs(2),
        end: Duration::from_millis(200),
    })
}

fn patient_server(timeouts: Timeouts) -> SocketAddr {
    let mut site = Site::default();
    site.insert("index.html", "<body>page</body>");
    site.insert("big.bin", vec![0; BIG]);
    let shared = Shared::new();
    shared.publish(site);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            serve(listener, shared, timeouts).await;
        });
    });
    address
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    stream
}

/// What comes until the server closes; the read time-out would be an error.
fn rest(mut stream: TcpStream) -> usize {
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Err(error) if error.kind() != std::io::ErrorKind::ConnectionReset => panic!("{error}"),
        _ => bytes.len(),
    }
}

#[test]
fn a_peer_that_never_finishes_its_request_is_let_go() {
    let address = server();
    assert_eq!(rest(connect(address)), 0);
    let mut half = connect(address);
    half.write_all(b"GET / HTTP/1.1\r\nHost: loc").unwrap();
    rest(half);
}

#[test]
fn an_idle_connection_is_closed() {
    let mut stream = connect(server());
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    assert!(rest(stream) > 0);
}

#[test]
fn a_peer_that_does_not_read_its_answer_is_let_go() {
    let address = server();
    let mut deaf = connect(address);
    deaf.write_all(b"GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    // 128 places: only if the deaf ones are let go is there one for this.
    let mut more: Vec<_> = (0..150).map(|_| connect(address)).collect();
    for stream in &mut more {
        stream
            .write_all(b"GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .unwrap();
    }
    let mut polite = connect(address);
    polite
        .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .unwrap();
    assert!(rest(polite) > 0);
    assert!(rest(deaf) < BIG);
}

/// Number of peers that waste the server's time; a system may give a process 256 descriptors.
const SILENT: usize = if cfg!(target_os = "macos") { 60 } else { 500 };

/// How long a reader waits for a page.
fn asked(address: SocketAddr) -> Duration {
    let began = Instant::now();
    let mut reader = connect(address);
    let ask = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    reader.write_all(ask).unwrap();
    let mut page = String::new();
    reader.read_to_string(&mut page).unwrap();
    assert!(page.contains("page"), "{page}");
    began.elapsed()
}

/// A reader among peers that say this and no more, also while they come again and again, waits at
/// most a second each time.
#[track_caller]
fn a_reader_beside(words: &[u8]) {
    // One crowd at a time: a process may have 1024 descriptors.
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    // As patient as the tool: nobody is let go for being slow.
    let address = patient_server(Timeouts::default());
    // A second, and what this machine needs just now for as many requests as stand before ours.
    let limit = Duration::from_secs(1) + (0..SILENT).map(|_| asked(address)).sum::<Duration>();
    let idle = |_| {
        let mut stream = connect(address);
        let _ = stream.write_all(words);
        stream
    };
    let mut silent: Vec<_> = (0..SILENT).map(idle).collect();
    for round in 0..5 {
        let took = asked(address);
        assert!(took < limit, "round {round}: {took:?} of {limit:?}");
        silent.drain(..50);
        silent.extend((0..50).map(idle));
    }
}

#[test]
fn a_reader_does_not_wait_for_silent_peers() {
    a_reader_beside(b"");
}

#[test]
fn a_reader_does_not_wait_for_peers_with_half_a_request() {
    a_reader_beside(b"GET / HTTP/1.1\r\nHost: loc");
}

#[test]
fn a_reader_does_not_wait_for_peers_that_keep_their_connection() {
    a_reader_beside(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

#[test]
fn a_reader_does_not_wait_for_peers_that_do_not_take_their_answer() {
    a_reader_beside(b"GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

#[test]
fn a_reader_does_not_wait_for_peers_that_ask_for_every_stream() {
    a_reader_beside(b"GET /__workbook/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
}
