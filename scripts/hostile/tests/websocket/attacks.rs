//! Raw clients and servers do to `18_websocket` what Autobahn's cases do, and what is done on a
//! network.
//!
//! Nothing here sleeps: a test waits for a frame, a line or an end, each with a deadline.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use tungstenite::protocol::CloseFrame;
use tungstenite::protocol::frame::coding::CloseCode;
use tungstenite::{Message, WebSocket};

use crate::guest::{ACCEPT, Guest, KEY, ask, frame, handshake};
use crate::program::{DEADLINE, Language, Program, dribble, guarded, reset};

const NAME: &str = "18_websocket";

fn language() -> Language {
    Language::of(module_path!())
}

struct Server(Program, SocketAddr);

impl Server {
    fn start(options: &[&str]) -> Self {
        let args = [&["server", "127.0.0.1:0"], options].concat();
        let mut program = Program::start_in(language(), NAME, &args);
        let address = program.address();
        Self(program, address)
    }

    fn guests<const N: usize>(&self) -> [Guest; N] {
        std::array::from_fn(|_| Guest::joins(self.1))
    }

    /// `/quit`, and everybody goes; returns what was on the screen.
    #[track_caller]
    fn quits(mut self) -> String {
        self.0.types("/quit\n");
        let (status, screen) = self.0.ends();
        assert_eq!(status, Some(0), "{screen}");
        assert!(
            !screen.contains("panicked") && !screen.contains("Traceback"),
            "{screen}"
        );
        screen
    }
}

#[test]
fn the_answer_is_that_of_the_rfc_and_no_extension_is_agreed_to() {
    let server = Server::start(&[]);
    let more = "Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Protocol: chat\r\n";
    let (_, head) = ask(server.1, &handshake(more));
    assert!(
        head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"),
        "{head}"
    );
    assert!(
        head.contains(&format!("\r\nSec-WebSocket-Accept: {ACCEPT}\r\n")),
        "{head}"
    );
    assert!(
        !head.contains("Extensions") && !head.contains("Protocol:"),
        "{head}"
    );
    server.quits();
}

#[test]
fn a_handshake_that_is_none_gets_an_answer_in_http() {
    let server = Server::start(&[]);
    let good = handshake("");
    let bad = [
        ("400", good.replace("GET", "POST")),
        ("400", good.replace("HTTP/1.1", "HTTP/1.0")),
        ("404", good.replace("/chat", "/")),
        ("426", good.replace("Upgrade: WebSocket\r\n", "")),
        ("426", good.replace("Upgrade: WebSocket", "Upgrade: h2c")),
        ("426", good.replace("Version: 13", "Version: 8")),
        ("400", good.replace("Host: 127.0.0.1\r\n", "")),
        ("400", good.replace(KEY, "")),
        ("400", good.replace(KEY, "c2hvcnQ=")),
        ("400", good.replace(KEY, "not Base64 at all!!!!!!!")),
        ("400", handshake(&format!("Sec-WebSocket-Key: {KEY}\r\n"))),
        ("400", handshake("Host: b\r\n")),
        ("400", handshake("Content-Length: 5\r\n")),
        ("400", handshake("Transfer-Encoding: chunked\r\n")),
        ("400", handshake("no colon\r\n")),
        ("400", handshake("X: a\0b\r\n")),
        (
            "400",
            handshake("Origin: http://localhost\r\nOrigin: http://localhost\r\n"),
        ),
    ];
    for (status, request) in bad {
        let (mut stream, head) = ask(server.1, &request);
        assert!(
            head.starts_with(&format!("HTTP/1.1 {status} ")),
            "{request}\n{head}"
        );
        assert_eq!(
            head.contains("Sec-WebSocket-Version: 13"),
            status == "426",
            "{head}"
        );
        let _ = stream.shutdown(Shutdown::Write);
        let mut body = String::new();
        stream.read_to_string(&mut body).unwrap();
        assert!(!body.is_empty() && head.contains(&format!("Content-Length: {}\r\n", body.len())));
    }
    server.quits();
}

