//! Attacks from a raw peer. The server says what was wrong, in one line and in time, and serves the
//! next client.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

use crate::program::{Language, Program, dribble, guarded, reset};

const NAME: &str = "04_framing";
const LIMIT: usize = 64 * 1024;
const CUT: &str = "断在一条消息中间，已收到";

/// Each language has a module with these attacks.
fn language() -> Language {
    Language::of(module_path!())
}

fn server(args: &[&str]) -> (Program, TcpStream) {
    Program::server(language(), NAME, args)
}

/// A frame by length.
fn frame(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap();
    [&length.to_be_bytes()[..], body].concat()
}

/// The server hears exactly these messages, then the end of the connection.
#[track_caller]
fn hears(server: &mut Program, messages: &[&str]) {
    let heard = server.lines_until(|line| line.contains("the connection has ended"));
    let mut heard: Vec<&str> = heard.iter().map(String::as_str).collect();
    heard.retain(|line| !line.contains("listening on"));
    assert_eq!(heard.pop(), Some("连接结束 the connection has ended"));
    let said: Vec<String> = (1..)
        .zip(messages)
        .map(|(n, text)| format!("第 {n} 条 message {n}: {text} bytes）"))
        .collect();
    assert_eq!(heard, said);
}

/// The server complains of this, in one line, and the next client is served.
#[track_caller]
fn complains(mut server: Program, words: &str) {
    let lines = server.lines_until(|line| line.contains("错误 error:"));
    let last = lines.last().unwrap();
    assert!(last.contains(words), "{last}");
    assert!(last.contains("127.0.0.1:"), "{last}");
    let screen = server.output();
    assert!(!screen.contains("Traceback"), "{screen}");
    assert!(!screen.contains("panicked"), "{screen}");
    assert!(!screen.contains('\x1b'), "{screen}");
    let address = screen.lines().next().unwrap().rsplit(' ').next().unwrap();
    drop(guarded(TcpStream::connect(address).unwrap()));
    server.lines_until(|line| line.contains("the connection has ended"));
}

#[track_caller]
fn refuses(by: &str, bytes: &[u8], words: &str) {
    let (server, mut peer) = server(&["--by", by]);
    // It may close before it has read everything.
    let _ = peer.write_all(bytes);
    let _ = peer.shutdown(Shutdown::Write);
    complains(server, words);
}

#[test]
fn lines_one_byte_at_a_time_and_glued_are_the_same() {
    let text = "你好\nHello\r\n\n再见\n".as_bytes();
    let messages = ["你好（6 字节", "Hello（5 字节", "（0 字节", "再见（6 字节"];
    let (mut dribbled, peer) = server(&["--by", "line"]);
    dribble(&peer, text);
    drop(peer);
    hears(&mut dribbled, &messages);
    let (mut glued, mut peer) = server(&["--by", "line"]);
    peer.write_all(text).unwrap();
    drop(peer);
    hears(&mut glued, &messages);
}

#[test]
fn lengths_one_byte_at_a_time_and_glued_are_the_same() {
    let bytes = ["你好", "", "第一行\n第二行"].map(|text| frame(text.as_bytes()));
    let bytes = bytes.concat();
    let messages = ["你好（6 字节", "（0 字节", "第一行⏎第二行（19 字节"];
    let (mut dribbled, peer) = server(&["--by", "length"]);
    dribble(&peer, &bytes);
    drop(peer);
    hears(&mut dribbled, &messages);
    let (mut glued, mut peer) = server(&["--by", "length"]);
    peer.write_all(&bytes).unwrap();
    drop(peer);
    hears(&mut glued, &messages);
}

#[test]
fn by_end_half_a_message_counts_as_one() {
    let (mut server, peer) = server(&["--by", "end"]);
    dribble(&peer, &"付1000元".as_bytes()[..8]);
    drop(peer);
    hears(&mut server, &["付1000\u{FFFD}（8 字节"]);
}

#[test]
fn a_message_of_exactly_64_kib_is_heard_and_one_byte_more_is_refused() {
    let full = vec![b'x'; LIMIT];
    let over = vec![b'x'; LIMIT + 1];
    let short = format!("{} … {}（65536 字节", "x".repeat(24), "x".repeat(24));
    for (by, fits) in [
        ("line", [&full[..], b"\n"].concat()),
        ("line", [&full[..], b"\r\n"].concat()),
        ("length", frame(&full)),
        ("end", full.clone()),
    ] {
        let (mut server, mut peer) = server(&["--by", by]);
        peer.write_all(&fits).unwrap();
        drop(peer);
        hears(&mut server, &[&short]);
    }
    refuses("line", &[&over[..], b"\n"].concat(), "over 64 KiB");
    refuses("line", &[&over[..], b"xxxx"].concat(), "over 64 KiB");
    refuses("length", &frame(&over), "over 64 KiB: 65537");
    refuses("end", &over, "over 64 KiB");
}

