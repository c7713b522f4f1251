//! Attacks on `17_tls`: from a raw peer, and from an attacker between its two ends.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/program.rs"]
mod program;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use program::{DEADLINE, Program, guarded, reset};

const NAME: &str = "17_tls";

/// A certificate file of this test's own, removed with it.
struct Cert(String);

impl Cert {
    fn new(test: &str) -> Self {
        let name = format!("17_tls-{}-{test}.pem", std::process::id());
        Self(std::env::temp_dir().join(name).to_str().unwrap().to_owned())
    }

    fn server(&self) -> (Program, SocketAddr) {
        let mut server = Program::start(NAME, &["server", "127.0.0.1:0", "--cert", &self.0]);
        let address = server.address();
        (server, address)
    }

    fn client(&self, address: SocketAddr, words: &[&str]) -> Program {
        let address = address.to_string();
        Program::start(
            NAME,
            &[&["client", &address, "--cert", &self.0], words].concat(),
        )
    }
}

impl Drop for Cert {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[track_caller]
fn fails(program: Program, words: &str) {
    let (status, screen) = program.ends();
    let last = screen.lines().last().unwrap();
    assert!(last.contains(words), "want {words:?}, but:\n{screen}");
    assert!(!screen.contains("panicked"), "{screen}");
    assert_eq!(status, Some(1));
}

/// The server receives `bytes` and the end of input.
#[track_caller]
fn refuses(test: &str, bytes: &[u8], words: &str) {
    let cert = Cert::new(test);
    let (server, address) = cert.server();
    let mut peer = guarded(TcpStream::connect(address).unwrap());
    peer.write_all(bytes).unwrap();
    peer.shutdown(Shutdown::Write).unwrap();
    fails(server, words);
}

const NOT_TLS: &str = "对方说的不是 TLS the peer does not speak TLS";
const CUT: &str = "没说完就断了，可能被截断 ended without close_notify, may be cut short";

#[test]
fn plain_text_instead_of_a_handshake_is_recognized() {
    refuses("chinese", "你好，服务器".as_bytes(), NOT_TLS);
    refuses("http", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", NOT_TLS);
    refuses("zeros", &[0; 4096], NOT_TLS);
}

#[test]
fn a_record_with_a_lying_length_is_refused() {
    // 65535 bytes is more than a record may have: no room is kept for it.
    refuses("long", &[22, 3, 1, 0xff, 0xff], NOT_TLS);
    refuses("empty", &[22, 3, 1, 0, 0], NOT_TLS);
}

#[test]
fn an_end_in_the_middle_of_the_handshake_is_an_error() {
    refuses("nothing", b"", CUT);
    refuses("half", &[22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3], CUT);
}

#[test]
fn a_reset_in_the_handshake_is_an_error() {
    let cert = Cert::new("reset");
    let (server, address) = cert.server();
    let peer = TcpStream::connect(address).unwrap();
    reset(peer);
    fails(server, "连接断了 connection lost");
}

#[test]
fn a_handshake_a_byte_at_a_time_ends_at_the_deadline() {
    let cert = Cert::new("slow");
    let (server, address) = cert.server();
    let mut peer = guarded(TcpStream::connect(address).unwrap());
    let start = Instant::now();
    let (stop, stopped) = mpsc::channel::<()>();
    let busy = thread::spawn(move || {
        // A record of 16000 bytes is announced, and comes much too slowly.
        let mut bytes = [22, 3, 1, 0x3e, 0x80, 1, 0, 0x3e, 0x7c, 3, 3]
            .iter()
            .copied()
            .chain(std::iter::repeat(7));
        // The rate of the peer, not a wait: each byte comes long before any deadline of one read.
        while stopped.recv_timeout(Duration::from_millis(50)) == Err(RecvTimeoutError::Timeout) {
            if peer.write_all(&[bytes.next().unwrap()]).is_err() {
                break;
            }
        }
    });
    fails(server, "等得太久 waited too long");
    assert!(start.elapsed() < DEADLINE, "{:?}", start.elapsed());
    drop(stop);
    busy.join().unwrap();
}

#[test]
fn a_silent_peer_is_given_up_by_server_and_client() {
    let cert = Cert::new("silent");
    let (server, address) = cert.server();
    let silent = TcpStream::connect(address).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = cert.client(listener.local_addr().unwrap(), &[]);
    let (_hole, _) = listener.accept().unwrap();
    fails(server, "等得太久 waited too long");
    fails(client, "等得太久 waited too long");
    drop(silent);
}

/// What the attacker in between does with a record from the client (type, whole record).
enum Act {
    Pass,
    Change(Vec<u8>),
    /// Throws it away and closes, as FIN can be forged by anyone.
    Cut,
}

/// Sits between client and server, and sees each record of the client with its number.
fn between(
    test: &str,
    words: &[&str],
    mut act: impl FnMut(usize, &[u8]) -> Act,
) -> (Program, Program) {
    let cert = Cert::new(test);
    let (mut server, address) = cert.server();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = cert.client(listener.local_addr().unwrap(), words);
    let mut from = guarded(listener.accept().unwrap().0);
    let mut to = guarded(TcpStream::connect(address).unwrap());
    let (mut back_from, mut back_to) = (to.try_clone().unwrap(), from.try_clone().unwrap());
    let back = thread::spawn(move || {
        let _ = std::io::copy(&mut back_from, &mut back_to);
        let _ = back_to.shutdown(Shutdown::Write);
    });
    for number in 0.. {
        let mut record = vec![0; 5];
        if from.read_exact(&mut record).is_err() {
            break;
        }
        let length = usize::from(u16::from_be_bytes([record[3], record[4]]));
        record.resize(5 + length, 0);
        from.read_exact(&mut record[5..]).unwrap();
        match act(number, &record) {
            Act::Pass => to.write_all(&record).unwrap(),
            Act::Change(other) => to.write_all(&other).unwrap(),
            Act::Cut => break,
        }
    }
    let _ = to.shutdown(Shutdown::Write);
    back.join().unwrap();
    // Reads on: the client must not fail for a reason other than the one under test.
    let _ = from.read_to_end(&mut Vec::new());
    server.sees("证书");
    (server, client)
}

// The client's records: 0 ClientHello, 1 change cipher spec, 2 Finished, 3 the message,
// 4 close_notify.

#[test]
fn an_attacker_who_only_forwards_sees_neither_the_message_nor_the_certificate() {
    let mut all = Vec::new();
    let (server, client) = between("pass", &["这是秘密"], |_, record| {
        all.extend_from_slice(record);
        Act::Pass
    });
    let has = |text: &str| {
        all.windows(text.len())
            .any(|bytes| bytes == text.as_bytes())
    };
    assert!(has("server.test"), "SNI is plain text");
    assert!(!has("这是秘密") && !has("这"), "the message is not");
    assert!(server.ends().1.contains("客户端 client: 这是秘密\n"));
    assert_eq!(client.ends().0, Some(0));
}

#[test]
fn a_forged_end_of_the_stream_is_not_taken_for_the_end_of_the_message() {
    // A long message has several records: the message is cut between two of them.
    let long = "转账给爱丽丝 1000 元。".repeat(2000);
    for (test, words, number) in [
        ("cut-close", &["你好"][..], 4),
        ("cut-message", &["你好"], 3),
        ("cut-long", &[&long], 4),
    ] {
        let (server, client) = between(
            test,
            words,
            |n, _| if n == number { Act::Cut } else { Act::Pass },
        );
        let (status, screen) = server.ends();
        assert!(screen.contains(CUT), "{screen}");
        assert!(!screen.contains("客户端 client:"), "{screen}");
        assert_eq!(status, Some(1));
        assert_eq!(client.ends().0, Some(1), "the client has no confirmation");
    }
}

#[test]
fn one_changed_bit_is_noticed() {
    let (server, client) = between("bit", &["你好"], |n, record| {
        let mut record = record.to_vec();
        if n == 3 {
            record[5] ^= 1;
        }
        Act::Change(record)
    });
    fails(server, "TLS 出错 TLS failed");
    assert_eq!(client.ends().0, Some(1));
}

#[test]
fn a_record_sent_twice_is_noticed() {
    let (server, client) = between("twice", &["付 100 元"], |n, record| {
        let copies = if n == 3 { 2 } else { 1 };
        Act::Change(record.repeat(copies))
    });
    fails(server, "TLS 出错 TLS failed");
    assert_eq!(client.ends().0, Some(1));
}

#[test]
fn a_message_over_the_limit_is_refused() {
    use std::fmt::Write as _;
    let cert = Cert::new("limit");
    let (server, address) = cert.server();
    let mut client = cert.client(address, &["-"]);
    let mut text = String::new();
    for n in 0..150_000 {
        write!(text, "{n:07}").unwrap();
    }
    let mut keyboard = client.keyboard();
    let typing = thread::spawn(move || {
        let _ = keyboard.write_all(text.as_bytes());
    });
    typing.join().unwrap();
    fails(server, "消息超过 1 MiB，拒收 message over 1 MiB, refused");
    assert_eq!(client.ends().0, Some(1));
}

#[test]
fn a_client_without_a_certificate_or_with_a_bad_one_says_so() {
    let nowhere = "127.0.0.1:9".parse().unwrap();
    let cert = Cert::new("none");
    fails(cert.client(nowhere, &[]), "No such file");
    for text in [
        "",
        "hello\n",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        std::fs::write(&cert.0, text).unwrap();
        let (status, screen) = cert.client(nowhere, &[]).ends();
        assert!(
            screen.starts_with("错误 error: ") || screen.contains("\n错误 error: "),
            "{screen}"
        );
        assert_eq!(status, Some(1));
    }
}

#[test]
fn mistakes_in_the_arguments_end_with_status_2() {
    for args in [
        &["both"][..],
        &["server", "127.0.0.1:0", "x"],
        &["client", "1.2.3.4"],
        &["client", "--name"],
        &["client", "--name", "two words"],
        &["client", "--nam", "x"],
    ] {
        let (status, screen) = Program::start(NAME, args).ends();
        assert!(screen.ends_with("帮助 help: -- --help\n"), "{screen}");
        assert_eq!(status, Some(2));
    }
}