#[test]
fn pages_of_this_machine_are_welcome_and_no_others() {
    let server = Server::start(&[]);
    let origins = [
        ("http://127.0.0.1:3000", true),
        ("http://localhost", true),
        ("http://[::1]:1", true),
        ("https://evil.example", false),
        ("http://localhost.evil.example", false),
        ("http://127.0.0.1.evil.example:80", false),
        ("http://127.0.0.1:80@evil.example", false),
        ("http://127.0.0.1:8818/", false),
        ("http://127.0.0.2", false),
        ("https://localhost", false),
        ("http://localhost:", false),
        ("http://localhost:+1", false),
        ("null", false),
        ("file://", false),
        ("", false),
    ];
    for (origin, welcome) in origins {
        let (_, head) = ask(server.1, &handshake(&format!("Origin: {origin}\r\n")));
        let status = if welcome { "101" } else { "403" };
        assert!(
            head.starts_with(&format!("HTTP/1.1 {status} ")),
            "{origin}: {head}"
        );
        assert!(!head.contains("evil"), "not repeated: {head}");
    }
    let screen = server.quits();
    assert!(
        screen.contains("拒绝 refused: 403 Forbidden: Origin: null"),
        "{screen}"
    );
}

#[test]
fn an_origin_that_is_named_is_welcome_and_any_is_where_any_is_said() {
    for (options, origin, welcome) in [
        (&["--allow-origin", "null"][..], "null", true),
        (&["--allow-origin", "null"], "https://evil.example", false),
        (&["--any-origin"], "https://evil.example", true),
    ] {
        let server = Server::start(options);
        let (_, head) = ask(server.1, &handshake(&format!("Origin: {origin}\r\n")));
        assert_eq!(
            head.starts_with("HTTP/1.1 101 "),
            welcome,
            "{options:?} {origin}"
        );
        server.quits();
    }
}

#[test]
fn what_breaks_the_protocol_is_answered_with_its_code() {
    let server = Server::start(&[]);
    let pieces = |pieces: &[(u8, &[u8])]| {
        let frames: Vec<_> = pieces
            .iter()
            .map(|(first, said)| frame(*first, said))
            .collect();
        frames.concat()
    };
    let head = |bytes: &[u8]| bytes.to_vec();
    let long = [b'x'; 4000];
    let cases: Vec<(&str, u16, Vec<u8>)> = vec![
        ("not masked", 1002, head(b"\x81\x02hi")),
        ("reserved bit 1", 1002, frame(0xc1, b"hi")),
        ("reserved bit 3", 1002, frame(0x91, b"hi")),
        ("opcode 3", 1002, frame(0x83, b"")),
        ("opcode b", 1002, frame(0x8b, b"")),
        ("ping of 126 bytes", 1002, frame(0x89, &[b'p'; 126])),
        ("ping in pieces", 1002, frame(0x09, b"")),
        ("nothing to go on", 1002, frame(0x80, b"hi")),
        (
            "text in a text",
            1002,
            pieces(&[(0x01, b"a"), (0x81, b"b")]),
        ),
        ("5 in 16 bits", 1002, head(&[0x81, 0xfe, 0, 5])),
        (
            "300 in 64 bits",
            1002,
            head(&[0x81, 0xff, 0, 0, 0, 0, 0, 0, 1, 44]),
        ),
        ("2^63", 1002, head(&[0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0])),
        ("4097 bytes", 1009, head(&[0x81, 0xfe, 0x10, 0x01])),
        (
            "2^62 bytes",
            1009,
            head(&[0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0]),
        ),
        (
            "4097 in pieces",
            1009,
            pieces(&[(0x01, &long), (0x80, &long[..97])]),
        ),
        ("binary", 1003, frame(0x82, b"\x01")),
        ("binary in pieces", 1003, frame(0x02, b"\x01")),
        ("ff", 1007, frame(0x81, b"\xff")),
        ("ff, more to come", 1007, frame(0x01, b"\xff")),
        (
            "half a character",
            1007,
            frame(0x81, "你".as_bytes()[..2].as_ref()),
        ),
        (
            "a character broken by the cut",
            1007,
            pieces(&[(0x01, b"\xe4\xbd"), (0x80, b"x")]),
        ),
        (
            "cut, and never finished",
            1007,
            pieces(&[(0x01, b"\xe4"), (0x00, b""), (0x80, b"")]),
        ),
        ("a surrogate", 1007, frame(0x81, b"\xed\xa0\x80")),
        ("overlong", 1007, frame(0x81, b"\xc0\x80")),
        (
            "beyond U+10FFFF",
            1007,
            pieces(&[(0x01, b"\xf4"), (0x80, b"\x90\x80\x80")]),
        ),
        ("half a code", 1002, frame(0x88, b"\x03")),
        ("code 999", 1002, frame(0x88, &999_u16.to_be_bytes())),
        ("code 1004", 1002, frame(0x88, &1004_u16.to_be_bytes())),
        ("code 1005", 1002, frame(0x88, &1005_u16.to_be_bytes())),
        ("code 1006", 1002, frame(0x88, &1006_u16.to_be_bytes())),
        ("code 1015", 1002, frame(0x88, &1015_u16.to_be_bytes())),
        ("code 2999", 1002, frame(0x88, &2999_u16.to_be_bytes())),
        ("code 5000", 1002, frame(0x88, &5000_u16.to_be_bytes())),
        (
            "a reason that is not UTF-8",
            1007,
            frame(0x88, b"\x03\xe8\xff"),
        ),
        ("HTTP", 1002, head(b"GET /chat HTTP/1.1\r\n")),
    ];
    for (what, code, bytes) in cases {
        let mut guest = Guest::joins(server.1);
        guest.sends(&bytes);
        let (first, payload) = guest.control();
        assert_eq!(
            (first, payload),
            (0x88, code.to_be_bytes().to_vec()),
            "{what}"
        );
        guest.sees_the_end();
    }
    server.quits();
}