#[test]
fn a_length_that_lies_is_refused_before_anything_is_read() {
    refuses("length", &[0xFF; 4], "length over 64 KiB: 4294967295");
    refuses("length", &[0, 1, 0, 1], "length over 64 KiB: 65537");
    // A client that speaks by line, and HTTP.
    refuses(
        "length",
        "你好\n".as_bytes(),
        "length over 64 KiB: 3837632741",
    );
    refuses(
        "length",
        b"GET / HTTP/1.1\r\n",
        "length over 64 KiB: 1195725856",
    );
}

#[test]
fn an_end_inside_a_message_is_told_from_an_end_between_two() {
    refuses("line", b"Hello", &format!("{CUT} 5 字节"));
    refuses("line", b"Hello\r", &format!("{CUT} 6 字节"));
    refuses("length", &[0, 0], &format!("{CUT} 2 字节"));
    refuses("length", &[0, 0, 0, 5, b'H'], &format!("{CUT} 5 字节"));
    refuses("length", &[0, 0, 0, 5], &format!("{CUT} 4 字节"));
}

#[test]
fn a_reset_is_reported_in_one_line() {
    for by in ["recv", "line", "length", "end"] {
        let (server, mut peer) = server(&["--by", by]);
        peer.write_all(&[0, 0]).unwrap();
        reset(peer);
        complains(server, "connection lost");
    }
}

#[test]
fn a_peer_that_says_nothing_or_dribbles_without_end_is_given_up() {
    let mut waiting = Vec::new();
    for by in ["recv", "line", "length", "end"] {
        let (server, peer) = server(&["--by", by]);
        waiting.push((server, peer));
    }
    // A byte now and then never lets one read wait for long: the deadline is for the message.
    let (dribbled, mut peer) = server(&["--by", "line"]);
    let dribbling = std::thread::spawn(move || {
        let mut byte = [0];
        let pause = std::time::Duration::from_millis(200);
        peer.set_read_timeout(Some(pause)).unwrap();
        while peer.write_all(b"x").is_ok() {
            match peer.read(&mut byte) {
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                _ => break,
            }
        }
    });
    complains(dribbled, "waited too long");
    dribbling.join().unwrap();
    for (server, peer) in waiting {
        complains(server, "waited too long");
        drop(peer);
    }
}

#[test]
fn bad_utf8_and_control_characters_cannot_touch_the_screen() {
    for by in ["recv", "line", "length", "end"] {
        let body = b"\x1b[2J\xff\xc0\x07\xe2\x80\xaehi";
        let bytes = match by {
            "line" => [&body[..], b"\n"].concat(),
            "length" => frame(body),
            _ => body.to_vec(),
        };
        let (mut server, mut peer) = server(&["--by", by]);
        peer.write_all(&bytes).unwrap();
        drop(peer);
        let text = "\u{FFFD}[2J\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}hi（12 字节";
        hears(&mut server, &[text]);
    }
}

#[test]
fn one_recv_takes_glued_messages_for_one() {
    let (mut server, mut peer) = server(&["--by", "recv"]);
    peer.write_all("你好Hello再见".as_bytes()).unwrap();
    drop(peer);
    hears(&mut server, &["你好Hello再见（17 字节"]);
}

#[test]
fn fifty_thousand_messages_at_once_are_heard_one_by_one() {
    let (mut server, mut peer) = server(&["--by", "line"]);
    let flood = std::thread::spawn(move || peer.write_all("x\n".repeat(50_000).as_bytes()));
    server.lines_until(|line| line == "第 50000 条 message 50000: x（1 字节 bytes）");
    flood.join().unwrap().unwrap();
    server.lines_until(|line| line.contains("the connection has ended"));
}

/// A client with these arguments after its address: all that it says on each of so many connections.
#[track_caller]
fn says(args: &[&str], connections: usize) -> Vec<Vec<u8>> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let client = Program::start_in(language(), NAME, &[&["client", &address], args].concat());
    let mut heard = Vec::new();
    for _ in 0..connections {
        let mut peer = guarded(listener.accept().unwrap().0);
        let mut bytes = Vec::new();
        peer.read_to_end(&mut bytes).unwrap();
        heard.push(bytes);
    }
    let (status, screen) = client.ends();
    assert_eq!(status, Some(0), "{screen}");
    assert_eq!(screen.matches("connected to").count(), connections);
    heard
}

