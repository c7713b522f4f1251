//! Servers that lie, dribble or fall silent, against `16_http get`. Each ends, in time, with a
//! message.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/program.rs"]
mod program;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use program::{DEADLINE, Program, dribble, guarded, reset};

const OK: &str = "HTTP/1.1 200 OK\r\n";
const CUT: &str = "没说完就关闭了 closed before the end";
const UNCLEAR: &str = "看不懂";

/// `get` of a path from a listener of ours, connected; and the head of its request.
fn asked(method: &str, paths: &[&str]) -> (Program, TcpStream, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let urls: Vec<String> = paths
        .iter()
        .map(|path| format!("http://{address}{path}"))
        .collect();
    let args: Vec<&str> = [method]
        .into_iter()
        .chain(urls.iter().map(String::as_str))
        .collect();
    let program = Program::start("16_http", &args);
    let stream = guarded(listener.accept().unwrap().0);
    let head = head(&stream);
    (program, stream, head)
}

fn head(stream: &TcpStream) -> String {
    let mut head = String::new();
    let mut reader = BufReader::new(stream);
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut head).unwrap(), 0, "{head}");
    }
    head
}

/// The server says exactly this and closes.
fn told(answer: impl AsRef<[u8]>) -> (Option<i32>, String) {
    let (program, mut stream, _) = asked("get", &["/"]);
    // A client that refuses may close first.
    let _ = stream.write_all(answer.as_ref());
    let _ = stream.shutdown(Shutdown::Write);
    program.ends()
}

#[track_caller]
fn fails(answer: impl AsRef<[u8]>, words: &str) {
    let (status, screen) = told(answer.as_ref());
    let said = String::from_utf8_lossy(answer.as_ref()).into_owned();
    let error = screen.lines().last().unwrap_or_default();
    assert!(
        error.starts_with("错误 error: 127.0.0.1:") && error.contains(words),
        "{said}: {screen}"
    );
    assert_eq!(status, Some(1), "{said}: {screen}");
}

#[track_caller]
fn shows(answer: impl AsRef<[u8]>, end: &str) {
    let (status, screen) = told(answer.as_ref());
    let (_, body) = screen
        .split_once("←\n")
        .unwrap_or_else(|| panic!("{screen}"));
    assert_eq!((body, status), (end, Some(0)), "{screen}");
}

#[test]
fn a_length_longer_than_the_body_is_an_error_that_counts() {
    let (status, screen) = told(format!("{OK}Content-Length: 10\r\n\r\nshort"));
    assert!(screen.contains("short\n"), "what came is shown: {screen}");
    assert!(
        screen.contains(CUT) && screen.contains("5 字节 bytes"),
        "{screen}"
    );
    assert_eq!(status, Some(1));
}

#[test]
fn a_length_shorter_than_the_body_ends_the_answer() {
    shows(format!("{OK}Content-Length: 3\r\n\r\nabcdef"), "abc\n");
}

#[test]
fn a_length_that_lies_by_terabytes_allocates_nothing() {
    fails(
        format!("{OK}Content-Length: 999999999999999999\r\n\r\nx"),
        "1 MiB",
    );
    fails(format!("{OK}Content-Length: 1048577\r\n\r\nx"), "1 MiB");
    fails(
        format!("{OK}Transfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\nx"),
        "1 MiB",
    );
}