#[test]
fn a_close_is_answered_with_its_code_and_the_server_closes_first() {
    let server = Server::start(&[]);
    for code in [1000, 1001, 1003, 1007, 1011, 1014, 3000, 4999] {
        let mut guest = Guest::joins(server.1);
        guest.sends(&frame(
            0x88,
            &[&u16::to_be_bytes(code), "再见".as_bytes()].concat(),
        ));
        guest.is_closed_with(Some(code));
    }
    let mut guest = Guest::joins(server.1);
    guest.sends(&frame(0x88, b""));
    guest.is_closed_with(None);
    server.quits();
}

#[test]
fn a_message_in_pieces_arrives_whole_and_a_ping_between_them_is_answered_at_once() {
    let server = Server::start(&[]);
    let [mut a, mut b] = server.guests();
    let bytes = "你好".as_bytes();
    a.hears("* guest2 进来了 joined");
    a.sends(&frame(0x01, &bytes[..2]));
    a.sends(&frame(0x89, b"between"));
    assert_eq!(a.control(), (0x8a, b"between".to_vec()));
    a.sends(&frame(0x00, b""));
    a.sends(&frame(0x00, &bytes[2..5]));
    a.sends(&frame(0x8a, b"a pong that nobody asked for"));
    a.sends(&frame(0x80, &bytes[5..]));
    b.hears("guest1: 你好");
    a.sends(&frame(0x89, &[7; 125]));
    assert_eq!(a.control(), (0x8a, vec![7; 125]));
    server.quits();
}

#[test]
fn frames_may_come_one_byte_at_a_time_or_several_in_one_write() {
    let server = Server::start(&[]);
    let [mut a, mut b] = server.guests();
    dribble(&a.0, &frame(0x81, "一个字节一个字节".as_bytes()));
    b.hears("guest1: 一个字节一个字节");
    let glued = [
        frame(0x81, "一".as_bytes()),
        frame(0x81, b""),
        frame(0x89, b"p"),
        frame(0x81, "二".as_bytes()),
    ];
    a.sends(&glued.concat());
    b.hears("guest1: 一");
    b.hears("guest1: 二");
    server.quits();
}

#[test]
fn a_frame_may_come_with_the_handshake() {
    let server = Server::start(&[]);
    let mut b = Guest::joins(server.1);
    let mut stream = guarded(TcpStream::connect(server.1).unwrap());
    let early = [handshake("").as_bytes(), &frame(0x81, b"early")].concat();
    stream.write_all(&early).unwrap();
    b.hears("guest2: early");
    server.quits();
}

#[test]
fn exactly_4096_bytes_arrive_in_one_frame_or_in_4096() {
    let server = Server::start(&[]);
    let [mut a, mut b] = server.guests();
    let text = "x".repeat(4096);
    a.says(&text);
    b.hears(&format!("guest1: {text}"));
    let mut pieces = frame(0x01, b"");
    for _ in 0..4096 {
        pieces.extend(frame(0x00, b"y"));
    }
    pieces.extend(frame(0x80, b""));
    a.sends(&pieces);
    b.hears(&format!("guest1: {}", "y".repeat(4096)));
    server.quits();
}

