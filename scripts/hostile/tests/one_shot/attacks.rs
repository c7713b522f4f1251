//! Attacks from a raw peer. Each ends, in time, as the page says.

use std::io::{Read, Write};
use std::net::Shutdown;

use crate::program::{self, Language, Program, dribble, reset};

const NAME: &str = "01_one_shot";

/// Each language has a module with these attacks.
fn language() -> Language {
    Language::of(module_path!())
}
const MIB: usize = 1024 * 1024;

/// The server gets `bytes` and then the end of input, and shows exactly `text`.
#[track_caller]
fn shows(bytes: &[u8], text: &str) {
    let (server, mut peer) = Program::server(language(), NAME, &[]);
    peer.write_all(bytes).unwrap();
    drop(peer);
    shown(server, bytes.len(), text);
}

#[track_caller]
fn shown(server: Program, bytes: usize, text: &str) {
    let (status, screen) = server.ends();
    let (_listening, rest) = screen.split_once('\n').unwrap();
    let want = format!("客户端 client: {text}\n收到 {bytes} 字节 received {bytes} bytes\n");
    assert!(rest == want, "want {want:.300?}, but: {rest:.300?}");
    assert_eq!(status, Some(0));
}

#[test]
fn a_message_one_byte_at_a_time_arrives_whole() {
    let (server, peer) = Program::server(language(), NAME, &[]);
    dribble(&peer, "你好，服务器".as_bytes());
    drop(peer);
    shown(server, 18, "你好，服务器");
}

#[test]
fn several_messages_in_one_write_are_one_message() {
    shows("第二条第三条".as_bytes(), "第二条第三条");
}

#[test]
fn a_message_of_342_characters_arrives_whole() {
    let text = "桃".repeat(342);
    assert_eq!(text.len(), 1026);
    shows(text.as_bytes(), &text);
}

#[test]
fn a_character_cut_by_the_end_is_shown_as_a_replacement() {
    shows(&"你好".as_bytes()[..4], "你\u{FFFD}");
}

#[test]
fn invalid_utf8_is_shown_and_not_fatal() {
    shows(b"a\xFF\xC0\xAFb", "a\u{FFFD}\u{FFFD}\u{FFFD}b");
}

#[test]
fn control_characters_cannot_touch_the_screen() {
    shows(b"\x1b[2Jhi\x07\n", "\u{FFFD}[2Jhi\u{FFFD}\n");
}

#[test]
fn no_message_at_all_is_an_empty_message() {
    shows(b"", "");
}

#[test]
fn a_message_of_exactly_1_mib_is_accepted() {
    shows(&vec![b'x'; MIB], &"x".repeat(MIB));
}

#[test]
fn one_byte_over_1_mib_is_refused() {
    let (server, mut peer) = Program::server(language(), NAME, &[]);
    peer.write_all(&vec![b'x'; MIB + 1]).unwrap();
    let (status, screen) = server.ends();
    assert!(
        screen.contains("消息超过 1 MiB，拒收 message over 1 MiB, refused"),
        "{screen}"
    );
    assert_eq!(status, Some(1));
}

#[test]
fn a_peer_that_never_stops_is_refused() {
    let (server, mut peer) = Program::server(language(), NAME, &[]);
    let block = [b'x'; 65536];
    while peer.write_all(&block).is_ok() {}
    let (status, screen) = server.ends();
    assert!(screen.contains("message over 1 MiB, refused"), "{screen}");
    assert_eq!(status, Some(1));
}

#[test]
fn half_close_is_the_end_of_the_message() {
    let (server, mut peer) = Program::server(language(), NAME, &[]);
    peer.write_all(b"that was all").unwrap();
    peer.shutdown(Shutdown::Write).unwrap();
    shown(server, 12, "that was all");
    assert_eq!(peer.read(&mut [0; 1]).unwrap(), 0);
}