#[test]
fn a_length_that_is_no_number_is_refused() {
    for length in [
        "-1",
        "+3",
        "3, 3",
        "",
        "three",
        "3\r\nContent-Length: 3",
        "99999999999999999999",
    ] {
        fails(format!("{OK}Content-Length: {length}\r\n\r\nabc"), UNCLEAR);
    }
    fails(
        format!("{OK}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        UNCLEAR,
    );
    fails(
        format!("{OK}Transfer-Encoding: gzip\r\n\r\n0\r\n\r\n"),
        UNCLEAR,
    );
}

#[test]
fn chunks_are_joined_and_their_trailer_is_read() {
    let chunks = "4;a=b\r\n你\n\r\nA \r\n0123456789\r\n000\r\nX: y\r\n\r\n";
    shows(
        format!("{OK}Transfer-Encoding: Chunked\r\n\r\n{chunks}"),
        "你\n0123456789\n",
    );
}

#[test]
fn chunks_one_byte_at_a_time_are_the_same() {
    let (program, stream, _) = asked("get", &["/"]);
    dribble(&stream, OK.as_bytes());
    dribble(
        &stream,
        b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    );
    let (status, screen) = program.ends();
    assert!(screen.ends_with("←\nabc\n"), "{screen}");
    assert_eq!(status, Some(0));
}

#[test]
fn garbage_in_chunks_is_refused() {
    for chunks in [
        "x\r\nabc\r\n0\r\n\r\n",
        "-3\r\nabc\r\n0\r\n\r\n",
        "+3\r\nabc\r\n0\r\n\r\n",
        "0x3\r\nabc\r\n0\r\n\r\n",
        "3\nabc\n0\n\n",
        "3\r\nabcd\r\n0\r\n\r\n",
        "3\r\nab\r\n0\r\n\r\n",
        "\r\n",
        ";a\r\n",
        "1000000000000000\r\nx",
        "3\r\nabc\r\n0\r\n\n",
    ] {
        fails(
            format!("{OK}Transfer-Encoding: chunked\r\n\r\n{chunks}"),
            UNCLEAR,
        );
    }
    let long = "a".repeat(100_000);
    fails(
        format!("{OK}Transfer-Encoding: chunked\r\n\r\n3;{long}\r\nabc\r\n0\r\n\r\n"),
        UNCLEAR,
    );
    let trailer = "a: b\r\n".repeat(1000);
    fails(
        format!("{OK}Transfer-Encoding: chunked\r\n\r\n0\r\n{trailer}\r\n"),
        UNCLEAR,
    );
}

#[test]
fn chunks_that_stop_are_cut_not_whole() {
    for chunks in [
        "",
        "3",
        "3\r\nab",
        "3\r\nabc",
        "3\r\nabc\r\n",
        "3\r\nabc\r\n0\r\n",
    ] {
        fails(
            format!("{OK}Transfer-Encoding: chunked\r\n\r\n{chunks}"),
            CUT,
        );
    }
}

#[test]
fn many_small_chunks_have_the_same_bound() {
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(4096));
    fails(
        format!(
            "{OK}Transfer-Encoding: chunked\r\n\r\n{}",
            chunk.repeat(300)
        ),
        "1 MiB",
    );
}

#[test]
fn a_head_without_an_end_is_refused() {
    fails(format!("{OK}{}", "a: b\r\n".repeat(100_000)), UNCLEAR);
    fails(vec![b'x'; 1 << 20], UNCLEAR);
}

#[test]
fn told_to_wait_again_and_again_it_gives_up() {
    fails("HTTP/1.1 100 Continue\r\n\r\n".repeat(1000), "told to wait");
    shows(
        format!("HTTP/1.1 103 Early Hints\r\n\r\n{OK}Content-Length: 1\r\n\r\nx"),
        "x\n",
    );
}

#[test]
fn an_answer_that_is_not_http_is_an_error() {
    fails("", CUT);
    fails("HTTP/1.1 200", CUT);
    for start in [
        "220 mail.example ESMTP",
        "SSH-2.0-x",
        "HTTP/1.1 20 OK",
        "HTTP/1.1 2000 OK",
        "HTTP/1.1 abc",
        "HTTP/2.0 200 OK",
        "HTTP/1.1  200 OK",
        "HTTP/1.1 +20 OK",
        "HTTP/1.1 099 x",
        "HTTP/1.1 600 x",
        "HTTP/1.1",
        "你好",
    ] {
        fails(format!("{start}\r\n\r\n"), UNCLEAR);
    }
    fails(format!("{OK}A : b\r\n\r\n"), UNCLEAR);
    fails(format!("{OK} folded\r\n\r\n"), UNCLEAR);
}

#[test]
fn a_redirect_is_shown_and_not_followed() {
    let (program, mut stream, _) = asked("get", &["/a"]);
    let redirect = "HTTP/1.1 302 Found\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n";
    stream.write_all(redirect.as_bytes()).unwrap();
    let (status, screen) = program.ends();
    assert!(
        screen.ends_with("搬走了，没有跟去 moved, not followed: /a\n"),
        "{screen}"
    );
    assert_eq!(status, Some(0));
    assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0, "no second request");
}