#[test]
fn a_message_is_one_line_and_drives_no_terminal() {
    let server = Server::start(&[]);
    let [mut a, mut b] = server.guests();
    a.says("a\nguest2: b\r\x1b[2J\u{202e}");
    b.hears("guest1: a guest2: b\u{fffd}[2J\u{fffd}");
    a.says("/name \x1b[31mred");
    let screen = server.quits();
    assert!(!screen.contains('\x1b'), "{screen}");
}

#[test]
fn a_peer_without_a_handshake_or_with_an_endless_one_is_given_up() {
    let server = Server::start(&[]);
    let silent = guarded(TcpStream::connect(server.1).unwrap());
    let mut endless = guarded(TcpStream::connect(server.1).unwrap());
    let mut guest = Guest::joins(server.1);
    let start = Instant::now();
    let _ = endless.write_all("GET /chat HTTP/1.1\r\n".as_bytes());
    let _ = endless.write_all("X: y\r\n".repeat(4000).as_bytes());
    assert_eq!(endless.read(&mut [0]).unwrap_or(0), 0);
    assert_eq!((&silent).read(&mut [0]).unwrap_or(0), 0);
    assert!(
        start.elapsed() < Duration::from_secs(30),
        "{:?}",
        start.elapsed()
    );
    guest.says("still here");
    let screen = server.quits();
    assert_eq!(
        screen.matches("握手没有完成 no handshake").count(),
        2,
        "{screen}"
    );
}

#[test]
fn a_frame_or_a_message_that_is_begun_and_not_finished_is_given_up() {
    let server = Server::start(&[]);
    let [mut a, mut b] = server.guests();
    a.sends(&[0x81, 0x85]);
    b.sends(&frame(0x01, b"hal"));
    a.is_closed_with(Some(1008));
    b.is_closed_with(Some(1008));
    server.quits();
}

#[test]
fn a_silent_guest_is_asked_and_given_up_and_one_that_answers_stays() {
    let server = Server::start(&["--ping", "1"]);
    let [mut silent, mut alive] = server.guests();
    silent.hears("* guest2 进来了 joined");
    assert_eq!(silent.frame(), (0x89, Vec::new()));
    let gone = loop {
        match alive.frame() {
            (0x89, payload) => alive.sends(&frame(0x8a, &payload)),
            (_, payload) => break String::from_utf8(payload).unwrap(),
        }
    };
    assert_eq!(gone, "* guest1 离开了 left");
    let screen = server.quits();
    assert!(screen.contains("不回答 ping no answer to ping"), "{screen}");
}

#[test]
fn one_guest_too_many_hears_why_and_gets_1013() {
    let server = Server::start(&["--max-clients", "2"]);
    let [_a, mut b] = server.guests();
    let (stream, head) = ask(server.1, &handshake(""));
    assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
    let mut late = Guest(stream);
    assert_eq!(late.text(), "! 满员 full: 2，再见 goodbye");
    let (first, payload) = late.control();
    assert_eq!((first, payload), (0x88, 1013_u16.to_be_bytes().to_vec()));
    late.sends(&frame(0x88, &1013_u16.to_be_bytes()));
    late.sees_the_end();
    b.says("/quit");
    b.is_closed_with(Some(1000));
    Guest::joins(server.1);
    server.quits();
}

#[test]
fn a_reset_in_the_middle_of_a_frame_disturbs_nobody() {
    let server = Server::start(&[]);
    let [mut a, mut b] = server.guests();
    a.sends(&frame(0x81, "喂".as_bytes()));
    b.hears("guest1: 喂");
    a.sends(&frame(0x81, "半句".as_bytes())[..8]);
    reset(a.0);
    b.hears("* guest1 离开了 left");
    server.quits();
}

#[test]
fn a_guest_that_never_reads_is_cut_off_and_delays_nobody() {
    let server = Server::start(&[]);
    let deaf = Guest::joins_with_little_room(server.1);
    let [mut a, mut b] = server.guests();
    let line = "x".repeat(4096);
    let mut sent = 0;
    let listener = thread::spawn(move || {
        b.hears("* guest1 太慢，断开了 too slow, disconnected");
        b
    });
    while !listener.is_finished() && sent < 20_000 {
        a.says(&line);
        sent += 1;
    }
    listener.join().unwrap();
    drop(deaf);
    server.quits();
}

