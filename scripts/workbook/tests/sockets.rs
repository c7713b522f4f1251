//! Peers that waste the server's time. Patience is short here.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use workbook::serve::{Patience, Shared, serve};
use workbook::site::Site;

const BIG: usize = 32 << 20;

fn server() -> SocketAddr {
    let mut site = Site::default();
    site.insert("index.html", "<body>page</body>");
    site.insert("big.bin", vec![0; BIG]);
    let shared = Shared::new();
    shared.publish(site);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let patience = Patience {
        head: Duration::from_millis(200),
        answer: Duration::from_millis(200),
        end: Duration::from_millis(200),
    };
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            serve(listener, shared, patience).await;
        });
    });
    address
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
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
