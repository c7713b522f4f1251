//! Attacks on each role of `19_url_journey`, from clients, applications and name servers.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/program.rs"]
mod program;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::thread;
use std::time::Instant;

use program::{DEADLINE, Program, dribble, guarded};

const NAME: &str = "19_url_journey";
const GET: &str = "GET / HTTP/1.1\r\nHost: www.workbook.test\r\n\r\n";

/// A server role, and where it listens.
struct Role(Program, SocketAddr);

impl Role {
    fn start(words: &[&str]) -> Self {
        let mut program = Program::start(NAME, words);
        let address = program.address();
        Self(program, address)
    }

    fn app() -> Self {
        Self::start(&["app", "127.0.0.1:0"])
    }

    fn proxy(app: SocketAddr) -> Self {
        Self::start(&["proxy", "127.0.0.1:0", &app.to_string()])
    }

    /// The whole answer to `bytes`.
    fn answer(&self, bytes: &[u8]) -> String {
        let mut stream = guarded(TcpStream::connect(self.1).unwrap());
        // A refusal may come before all is written.
        let _ = stream.write_all(bytes);
        all(&mut stream)
    }
}

fn all(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// An application of the test's own: answers each of `times` requests with `words`, and returns
/// what it received.
fn application(words: &'static [u8], times: usize) -> (SocketAddr, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let heard = thread::spawn(move || {
        let mut heard = String::new();
        for _ in 0..times {
            let mut stream = guarded(listener.accept().unwrap().0);
            let mut bytes = Vec::new();
            while !bytes.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                bytes.push(byte[0]);
            }
            heard += &String::from_utf8(bytes).unwrap();
            let _ = stream.write_all(words);
            let _ = stream.shutdown(Shutdown::Write);
            let _ = stream.read_to_end(&mut Vec::new());
        }
        heard
    });
    (address, heard)
}

#[test]
fn a_request_one_byte_at_a_time_goes_all_the_way() {
    let app = Role::app();
    let proxy = Role::proxy(app.1);
    let mut stream = guarded(TcpStream::connect(proxy.1).unwrap());
    dribble(&stream, GET.as_bytes());
    let answer = all(&mut stream);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("You come from 127.0.0.1.\n"), "{answer}");
}

#[test]
fn a_guest_cannot_pass_for_another() {
    let app = Role::app();
    let proxy = Role::proxy(app.1);
    let forged = GET.replace("\r\n\r\n", "\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n");
    let answer = proxy.answer(forged.as_bytes());
    assert!(answer.contains("You come from 127.0.0.1.\n"), "{answer}");
}

#[test]
fn what_is_for_one_connection_does_not_go_on_to_the_next() {
    let (address, heard) = application(b"HTTP/1.0 200 OK\r\nConnection: close\r\nConnection: x-secret\r\nX-Secret: 1\r\nX-Kept: 2\r\nKeep-Alive: 9\r\n\r\nhi", 1);
    let proxy = Role::proxy(address);
    let fields = "\r\nConnection: keep-alive\r\nConnection: X-Hop\r\nX-Hop: 1\r\nX-End: 2\r\nTE: gzip\r\nProxy-Authorization: x\r\n\r\n";
    let answer = proxy.answer(GET.replace("\r\n\r\n", fields).as_bytes());
    assert!(
        answer.contains("X-Kept: 2\r\n") && answer.ends_with("\r\n\r\nhi"),
        "{answer}"
    );
    for gone in ["X-Secret", "Keep-Alive"] {
        assert!(!answer.contains(gone), "{answer}");
    }
    let heard = heard.join().unwrap();
    assert!(
        heard.starts_with("GET / HTTP/1.0\r\nConnection: close\r\nHost: www.workbook.test\r\n"),
        "{heard}"
    );
    assert!(
        heard.ends_with("X-Forwarded-For: 127.0.0.1\r\nVia: 1.1 proxy\r\n\r\n"),
        "{heard}"
    );
    assert!(heard.contains("X-End: 2\r\n"), "{heard}");
    for gone in ["X-Hop", "keep-alive", "TE:", "Proxy-"] {
        assert!(!heard.contains(gone), "{heard}");
    }
}