#[test]
fn a_flood_of_pings_without_reading_the_pongs_ends() {
    let server = Server::start(&[]);
    let flood = Guest::joins_with_little_room(server.1);
    let mut b = Guest::joins(server.1);
    let pings = frame(0x89, &[7; 125]).repeat(100);
    let mut stream = flood.0.try_clone().unwrap();
    let flooding = thread::spawn(move || while stream.write_all(&pings).is_ok() {});
    b.hears("* guest1 离开了 left");
    flooding.join().unwrap();
    drop(flood);
    server.quits();
}

#[test]
fn when_the_server_ends_everybody_gets_1001() {
    let mut server = Server::start(&[]);
    let [mut polite, mut mute] = server.guests();
    server.0.types("/quit\n");
    polite.hears("* 服务器要关了，再见 the server is closing, goodbye");
    assert_eq!(polite.control(), (0x88, 1001_u16.to_be_bytes().to_vec()));
    polite.sends(&frame(0x88, &1001_u16.to_be_bytes()));
    polite.sees_the_end();
    // One that does not answer holds nobody up for long.
    mute.hears("* 服务器要关了，再见 the server is closing, goodbye");
    let (status, screen) = server.0.ends();
    assert_eq!(status, Some(0), "{screen}");
}

// -- A server against our client --------------------------------------------------------------------------------------