#[test]
fn the_client_frames_the_same_three_messages_in_each_way() {
    let one = |bytes: &str| vec![bytes.as_bytes().to_vec()];
    assert_eq!(says(&["--by", "recv"], 1), one("你好Hello再见"));
    assert_eq!(says(&[], 1), one("你好\nHello\n再见\n"));
    let lengths = ["你好", "Hello", "再见"].map(|text| frame(text.as_bytes()));
    assert_eq!(says(&["--by", "length"], 1), [lengths.concat()]);
    let ends = ["你好", "Hello", "再见"].map(|text| text.as_bytes().to_vec());
    assert_eq!(says(&["--by", "end"], 3), ends);
    let two = [frame("甲\n乙".as_bytes()), frame(b"1 2 3")].concat();
    assert_eq!(says(&["--by", "length", "甲⏎乙", "1..3"], 1), [two]);
}

#[test]
fn a_server_that_speaks_leaves_early_or_resets_ends_the_client() {
    let (client, mut peer) = Program::client(language(), NAME, &[]);
    peer.write_all(b"hi").unwrap();
    let (status, screen) = client.ends();
    assert!(screen.contains("the server should not speak"), "{screen}");
    assert_eq!(status, Some(1));
    let (client, peer) = Program::client(language(), NAME, &["--pause", "300"]);
    reset(peer);
    let (status, screen) = client.ends();
    assert!(screen.contains("connection lost"), "{screen}");
    assert_eq!(status, Some(1));
}

#[test]
fn a_server_that_never_closes_or_never_reads_is_given_up() {
    let (silent, _silent_peer) = Program::client(language(), NAME, &[]);
    let long = ["1..10000"; 400];
    let (long, _long_peer) = Program::client(language(), NAME, &long);
    for client in [silent, long] {
        let (status, screen) = client.ends();
        assert!(screen.contains("waited too long"), "{screen}");
        assert_eq!(status, Some(1));
    }
}

/// Ends with this status, and says this, without any network.
#[track_caller]
fn ends_with(args: &[&str], status: i32, words: &str) {
    let (code, screen) = Program::start_in(language(), NAME, args).ends();
    assert!(screen.contains(words), "{screen}");
    assert_eq!(code, Some(status), "{screen}");
}

#[test]
fn mistakes_in_the_arguments_end_with_status_2() {
    let unknown = "不认识的参数 unknown argument: --bye";
    ends_with(&["server", "127.0.0.1:0", "--bye"], 2, unknown);
    ends_with(&["--by", "words"], 2, "--by line|length|end|recv: words");
    ends_with(&["--by"], 2, "--by line|length|end|recv: ");
    ends_with(&["--pause", "5001"], 2, "--pause 0–5000: 5001");
    ends_with(&["--pause", "-1"], 2, "--pause 0–5000: -1");
    ends_with(&["--game", "--secret", "101"], 2, "--secret 1–100: 101");
    ends_with(&["--secret", "٣"], 2, "--secret 1–100: ٣");
    ends_with(
        &["server", "localhost:1"],
        2,
        "地址写错 bad address: localhost:1",
    );
    ends_with(&["--help"], 0, language().says_to_run(NAME).as_str());
    let held = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = held.local_addr().unwrap().to_string();
    ends_with(&["server", &address], 1, "address in use");
    drop(held);
    ends_with(&["client", &address], 1, "refused, start the server first");
}

#[test]
fn what_does_not_fit_into_the_agreement_is_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let inside = "a line end inside the message: by line it cannot be sent";
    ends_with(&["client", &address, "你好", "甲⏎乙"], 1, inside);
    let long = "message over 64 KiB";
    for by in ["line", "length", "end"] {
        ends_with(&["client", &address, "--by", by, "1..20000"], 1, long);
    }
    listener.set_nonblocking(true).unwrap();
    let nobody = listener.accept().unwrap_err();
    assert_eq!(nobody.kind(), ErrorKind::WouldBlock);
}

const START: &[u8] = &[1, 1];
const RANGE: &[u8] = &[2, 0, 1, 0, 100];

/// A game with a secret of 37.
fn game() -> (Program, TcpStream) {
    server(&["--game", "--secret", "37"])
}

/// The answers to these frames, in one write.
#[track_caller]
fn answers(bodies: &[&[u8]]) -> Vec<Vec<u8>> {
    let (mut server, mut peer) = game();
    let frames: Vec<u8> = bodies.iter().flat_map(|body| frame(body)).collect();
    let _ = peer.write_all(&frames);
    let _ = peer.shutdown(Shutdown::Write);
    let mut bytes = Vec::new();
    peer.read_to_end(&mut bytes).unwrap();
    server.lines_until(|line| line.contains("the connection has ended"));
    let screen = server.output();
    assert!(
        !screen.contains("Traceback") && !screen.contains("panicked"),
        "{screen}"
    );
    let mut bodies = Vec::new();
    let mut rest = &bytes[..];
    while let [a, b, c, d, after @ ..] = rest {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        bodies.push(after[..length].to_vec());
        rest = &after[length..];
    }
    assert!(rest.is_empty());
    bodies
}

