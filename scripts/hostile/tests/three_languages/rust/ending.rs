//! The rows of "Ending".

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::IntoRawFd;
use std::{env, process};

use super::support::{Waiting, connected, has_nothing, is_refused, loopback, own_process, rows};
use crate::started::Started;

rows![
    row_send_no_more,
    row_read_no_more_or_neither,
    row_close,
    row_forget_to_close,
    row_use_after_closing,
    row_error_while_closing,
    row_hand_over_the_descriptor_do_not_close,
    row_end_of_the_process,
];

/// Whether the end comes.
fn has_ended(peer: &mut TcpStream) -> bool {
    peer.read(&mut [0]).unwrap() == 0
}

fn row_send_no_more() {
    let (mut stream, mut peer) = connected();
    let _other = stream.try_clone().unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert!(has_ended(&mut peer), "although there is another descriptor");
    peer.write_all(b"hi").unwrap();
    stream.read_exact(&mut [0; 2]).unwrap();
}

fn row_read_no_more_or_neither() {
    for how in [Shutdown::Read, Shutdown::Both] {
        let (stream, _peer) = connected();
        let mut other = stream.try_clone().unwrap();
        let waiting = Waiting::start(move || other.read(&mut [0]));
        stream.shutdown(how).unwrap();
        assert_eq!(waiting.ends().unwrap(), 0);
    }
}

fn row_close() {
    let (stream, mut peer) = connected();
    {
        let _until_here = stream;
    }
    assert!(has_ended(&mut peer));
    let (stream, mut peer) = connected();
    let other = stream.try_clone().unwrap();
    drop(stream);
    assert!(has_nothing(&peer), "the last descriptor is still open");
    drop(other);
    assert!(has_ended(&mut peer));
}

fn row_forget_to_close() {
    struct Owner(TcpStream, &'static str);
    // Runs when the owner goes, whichever way; then the stream closes.
    impl Drop for Owner {
        fn drop(&mut self) {
            self.0.write_all(self.1.as_bytes()).unwrap();
        }
    }
    fn leaves_early(owner: Owner) -> Option<()> {
        None?;
        drop(owner);
        Some(())
    }
    let (stream, mut peer) = connected();
    assert_eq!(leaves_early(Owner(stream, "bye")), None);
    let mut all = String::new();
    peer.read_to_string(&mut all).unwrap();
    assert_eq!(all, "bye");
}

fn row_use_after_closing() {
    let refused = "pub fn f(stream: std::net::TcpStream) { drop(stream); stream.peer_addr(); }";
    assert!(is_refused(refused, &["E0382"]));
    let accepted = "pub fn f(stream: std::net::TcpStream) { stream.peer_addr(); drop(stream); }";
    assert!(!is_refused(accepted, &[]));
}

fn row_error_while_closing() {
    let (stream, _peer) = connected();
    // There is nothing to look at.
    let closed: () = drop(stream);
    assert_eq!(closed, ());
}

fn row_hand_over_the_descriptor_do_not_close() {
    let (stream, peer) = connected();
    // Safe Rust cannot close a number: it stays open until the process ends.
    let number = stream.into_raw_fd();
    assert!(number > 2 && has_nothing(&peer));
}

fn row_end_of_the_process() {
    struct Owner(TcpStream);
    impl Drop for Owner {
        fn drop(&mut self) {
            self.0.write_all(b"dropped").unwrap();
        }
    }
    if let Ok(address) = env::var("THREE_LANGUAGES_PEER") {
        let _owner = Owner(TcpStream::connect(address).unwrap());
        io::stdin().read_to_end(&mut Vec::new()).unwrap();
        process::exit(0);
    }
    let listener = TcpListener::bind(loopback()).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut child = own_process("row_end_of_the_process");
    let mut child = Started::start_together(child.env("THREE_LANGUAGES_PEER", address));
    let (mut peer, _) = listener.accept().unwrap();
    assert!(has_nothing(&peer));
    child.hangs_up();
    assert!(has_ended(&mut peer), "the kernel closes, and no drop runs");
    assert!(child.status().success());
}
