//! Attacks from a raw peer, and words that are no address. Each ends, in time, as the page says.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crate::program::{Language, Program, dribble, guarded, reset};

const NAME: &str = "08_addresses";
const REQUEST: &[u8] = b"GET / HTTP/1.0\r\n\r\n";

/// How long the programs wait for a peer, and a little more.
const PATIENCE: Duration = Duration::from_secs(8);

/// Each language has a module with these attacks.
fn language() -> Language {
    Language::of(module_path!())
}

/// What the server answers to these bytes, up to its end.
fn answer(mut stream: &TcpStream, request: &[u8]) -> String {
    stream.write_all(request).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The server at the address of `old` still answers.
#[track_caller]
fn still_answers(old: std::net::SocketAddr) {
    let stream = guarded(TcpStream::connect(old).unwrap());
    let local = stream.local_addr().unwrap();
    let answer = answer(&stream, REQUEST);
    let want = format!("\r\n\r\n你是 you are {local}, 我是 I am {old}\n");
    assert!(answer.ends_with(&want), "{answer}");
}

fn is_answered(there: std::net::SocketAddr) -> bool {
    let mut stream = guarded(TcpStream::connect(there).unwrap());
    let mut answer = String::new();
    stream.write_all(REQUEST).is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.contains("200 OK")
}

#[test]
fn a_request_one_byte_at_a_time_is_answered() {
    let (_server, stream) = Program::server(language(), NAME, &[]);
    dribble(&stream, REQUEST);
    assert!(answer(&stream, b"").contains("你是 you are 127.0.0.1:"));
}

#[test]
fn a_request_without_an_end_is_answered_when_its_peer_is_done() {
    let (_server, mut stream) = Program::server(language(), NAME, &[]);
    stream.write_all(b"\xff\xc0 GET").unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert!(answer(&stream, b"").contains("200 OK"));
}

#[test]
fn a_silent_peer_is_left_and_keeps_nobody_waiting() {
    let (mut server, mut stream) = Program::server(language(), NAME, &[]);
    still_answers(stream.peer_addr().unwrap());
    let start = Instant::now();
    assert_eq!(stream.read(&mut [0; 9]).unwrap_or(0), 0);
    assert!(start.elapsed() < PATIENCE);
    server.sees("等得太久 waited too long");
}

#[test]
fn a_byte_now_and_then_does_not_stretch_the_deadline() {
    let (mut server, mut stream) = Program::server(language(), NAME, &[]);
    let start = Instant::now();
    let short = Some(Duration::from_millis(300));
    stream.set_read_timeout(short).unwrap();
    // Until the server closes: then a read gives the end, or an error that is no timeout.
    while start.elapsed() < PATIENCE {
        if stream.write_all(b"x").is_err() {
            break;
        }
        match stream.read(&mut [0; 9]) {
            Err(error)
                if matches!(
                    error.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                ) => {}
            _ => break,
        }
    }
    assert!(start.elapsed() < PATIENCE);
    server.sees("等得太久 waited too long");
}

#[test]
fn a_flood_is_cut_off() {
    let (mut server, mut stream) = Program::server(language(), NAME, &[]);
    let there = stream.peer_addr().unwrap();
    let block = [b'x'; 4096];
    while stream.write_all(&block).is_ok() {}
    server.sees("太长 more than 1024 bytes");
    still_answers(there);
}

#[test]
fn a_reset_is_the_end_of_one_connection_only() {
    let (_server, stream) = Program::server(language(), NAME, &[]);
    let there = stream.peer_addr().unwrap();
    reset(stream);
    still_answers(there);
}

#[test]
fn more_clients_than_it_serves_at_once_are_closed() {
    let (mut server, first) = Program::server(language(), NAME, &[]);
    let there = first.peer_addr().unwrap();
    let more = (1..64).map(|_| guarded(TcpStream::connect(there).unwrap()));
    let silent: Vec<TcpStream> = more.collect();
    let mut late = guarded(TcpStream::connect(there).unwrap());
    assert_eq!(late.read(&mut [0; 9]).unwrap_or(0), 0);
    drop((first, silent));
    // The server has room again as soon as it has noticed that some of them are gone.
    server.sees("客户端 client ");
    let start = Instant::now();
    while !is_answered(there) {
        assert!(start.elapsed() < PATIENCE, "no room after all have gone");
    }
}

/// The client gets `bytes` and the end, and ends like this.
#[track_caller]
fn client_gets(bytes: &[u8], status: i32, words: &str) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let there = listener.local_addr().unwrap().to_string();
    let client = Program::start_in(language(), NAME, &["client", &there]);
    let mut stream = guarded(listener.accept().unwrap().0);
    let mut head = [0; 18];
    stream.read_exact(&mut head).unwrap();
    assert_eq!(&head[..16], b"GET / HTTP/1.0\r\n");
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let (ended, screen) = client.ends();
    assert!(screen.contains(words), "{screen}");
    assert_eq!(ended, Some(status), "{screen}");
}

#[test]
fn an_answer_that_is_not_http_is_refused() {
    client_gets(b"hello\n", 1, "错误 error: 不是 HTTP not HTTP");
    client_gets(b"", 1, "错误 error: 不是 HTTP not HTTP");
}