#[test]
fn requests_that_two_servers_could_read_differently_are_refused() {
    // Nothing is behind this proxy: a request that it passed on would be answered with 502.
    let app = Role::app();
    let proxy = Role::proxy("127.0.0.1:9".parse().unwrap());
    for (request, status) in [
        (
            GET.replace("\r\n\r\n", "\r\nContent-Length: 5\r\n\r\n"),
            400,
        ),
        (
            GET.replace("\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\n"),
            400,
        ),
        (GET.replace("Host:", "Host :"), 400),
        (GET.replace("Host: www", "Host: a\r\nHost: www"), 400),
        (GET.replace("Host: www.workbook.test\r\n", ""), 400),
        (GET.replace("\r\n\r\n", "\r\n folded\r\n\r\n"), 400),
        (GET.replace("workbook", "work\0book"), 400),
        (GET.replace("workbook", "work\nX: book"), 400),
        (GET.replace("GET /", "GET  /"), 400),
        (GET.replace("GET /", "GET x"), 400),
        (GET.replace("1.1", "2.0"), 400),
        (GET.replace("GET", "POST"), 405),
        ("\u{16}\u{3}\u{1}".to_owned(), 400),
        (format!("GET /{} HTTP/1.1\r\n", "a".repeat(20_000)), 431),
    ] {
        for role in [&app, &proxy] {
            let answer = role.answer(request.as_bytes());
            assert!(
                answer.starts_with(&format!("HTTP/1.1 {status} ")),
                "{request:?}: {answer}"
            );
        }
    }
}

#[test]
fn head_has_the_length_and_not_the_body() {
    let app = Role::app();
    let proxy = Role::proxy(app.1);
    for role in [&app, &proxy] {
        let answer = role.answer(GET.replace("GET", "HEAD").as_bytes());
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(answer.ends_with("\r\n\r\n"), "{answer}");
    }
}

#[test]
fn an_application_whose_answer_is_not_http_is_a_502() {
    for nonsense in [
        &b"\x16\x03\x01 no http"[..],
        b"",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\ncut short",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    ] {
        let (address, heard) = application(nonsense, 1);
        let answer = Role::proxy(address).answer(GET.as_bytes());
        assert!(
            answer.starts_with("HTTP/1.1 502 Bad Gateway\r\n"),
            "{nonsense:?}: {answer}"
        );
        heard.join().unwrap();
    }
}

#[test]
fn an_endless_answer_is_given_up_at_its_bound() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = Role::proxy(listener.local_addr().unwrap());
    let endless = thread::spawn(move || {
        let mut stream = guarded(listener.accept().unwrap().0);
        let _ = stream.write_all(b"HTTP/1.0 200 OK\r\n\r\n");
        while stream.write_all(&[b'a'; 65536]).is_ok() {}
    });
    let answer = proxy.answer(GET.as_bytes());
    assert!(
        answer.starts_with("HTTP/1.1 502 Bad Gateway\r\n"),
        "{answer:.200}"
    );
    endless.join().unwrap();
}

#[test]
fn an_application_that_keeps_silent_is_a_504() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = Role::proxy(listener.local_addr().unwrap());
    let answer = proxy.answer(GET.as_bytes());
    assert!(
        answer.starts_with("HTTP/1.1 504 Gateway Timeout\r\n"),
        "{answer}"
    );
}