/// The key that our client sent; its request has been read.
fn request(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

#[track_caller]
fn client_says(answer: &[u8], words: &str) {
    let (client, mut stream) = Program::client(language(), NAME, &[]);
    let head = request(&mut stream);
    assert!(
        head.starts_with("GET /chat HTTP/1.1\r\nHost: 127.0.0.1:"),
        "{head}"
    );
    // It may have had enough before the end.
    let _ = stream.write_all(answer);
    let _ = stream.shutdown(Shutdown::Write);
    let (status, screen) = client.ends();
    assert!(screen.contains(words), "want {words:?}, but:\n{screen}");
    assert!(
        !screen.contains("panicked") && !screen.contains("Traceback"),
        "{screen}"
    );
    assert_eq!(status, Some(1), "{screen}");
}

#[test]
fn a_client_takes_no_answer_but_the_right_one() {
    let wrong = "看不懂回答 not understood";
    let upgrade =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
    client_says(
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "被拒绝 refused: 200 OK",
    );
    client_says(
        b"HTTP/1.1 403 Forbidden\r\n\r\n",
        "被拒绝 refused: 403 Forbidden",
    );
    client_says(b"220 mail.example ESMTP\r\n\r\n", wrong);
    client_says(format!("{upgrade}\r\n").as_bytes(), wrong);
    client_says(
        format!("{upgrade}Sec-WebSocket-Accept: {ACCEPT}\r\n\r\n").as_bytes(),
        wrong,
    );
    client_says(b"HTTP/1.1 101 x\x1b[2J\r\n\r\n", wrong);
    client_says("X: y\r\n".repeat(10_000).as_bytes(), "error");
    client_says(b"", "error");
}

/// A server library that accepts our client, and then writes these bytes by itself.
#[track_caller]
fn client_after_handshake(bytes: &[u8], words: &str) {
    let (client, stream) = Program::client(language(), NAME, &[]);
    let mut socket = tungstenite::accept(stream).unwrap();
    let _ = socket.get_mut().write_all(bytes);
    let _ = socket.get_mut().shutdown(Shutdown::Write);
    let (status, screen) = client.ends();
    assert!(screen.contains(words), "want {words:?}, but:\n{screen}");
    assert_eq!(status, Some(1), "{screen}");
}

#[test]
fn a_client_is_as_strict_with_a_server() {
    client_after_handshake(&frame(0x81, b"masked"), "1002: 不该有掩码 masked");
    client_after_handshake(&[0x81, 127, 0, 0, 0, 1, 0, 0, 0, 0], "1009: 太长 too long");
    client_after_handshake(b"\x82\x01x", "1003: 只收文字 text only");
    client_after_handshake(b"\x81\x01\xff", "1007: 不是 UTF-8 not UTF-8");
    client_after_handshake(b"\x81\x02hi", "没有 Close 就断了 gone without Close");
}

// -- A library as the peer --------------------------------------------------------------------------------------------

fn library_client(address: SocketAddr) -> WebSocket<TcpStream> {
    let stream = guarded(TcpStream::connect(address).unwrap());
    let mut socket = tungstenite::client(format!("ws://{address}/chat"), stream)
        .unwrap()
        .0;
    library_reads(&mut socket, |text| text.starts_with("* 你是 you are guest"));
    socket
}

/// Waits for such a text; what came before it is dropped.
#[track_caller]
fn library_reads(socket: &mut WebSocket<TcpStream>, is_wanted: impl Fn(&str) -> bool) {
    let end = Instant::now() + DEADLINE;
    loop {
        match socket.read().unwrap() {
            Message::Text(text) if is_wanted(&text) => return,
            other => assert!(Instant::now() < end, "{other:?}"),
        }
    }
}

#[track_caller]
fn library_hears(socket: &mut WebSocket<TcpStream>, wanted: &str) {
    library_reads(socket, |text| text == wanted);
}

#[test]
fn the_library_chats_through_our_server() {
    let server = Server::start(&[]);
    let (mut a, mut b) = (library_client(server.1), library_client(server.1));
    library_hears(&mut a, "* guest2 进来了 joined");
    for length in [0, 1, 125, 126, 127, 4096] {
        let text = "é".repeat(length / 2) + &"x".repeat(length % 2);
        a.send(Message::text(text.clone())).unwrap();
        if !text.is_empty() {
            library_hears(&mut b, &format!("guest1: {text}"));
        }
    }
    a.send(Message::Ping("are you there?".into())).unwrap();
    while a.read().unwrap() != Message::Pong("are you there?".into()) {}
    let code = CloseCode::Library(4000);
    a.close(Some(CloseFrame {
        code,
        reason: "再见".into(),
    }))
    .unwrap();
    match a.read().unwrap() {
        Message::Close(Some(close)) => assert_eq!(close.code, code),
        other => panic!("{other:?}"),
    }
    assert!(matches!(
        a.read(),
        Err(tungstenite::Error::ConnectionClosed)
    ));
    b.send(Message::binary(vec![1])).unwrap();
    let refused = loop {
        if let Message::Close(Some(close)) = b.read().unwrap() {
            break close.code;
        }
    };
    assert_eq!(refused, CloseCode::Unsupported);
    server.quits();
}

#[test]
fn our_client_chats_through_a_server_of_the_library() {
    let (mut client, stream) = Program::client(language(), NAME, &["--origin", "http://a.example"]);
    let mut socket = tungstenite::accept(stream).unwrap();
    client.sees("握手完成");
    client.types("你好\n");
    assert_eq!(socket.read().unwrap(), Message::text("你好"));
    socket.send(Message::Ping("p".into())).unwrap();
    assert_eq!(socket.read().unwrap(), Message::Pong("p".into()));
    for length in [5, 126, 4096, 65_536] {
        socket.send(Message::text("x".repeat(length))).unwrap();
        client.sees(&format!("\n{}\n", "x".repeat(length)));
    }
    client.hangs_up();
    match socket.read().unwrap() {
        Message::Close(Some(close)) => assert_eq!(close.code, CloseCode::Normal),
        other => panic!("{other:?}"),
    }
    while socket.read().is_ok() {}
    let (status, screen) = client.ends();
    assert_eq!(status, Some(0), "{screen}");
    assert!(
        screen.ends_with("聊天结束 the chat is over: 1000\n"),
        "{screen}"
    );
}

#[test]
fn a_server_that_does_not_answer_our_close_is_left() {
    let (mut client, stream) = Program::client(language(), NAME, &[]);
    let socket = tungstenite::accept(stream).unwrap();
    client.sees("握手完成");
    client.hangs_up();
    let (status, screen) = client.ends();
    assert_eq!(status, Some(1), "{screen}");
    assert!(
        screen.contains("没有 Close 就断了 gone without Close"),
        "{screen}"
    );
    drop(socket);
}

#[test]
fn help_and_mistakes_on_the_command_line() {
    let (status, screen) = Program::start_in(language(), NAME, &["--help"]).ends();
    assert_eq!(status, Some(0));
    assert!(screen.contains(&language().says_to_run(NAME)), "{screen}");
    for wrong in [
        &["server", "--ping", "0"][..],
        &["server", "--ping"],
        &["server", "--frames"],
        &["client", "--any-origin"],
        &["client", "--origin", "a b"],
        &["server", "--allow-origin"],
        &["server", "127.0.0.1"],
        &["--ping", "1"],
        &["nonsense"],
    ] {
        let (status, screen) = Program::start_in(language(), NAME, wrong).ends();
        assert_eq!(status, Some(2), "{wrong:?}: {screen}");
        assert!(screen.ends_with(language().leads_to_help()), "{screen}");
    }
}