#[test]
fn an_answer_without_end_is_refused() {
    client_gets(&[b'x'; 4096], 1, "错误 error: 太长 more than 1024 bytes");
}

#[test]
fn what_the_server_says_cannot_touch_the_screen() {
    let words = "服务器 server: \u{FFFD}[2J\u{FFFD}x\n";
    client_gets(b"HTTP/1.0 200 OK\r\n\r\n\x1b[2J\xffx", 0, words);
}

#[test]
fn a_reset_is_reported_in_one_line() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let there = listener.local_addr().unwrap().to_string();
    let client = Program::start_in(language(), NAME, &["client", &there]);
    let mut stream = guarded(listener.accept().unwrap().0);
    stream.read_exact(&mut [0; 18]).unwrap();
    reset(stream);
    let (status, screen) = client.ends();
    assert!(
        screen.contains("错误 error: 连接断了 connection lost"),
        "{screen}"
    );
    assert_eq!(status, Some(1));
}

#[test]
fn a_silent_server_is_left_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let there = listener.local_addr().unwrap().to_string();
    let start = Instant::now();
    let client = Program::start_in(language(), NAME, &["client", &there]);
    let _silent = listener.accept().unwrap();
    let (status, screen) = client.ends();
    assert!(screen.contains("等得太久 waited too long"), "{screen}");
    assert!(start.elapsed() < PATIENCE);
    assert_eq!(status, Some(1));
}

#[test]
fn after_a_refusal_the_next_address_has_its_turn_at_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let there = listener.local_addr().unwrap().to_string();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = closed.local_addr().unwrap().to_string();
    drop(closed);
    let args = ["client", &nobody, &there, "--in-turn"];
    let mut client = Program::start_in(language(), NAME, &args);
    client.sees(&format!(
        "不通 failed 连接被拒绝，先启动服务器 refused, start the server first: {nobody}"
    ));
    client.sees(&format!("连上 connected {there}"));
    drop(listener.accept().unwrap());
    client.ends();
}

#[test]
fn nobody_at_all_is_an_error() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = closed.local_addr().unwrap().to_string();
    drop(closed);
    let (status, screen) = Program::start_in(language(), NAME, &["client", &nobody]).ends();
    assert!(screen.ends_with("错误 error: 一个也连不上 none of them could be reached\n"));
    assert_eq!(status, Some(1));
}

#[test]
fn what_is_no_address_is_a_mistake_in_the_arguments() {
    for word in [
        "::1:8808",
        "[::1]",
        "[::1:80",
        "x",
        ":80",
        "[]:80",
        "127.0.0.1:",
        "127.0.0.1:65536",
        "127.0.0.1:-1",
        "[::1]:８",
    ] {
        let (status, screen) = Program::start_in(language(), NAME, &["client", word]).ends();
        let help = language().leads_to_help();
        let want = format!("错误 error: 地址写错 bad address: {word}（[::1]:8808？）\n{help}");
        assert_eq!(screen, want);
        assert_eq!(status, Some(2));
    }
    for args in [&["server", "localhost:80"][..], &["server", "127.0.0.1"]] {
        let (status, screen) = Program::start_in(language(), NAME, args).ends();
        assert!(screen.contains("地址写错 bad address"), "{screen}");
        assert_eq!(status, Some(2));
    }
    for args in [
        &["client"][..],
        &["client", "--in-turn"],
        &["what"],
        &["mine", "x"],
        &["x"],
    ] {
        let (status, screen) = Program::start_in(language(), NAME, args).ends();
        assert!(screen.contains("参数有错 bad arguments"), "{screen}");
        assert_eq!(status, Some(2));
    }
}

#[test]
fn both_languages_know_the_same_kinds() {
    let (status, screen) = Program::start_in(
        language(),
        NAME,
        &[
            "what",
            "127.9.9.9",
            "::1",
            "172.31.255.255",
            "172.32.0.0",
            "fdff::",
            "fe80::1",
            "2001:db8::",
            "::ffff:10.0.0.1",
            "100.127.0.1",
            "0.0.0.1",
            "223.255.255.255",
            "224.0.0.0",
        ],
    )
    .ends();
    assert_eq!(status, Some(0));
    let prefixes: Vec<&str> = screen
        .lines()
        .filter_map(|line| line.rsplit_once('[')?.1.strip_suffix(']'))
        .collect();
    assert_eq!(
        prefixes,
        [
            "127.0.0.0/8",
            "::1/128",
            "172.16.0.0/12",
            "0.0.0.0/0",
            "fc00::/7",
            "fe80::/10",
            "2001:db8::/32",
            "::ffff:0:0/96",
            "100.64.0.0/10",
            "0.0.0.0/8",
            "0.0.0.0/0",
            "224.0.0.0/4"
        ]
    );
}

#[test]
fn help_is_help() {
    let (status, screen) = Program::start_in(language(), NAME, &["--help"]).ends();
    assert!(screen.contains(&language().says_to_run(NAME)), "{screen}");
    assert_eq!(status, Some(0));
}