#[test]
fn silent_and_slow_guests_keep_nobody_else_waiting() {
    let app = Role::app();
    let proxy = Role::proxy(app.1);
    let start = Instant::now();
    let mut slow = guarded(TcpStream::connect(proxy.1).unwrap());
    slow.write_all(b"GET / HT").unwrap();
    let _silent: Vec<_> = (0..40)
        .map(|_| TcpStream::connect(proxy.1).unwrap())
        .collect();
    let answer = proxy.answer(GET.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    let answer = all(&mut slow);
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(start.elapsed() < DEADLINE, "{:?}", start.elapsed());
}

#[test]
fn broken_datagrams_do_not_end_the_name_server() {
    let mut names = Role::start(&["names", "127.0.0.1:0"]);
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    socket.connect(names.1).unwrap();
    let question = b"\x12\x34\x01\x00\0\x01\0\0\0\0\0\0\x03www\x08workbook\x04test\0\0\x01\0\x01";
    for cut in 0..question.len() {
        socket.send(&question[..cut]).unwrap();
    }
    // An answer is never answered; a pointer to itself is no way to hang.
    socket.send(b"\x12\x35\x81\x00\0\x01\0\0\0\0\0\0").unwrap();
    socket
        .send(b"\x12\x36\x01\x00\0\x01\0\0\0\0\0\0\xc0\x0c\0\x01\0\x01")
        .unwrap();
    socket.send(question).unwrap();
    let mut buffer = [0; 512];
    let answer = loop {
        let length = socket.recv(&mut buffer).unwrap();
        assert_ne!(&buffer[..2], b"\x12\x35", "an answer was answered");
        if buffer[3] & 15 == 0 {
            break &buffer[..length];
        }
    };
    assert!(answer.ends_with(&[127, 0, 0, 1]), "{answer:x?}");
    names.0.hangs_up();
    assert_eq!(names.0.ends().0, Some(0));
}

/// What the browser prints last, with this URL and name server.
#[track_caller]
fn browser(url: &str, names: SocketAddr, words: &str) {
    let (status, screen) = Program::start(NAME, &["browser", url, &names.to_string()]).ends();
    let last = screen.lines().last().unwrap();
    assert!(last.contains(words), "want {words:?}, but:\n{screen}");
    assert!(!screen.contains('\u{1b}'), "{screen:?}");
    assert_eq!(status, Some(1));
}

#[test]
fn the_browser_says_which_step_failed() {
    let names = Role::start(&["names", "127.0.0.1:0"]);
    let nobody = UdpSocket::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let closed = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let app = Role::app();
    browser(
        "http://www.workbook.test/",
        nobody,
        "第 1 步，问名字 step 1",
    );
    browser(
        "http://x.test/",
        names.1,
        "没有这个名字，看看网址有没有写错 no such name",
    );
    browser(
        "http://example.com/",
        names.1,
        "名字服务器说不行 the name server refuses: RCODE 5",
    );
    let port = closed.port();
    browser(
        &format!("http://www.workbook.test:{port}/"),
        names.1,
        "第 2 步，连接 step 2",
    );
    let app = app.1;
    browser(
        &format!("http://{app}/none"),
        names.1,
        "step 3, the server says: 404 Not Found",
    );
    let (wild, heard) = application(b"HTTP/1.0 200 \x1b[2J\r\n\r\n", 1);
    browser(
        &format!("http://{wild}/"),
        names.1,
        "第 3 步，要网页 step 3",
    );
    heard.join().unwrap();
    let (wild, heard) = application(b"HTTP/1.0 500 x\r\n\r\n\x1b[2J\xff", 1);
    browser(
        &format!("http://{wild}/"),
        names.1,
        "step 3, the server says: 500 x",
    );
    heard.join().unwrap();
}

#[test]
fn an_address_that_nobody_asked_for_is_not_believed() {
    let names = UdpSocket::bind("127.0.0.1:0").unwrap();
    names.set_read_timeout(Some(DEADLINE)).unwrap();
    let address = names.local_addr().unwrap();
    let server = thread::spawn(move || {
        let mut buffer = [0; 512];
        let (length, peer) = names.recv_from(&mut buffer).unwrap();
        let mut answer = buffer[..length].to_vec();
        answer[2] |= 0x80;
        answer[7] = 1;
        // The address of another name.
        answer.extend(b"\x01y\x04test\0\0\x01\0\x01\0\0\0\x05\0\x04\x7f\0\0\x01");
        names.send_to(&answer, peer).unwrap();
    });
    browser("http://x.test:1/", address, "no IPv4 address: x.test");
    server.join().unwrap();
}

#[test]
fn a_silent_name_server_is_asked_three_times() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    silent.set_read_timeout(Some(DEADLINE)).unwrap();
    let address = silent.local_addr().unwrap();
    let asked = thread::spawn(move || {
        let mut buffer = [0; 512];
        for _ in 0..3 {
            let (length, peer) = silent.recv_from(&mut buffer).unwrap();
            // A different id: forged or late, and not an answer to this question.
            let mut forged = buffer[..length].to_vec();
            forged[0] ^= 0xff;
            forged[2] |= 0x80;
            silent.send_to(&forged, peer).unwrap();
        }
    });
    browser(
        "http://www.workbook.test/",
        address,
        "名字服务器不回答 the name server does not answer",
    );
    asked.join().unwrap();
}

#[test]
fn the_servers_end_when_their_stdin_ends() {
    let proxy = ["proxy", "127.0.0.1:0", "127.0.0.1:9"];
    for words in [
        &["names", "127.0.0.1:0"][..],
        &["app", "127.0.0.1:0"],
        &proxy,
    ] {
        let mut role = Role::start(words);
        role.0.hangs_up();
        assert_eq!(role.0.ends().0, Some(0));
    }
}

#[test]
fn mistakes_in_the_arguments_end_with_status_2() {
    for args in [
        &["both"][..],
        &["names", "x"],
        &["app", "127.0.0.1"],
        &["proxy", "127.0.0.1:0", "x"],
        &["browser", "https://x/"],
        &["browser", "http://"],
        &["browser", "http://x:99999/"],
        &["browser", "http://x/ y"],
        &["browser", "http://x/", "x"],
        &["--no"],
    ] {
        let (status, screen) = Program::start(NAME, args).ends();
        assert!(
            screen.ends_with("帮助 help: -- --help\n"),
            "{args:?}: {screen}"
        );
        assert_eq!(status, Some(2));
    }
}