/// After these frames the server says ERROR with these words, and nothing after it.
#[track_caller]
fn is_an_error(bodies: &[&[u8]], words: &str) {
    let answers = answers(bodies);
    let last = answers.last().unwrap();
    assert_eq!(last[0], 7);
    let text = std::str::from_utf8(&last[1..]).unwrap();
    assert!(text.contains(words), "{text}");
}

#[test]
fn a_game_glued_into_one_write_is_played_to_its_end() {
    let played = answers(&[START, &[3, 0, 50], &[3, 0, 25], &[3, 0, 37]]);
    assert_eq!(played, [RANGE, &[5], &[4], &[6, 0, 3]]);
}

#[test]
fn what_is_not_the_protocol_gets_an_error_that_arrives() {
    let table = "not a message of this protocol";
    is_an_error(&[b""], table);
    is_an_error(&[&[1]], table);
    is_an_error(&[&[9, 9]], table);
    is_an_error(&[START, &[3, 0, 0, 5]], table);
    is_an_error(&[&[7, 0xFF]], "not UTF-8");
    is_an_error(&[&[1, 2]], "version 1 only: 2");
    is_an_error(&[&[3, 0, 5]], "START comes first");
    is_an_error(&[START, START], "GUESS is due");
    is_an_error(&[START, &[3, 0, 0]], "out of range: 0");
    is_an_error(&[START, &[3, 0, 101]], "out of range: 101");
    // More follows that nobody will read as messages: the ERROR arrives all the same.
    let long = [b'x'; LIMIT];
    is_an_error(&[START, &[9], &long, &long, &long], table);
    let mut guesses = vec![START];
    guesses.extend([&[3, 0, 1][..]; 101]);
    is_an_error(&guesses, "100 guesses are enough");
}

#[test]
fn the_words_of_a_peer_in_a_game_cannot_touch_the_screen() {
    let (server, mut peer) = game();
    peer.write_all(&frame(b"\x07\x1b[2J\n\x07hi")).unwrap();
    complains(server, "START comes first");
    let (client, mut peer) = Program::client(language(), NAME, &["--game"]);
    peer.write_all(&frame(b"\x07\x1b[2J\x07hi")).unwrap();
    let (status, screen) = client.ends();
    assert!(
        screen.contains("the server says: \u{FFFD}[2J\u{FFFD}hi"),
        "{screen}"
    );
    assert_eq!(status, Some(1));
}

#[test]
fn a_server_outside_the_protocol_ends_the_game() {
    for (bytes, words) in [
        (frame(START), "unexpected message"),
        (frame(b"\x09"), "not a message of this protocol"),
        (vec![0xFF; 4], "length over 64 KiB"),
        (vec![0, 0], "cut off inside a message"),
        (Vec::new(), "the server has left"),
    ] {
        let (client, mut peer) = Program::client(language(), NAME, &["--game"]);
        // What it says first is read, so that we close with FIN.
        peer.read_exact(&mut [0; 6]).unwrap();
        peer.write_all(&bytes).unwrap();
        drop(peer);
        let (status, screen) = client.ends();
        assert!(screen.contains(words), "{screen}");
        assert!(!screen.contains("Traceback"), "{screen}");
        assert_eq!(status, Some(1));
    }
}

#[test]
fn the_keyboard_of_a_player_may_say_anything() {
    let (mut client, mut peer) = Program::client(language(), NAME, &["--game"]);
    peer.read_exact(&mut [0; 6]).unwrap();
    peer.write_all(&frame(RANGE)).unwrap();
    client.sees("猜 guess: ");
    client.types("fifty\n70000\n\n٣\n 50 \n");
    let mut guess = [0; 7];
    peer.read_exact(&mut guess).unwrap();
    assert_eq!(guess, [0, 0, 0, 3, 3, 0, 50]);
    peer.write_all(&frame(&[5])).unwrap();
    client.hangs_up();
    let (status, screen) = client.ends();
    assert_eq!(
        screen.matches("要一个数 a number, please").count(),
        4,
        "{screen}"
    );
    assert_eq!(status, Some(0));
}

#[test]
fn a_client_that_leaves_a_game_at_any_point_ends_it() {
    let whole = [frame(START), frame(&[3, 0, 50])].concat();
    for end in 0..=whole.len() {
        let (mut server, mut peer) = game();
        peer.write_all(&whole[..end]).unwrap();
        drop(peer);
        server.lines_until(|line| line.contains("the connection has ended"));
    }
}