#[test]
fn a_reset_in_mid_message_is_reported_in_one_line() {
    let (server, mut peer) = Program::server(language(), NAME, &[]);
    peer.write_all("你好".as_bytes()).unwrap();
    reset(peer);
    let (status, screen) = server.ends();
    assert!(
        screen.contains("错误 error: 连接断了 connection lost: 127.0.0.1:"),
        "{screen}"
    );
    assert_eq!(screen.lines().count(), 2, "{screen}");
    assert_eq!(status, Some(1));
}

#[test]
fn a_silent_client_is_given_up() {
    let (server, mut peer) = Program::server(language(), NAME, &[]);
    peer.write_all(b"abc").unwrap();
    let (status, screen) = server.ends();
    assert!(
        screen.contains("错误 error: 等得太久 waited too long"),
        "{screen}"
    );
    assert!(screen.contains("已收到 3 字节 after 3 bytes"), "{screen}");
    assert_eq!(status, Some(1));
}

#[test]
fn the_client_sends_everything_and_then_closes() {
    let (client, mut peer) = Program::client(language(), NAME, &["你好，", "服务器"]);
    let mut message = String::new();
    peer.read_to_string(&mut message).unwrap();
    assert_eq!(message, "你好， 服务器");
    assert_eq!(client.ends().0, Some(0));
}

#[test]
fn the_client_says_hello_server_by_default() {
    let (client, mut peer) = Program::client(language(), NAME, &[]);
    let mut message = String::new();
    peer.read_to_string(&mut message).unwrap();
    assert_eq!(message, "Hello, Server");
    assert_eq!(client.ends().0, Some(0));
}

/// Starts a client whose message is 64 MiB of standard input: more than the kernels hold.
fn long_client() -> (Program, std::net::TcpStream) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut client = Program::start_in(language(), NAME, &["client", &address, "-"]);
    let mut keyboard = client.keyboard();
    keyboard.write_all(&vec![b'x'; 64 * MIB]).unwrap();
    drop(keyboard);
    client.sees("connected to");
    (client, program::guarded(listener.accept().unwrap().0))
}

#[test]
fn a_reader_that_never_reads_is_given_up() {
    let (client, _peer) = long_client();
    let (status, screen) = client.ends();
    assert!(
        screen.contains("错误 error: 等得太久 waited too long"),
        "{screen}"
    );
    assert_eq!(status, Some(1));
}

#[test]
fn a_reader_that_resets_is_reported_in_one_line() {
    let (client, peer) = long_client();
    reset(peer);
    let (status, screen) = client.ends();
    assert!(
        screen.contains("错误 error: 连接断了 connection lost"),
        "{screen}"
    );
    assert_eq!(status, Some(1));
}

/// `args` end with `status` and a line that contains `words`, without any network.
#[track_caller]
fn refuses(args: &[&str], status: i32, words: &str) {
    let (code, screen) = Program::start_in(language(), NAME, args).ends();
    assert!(screen.contains(words), "{screen}");
    assert_eq!(code, Some(status));
}

#[test]
fn mistakes_in_the_arguments_end_with_status_2() {
    refuses(&["serve"], 2, "不认识的参数 unknown argument: serve");
    refuses(
        &["server", "localhost:9999"],
        2,
        "地址写错 bad address: localhost:9999",
    );
    refuses(
        &["server", "127.0.0.1:70000"],
        2,
        "地址写错 bad address: 127.0.0.1:70000",
    );
    refuses(
        &["server", "127.0.0.1:0", "x"],
        2,
        "不认识的参数 unknown argument: x",
    );
    refuses(&["--help"], 0, language().says_to_run(NAME).as_str());
}

#[test]
fn an_address_in_use_ends_an_explicit_server_with_status_1() {
    let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = held.local_addr().unwrap().to_string();
    refuses(
        &["server", &address],
        1,
        "地址被占用，换一个端口 address in use",
    );
}

#[test]
fn a_port_where_nobody_listens_ends_the_client_with_status_1() {
    let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = held.local_addr().unwrap().to_string();
    drop(held);
    refuses(
        &["client", &address],
        1,
        "连接被拒绝，先启动服务器 refused, start the server first",
    );
}