#[test]
fn no_body_comes_where_none_may_come() {
    for start in ["HTTP/1.1 204 No Content", "HTTP/1.1 304 Not Modified"] {
        shows(format!("{start}\r\nContent-Length: 5\r\n\r\n"), "");
    }
    let (program, mut stream, head) = asked("head", &["/"]);
    assert!(head.starts_with("HEAD / HTTP/1.1\r\n"), "{head}");
    stream
        .write_all(format!("{OK}Content-Length: 5\r\n\r\n").as_bytes())
        .unwrap();
    assert_eq!(program.ends().0, Some(0));
}

#[test]
fn without_a_length_the_end_of_the_connection_is_the_end_and_has_a_bound() {
    shows(format!("{OK}\r\nabc"), "abc\n");
    fails(format!("{OK}\r\n{}", "x".repeat(3 << 20)), "1 MiB");
}

#[test]
fn control_characters_do_not_reach_the_screen() {
    let (_, screen) = told(format!(
        "{OK}A: b\u{9b}31m\r\nContent-Length: 6\r\n\r\n\u{1b}[2Jab"
    ));
    assert!(!screen.contains(['\u{1b}', '\u{9b}']), "{screen:?}");
    let (_, screen) = told(format!("{OK}Content-Length: 4\r\n\r\na\0bc"));
    assert!(screen.contains("二进制 binary，4 字节 bytes"), "{screen}");
}

#[test]
fn a_reset_in_the_body_is_a_lost_connection() {
    let (mut program, mut stream, _) = asked("get", &["/"]);
    stream
        .write_all(format!("{OK}Content-Length: 10\r\n\r\nabc").as_bytes())
        .unwrap();
    program.sees("Content-Length: 10");
    reset(stream);
    let (status, screen) = program.ends();
    assert!(screen.contains("连接断了 connection lost"), "{screen}");
    assert_eq!(status, Some(1));
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let (program, stream, _) = asked("get", &["/"]);
    let (status, screen) = program.ends();
    assert!(screen.contains("等得太久 waited too long"), "{screen}");
    assert_eq!(status, Some(1));
    drop(stream);
}

#[test]
fn a_body_that_dribbles_for_ever_is_given_up() {
    let (program, mut stream, _) = asked("get", &["/"]);
    stream
        .write_all(format!("{OK}Content-Length: 100000\r\n\r\n").as_bytes())
        .unwrap();
    let start = Instant::now();
    let server = thread::spawn(move || {
        while stream.write_all(b"a").is_ok() {
            // The rate of the peer, not a wait.
            thread::park_timeout(Duration::from_millis(20));
        }
    });
    let (status, screen) = program.ends();
    assert!(screen.contains("等得太久 waited too long"), "{screen}");
    assert_eq!(status, Some(1));
    assert!(start.elapsed() < DEADLINE, "{:?}", start.elapsed());
    server.join().unwrap();
}

#[test]
fn a_url_cannot_add_a_field() {
    let (_program, _stream, head) = asked("get", &["/a\r\nX: y z?你#frag"]);
    assert!(
        head.starts_with("GET /a%0D%0AX:%20y%20z?%E4%BD%A0 HTTP/1.1\r\n"),
        "{head}"
    );
    assert_eq!(
        head.lines().filter(|line| !line.is_empty()).count(),
        4,
        "{head}"
    );
}

#[test]
fn an_invalid_url_is_status_2() {
    for url in [
        "",
        "x",
        "http://",
        "http:///a",
        "https://x/",
        "ftp://x/",
        "http://a b/",
        "http://u@h/",
        "http://x:y/",
        "http://x:99999/",
        "http://x\r\n/",
        "http://你好/",
    ] {
        let (status, screen) = Program::start("16_http", &["get", url]).ends();
        assert_eq!(status, Some(2), "{url}: {screen}");
        assert!(screen.starts_with("错误 error: "), "{url}: {screen}");
    }
}

#[test]
fn two_urls_share_a_connection_if_the_server_agrees() {
    let (program, mut stream, first) = asked("get", &["/a", "/b"]);
    assert!(
        first.starts_with("GET /a ") && !first.contains("close"),
        "{first}"
    );
    stream
        .write_all(format!("{OK}Content-Length: 1\r\n\r\nx").as_bytes())
        .unwrap();
    let second = head(&stream);
    assert!(
        second.starts_with("GET /b ") && second.contains("Connection: close"),
        "{second}"
    );
    stream
        .write_all(format!("{OK}Content-Length: 1\r\n\r\ny").as_bytes())
        .unwrap();
    assert_eq!(program.ends().0, Some(0));
}
