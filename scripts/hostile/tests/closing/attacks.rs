//! A raw peer at the other end. Each call says what it returned, and the peer reads what the page
//! says.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;

use crate::program::{Language, Program, dribble, reset};

const NAME: &str = "05_closing";
const MIB: usize = 1024 * 1024;

/// Each language has a module with these attacks.
fn language() -> Language {
    Language::of(module_path!())
}

/// What this language calls an error.
fn named(rust: &str) -> String {
    match language() {
        Language::Rust => rust.to_owned(),
        _ => format!("{rust}Error"),
    }
}

fn server() -> (Program, TcpStream) {
    Program::server(language(), NAME, &[])
}

/// Types a call, and waits for what it says.
#[track_caller]
fn call(program: &mut Program, call: &str, words: &str) {
    program.types(&format!("{call}\n"));
    let name = call.split(' ').next().unwrap();
    let lines = program.lines_until(|line| line.starts_with(&format!("{name} ")));
    assert_eq!(lines.last().unwrap(), &format!("{name} {words}"));
}

fn open(count: usize) -> String {
    format!("成功 ok，描述符 descriptors: {count}")
}

/// Reads as often as it takes to get `count` bytes; returns what was shown.
#[track_caller]
fn reads(program: &mut Program, count: usize) -> String {
    let (mut got, mut shown) = (0, String::new());
    while got < count {
        program.types("read\n");
        let line = program.lines_until(|line| line.starts_with("read "));
        let line = line.last().unwrap();
        let rest = line.strip_prefix("read 返回 returned ").expect(line);
        let (n, text) = rest.split_once(": ").expect(line);
        got += n.parse::<usize>().unwrap();
        shown += text;
    }
    assert_eq!(got, count);
    shown
}

/// End of input ends it well.
#[track_caller]
fn parts(mut program: Program) {
    program.hangs_up();
    let (status, screen) = program.ends();
    assert_eq!(status, Some(0), "{screen}");
    assert!(!screen.contains("Traceback"), "{screen}");
}

#[track_caller]
fn reads_the_end(peer: &mut TcpStream) {
    assert_eq!(peer.read(&mut [0; 1]).unwrap(), 0);
}

/// Nothing has come, the end neither. On loopback the FIN of a close that has returned is here.
#[track_caller]
fn has_nothing_to_read(peer: &TcpStream) {
    peer.set_nonblocking(true).unwrap();
    let error = peer.peek(&mut [0; 1]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
    peer.set_nonblocking(false).unwrap();
}

#[test]
fn a_close_is_the_end_for_the_peer() {
    let (mut program, mut peer) = server();
    call(&mut program, "send 你好", "返回 returned 6");
    call(&mut program, "close", &open(0));
    let mut words = String::new();
    peer.read_to_string(&mut words).unwrap();
    assert_eq!(words, "你好");
    call(
        &mut program,
        "send x",
        "没有开着的描述符 no descriptor is open",
    );
    parts(program);
}

#[test]
fn a_client_closes_as_a_server_does() {
    let (mut program, mut peer) = Program::client(language(), NAME, &[]);
    peer.write_all("你好".as_bytes()).unwrap();
    assert_eq!(reads(&mut program, 6), "你好");
    call(&mut program, "close", &open(0));
    reads_the_end(&mut peer);
    parts(program);
}

#[test]
fn the_end_of_the_program_is_the_end_for_the_peer() {
    let (program, mut peer) = server();
    parts(program);
    reads_the_end(&mut peer);
}

#[cfg(unix)]
#[test]
fn a_killed_program_is_closed_by_its_kernel() {
    for signal in ["TERM", "KILL"] {
        let (mut program, mut peer) = server();
        call(&mut program, "clone", &open(2));
        program.signal(signal);
        assert_eq!(program.ends().0, None);
        reads_the_end(&mut peer);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_close_with_unread_data_is_a_reset_for_the_peer() {
    let (mut program, mut peer) = server();
    peer.write_all("你好，服务器".as_bytes()).unwrap();
    call(&mut program, "read 6", "返回 returned 6: 你好");
    call(&mut program, "send 够了", "返回 returned 6");
    call(&mut program, "close", &open(0));
    let mut words = [0; 6];
    peer.read_exact(&mut words).unwrap();
    assert_eq!(words, *"够了".as_bytes());
    let error = peer.read(&mut [0; 1]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    parts(program);
}

#[cfg(target_os = "linux")]
#[test]
fn a_killed_program_with_unread_data_is_a_reset_for_the_peer() {
    let (mut program, mut peer) = server();
    peer.write_all("你好，服务器".as_bytes()).unwrap();
    call(&mut program, "read 6", "返回 returned 6: 你好");
    program.signal("KILL");
    let error = peer.read(&mut [0; 1]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[test]
fn an_open_clone_keeps_the_connection_open() {
    let (mut program, mut peer) = server();
    call(&mut program, "clone", &open(2));
    call(&mut program, "clone", &open(3));
    call(&mut program, "close", &open(2));
    call(&mut program, "close", &open(1));
    has_nothing_to_read(&peer);
    call(&mut program, "send x", "返回 returned 1");
    peer.read_exact(&mut [0; 1]).unwrap();
    call(&mut program, "close", &open(0));
    reads_the_end(&mut peer);
    parts(program);
}

#[test]
fn shutdown_is_the_end_whatever_else_is_open_and_still_hears_the_peer() {
    let (mut program, mut peer) = server();
    call(&mut program, "clone", &open(2));
    call(&mut program, "shutdown", &open(2));
    reads_the_end(&mut peer);
    peer.write_all("我还没说完".as_bytes()).unwrap();
    assert_eq!(reads(&mut program, 15), "我还没说完");
    call(
        &mut program,
        "send x",
        &format!("错误 error: {}", named("BrokenPipe")),
    );
    parts(program);
}

#[test]
fn finish_hears_the_peer_out() {
    let (mut program, mut peer) = server();
    call(&mut program, "clone", &open(2));
    peer.write_all(&vec![b'x'; MIB / 2]).unwrap();
    program.types("finish\n");
    reads_the_end(&mut peer);
    peer.write_all(&vec![b'x'; MIB / 2]).unwrap();
    peer.shutdown(Shutdown::Write).unwrap();
    program.sees("finish 读掉 read away: 1048576 字节 bytes，然后 then: 0\n");
    call(
        &mut program,
        "read",
        "没有开着的描述符 no descriptor is open",
    );
    // No reset came: the end is still the end.
    reads_the_end(&mut peer);
    parts(program);
}

#[test]
fn finish_gives_up_a_peer_that_never_stops() {
    let (mut program, mut peer) = server();
    program.types("finish\n");
    let block = [b'x'; 65536];
    while peer.write_all(&block).is_ok() {}
    program.sees("字节 bytes，不等了 gave up\n");
    parts(program);
}

#[test]
fn finish_gives_up_a_silent_peer() {
    let (mut program, mut peer) = server();
    program.types("finish\n");
    reads_the_end(&mut peer);
    program.sees("finish 等得太久 waited too long\n");
    call(
        &mut program,
        "read",
        "没有开着的描述符 no descriptor is open",
    );
    parts(program);
}

#[test]
fn finish_gives_up_a_peer_that_dribbles() {
    let (mut program, mut peer) = server();
    program.types("finish\n");
    let dribbling = thread::spawn(move || while peer.write_all(b"x").is_ok() {});
    program.sees("字节 bytes，不等了 gave up\n");
    dribbling.join().unwrap();
    parts(program);
}

#[test]
fn a_silent_peer_costs_a_read_2_seconds_and_not_the_connection() {
    let (mut program, mut peer) = server();
    call(&mut program, "read", "等得太久 waited too long");
    call(&mut program, "send 在吗", "返回 returned 6");
    peer.read_exact(&mut [0; 6]).unwrap();
    peer.write_all("在".as_bytes()).unwrap();
    assert_eq!(reads(&mut program, 3), "在");
    parts(program);
}

#[test]
fn bytes_one_at_a_time_are_all_read() {
    let (mut program, peer) = server();
    dribble(&peer, b"one byte at a time");
    assert_eq!(reads(&mut program, 18), "one byte at a time");
    parts(program);
}

#[test]
fn a_read_takes_at_most_what_it_was_told() {
    let (mut program, mut peer) = server();
    peer.write_all(b"abcdef").unwrap();
    call(&mut program, "read 2", "返回 returned 2: ab");
    call(&mut program, "read 0", "返回 returned 1: c");
    call(
        &mut program,
        "read 99999999999999999999",
        "返回 returned 3: def",
    );
    parts(program);
}

#[test]
fn a_cut_character_and_invalid_utf8_are_shown() {
    let (mut program, mut peer) = server();
    peer.write_all(&"你".as_bytes()[..2]).unwrap();
    call(&mut program, "read", "返回 returned 2: \u{FFFD}");
    peer.write_all(b"a\xFF\xC0b").unwrap();
    call(&mut program, "read", "返回 returned 4: a\u{FFFD}\u{FFFD}b");
    parts(program);
}

#[test]
fn what_the_peer_sends_stays_on_one_line_and_cannot_touch_the_screen() {
    let (mut program, mut peer) = server();
    peer.write_all("\x1b[2J一\r\n二\u{202e}\u{2028}".as_bytes())
        .unwrap();
    call(
        &mut program,
        "read",
        "返回 returned 18: \u{FFFD}[2J一⏎二\u{FFFD}\u{FFFD}",
    );
    parts(program);
}

#[cfg(target_os = "linux")]
#[test]
fn a_reset_is_reported_once_and_then_looks_like_an_end() {
    let (mut program, peer) = server();
    program.sees("accepted");
    reset(peer);
    let lost = format!("错误 error: {}", named("ConnectionReset"));
    call(&mut program, "read", &lost);
    call(&mut program, "read", "返回 returned 0");
    let broken = format!("错误 error: {}", named("BrokenPipe"));
    call(&mut program, "send x", &broken);
    parts(program);
}

/// Sends until that fails: an RST may take its time, even on loopback. Returns how often it worked,
/// and the error.
#[cfg(target_os = "linux")]
#[track_caller]
fn sends_until_it_fails(program: &mut Program) -> (usize, String) {
    let mut worked = 0;
    loop {
        program.types("send x\n");
        let lines = program.lines_until(|line| line.starts_with("send "));
        let line = lines.last().unwrap();
        if let Some(error) = line.strip_prefix("send 错误 error: ") {
            return (worked, error.to_owned());
        }
        assert_eq!(line, "send 返回 returned 1");
        worked += 1;
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_reset_is_reported_to_send_if_that_comes_first() {
    let (mut program, peer) = server();
    program.sees("accepted");
    reset(peer);
    let (_, error) = sends_until_it_fails(&mut program);
    assert_eq!(error, named("ConnectionReset"));
    let (worked, error) = sends_until_it_fails(&mut program);
    assert_eq!((worked, error), (0, named("BrokenPipe")));
    parts(program);
}

#[cfg(target_os = "linux")]
#[test]
fn to_a_peer_that_has_closed_the_first_send_works() {
    let (mut program, peer) = server();
    drop(peer);
    call(&mut program, "read", "返回 returned 0");
    let (worked, error) = sends_until_it_fails(&mut program);
    assert!(
        worked >= 1 && error == named("BrokenPipe"),
        "{worked} {error}"
    );
    call(&mut program, "read", "返回 returned 0");
    parts(program);
}

#[test]
fn a_flood_is_read_in_blocks_and_does_not_keep_the_program() {
    let (mut program, mut peer) = server();
    let flood = thread::spawn(move || {
        let block = [b'x'; 65536];
        while peer.write_all(&block).is_ok() {}
    });
    for _ in 0..2 {
        program.types("read\n");
        let line = program.lines_until(|line| line.starts_with("read "));
        assert!(line.last().unwrap().len() < 4200, "{line:?}");
    }
    call(&mut program, "close", &open(0));
    flood.join().unwrap();
    parts(program);
}

#[test]
fn a_peer_that_never_reads_makes_send_take_a_part_and_then_wait() {
    let (mut program, _peer) = server();
    let mut keyboard = program.keyboard();
    let line = format!("send {}\n", "x".repeat(64 * MIB));
    let typing = thread::spawn(move || {
        for _ in 0..2 {
            keyboard.write_all(line.as_bytes()).unwrap();
        }
    });
    let lines = program.lines_until(|line| line.starts_with("send 返回 returned "));
    let taken = lines.last().unwrap().rsplit(' ').next().unwrap();
    assert!(taken.parse::<usize>().unwrap() < 64 * MIB, "{taken}");
    // A part may still fit the second time.
    typing.join().unwrap();
    let (status, screen) = program.ends();
    assert_eq!(status, Some(0), "{screen}");
    assert_eq!(screen.matches("send ").count(), 2, "{screen}");
}

#[test]
fn what_is_no_call_is_answered_and_nothing_else_happens() {
    let (mut program, mut peer) = server();
    for word in ["help", "close()", "CLOSE"] {
        program.types(&format!("{word} x\n"));
        program.sees(&format!("{word} 没有这个调用 no such call（send TEXT · "));
    }
    program.types("\n \n");
    call(&mut program, "send", "返回 returned 0");
    call(&mut program, "send \tx ", "返回 returned 3");
    let mut three = [0; 3];
    peer.read_exact(&mut three).unwrap();
    assert_eq!(&three, b"\tx ");
    parts(program);
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
    refuses(&["close"], 2, "不认识的参数 unknown argument: close");
    refuses(&["close"], 2, language().leads_to_help());
    refuses(
        &["server", "localhost:8805"],
        2,
        "地址写错 bad address: localhost:8805",
    );
    refuses(
        &["client", "127.0.0.1:70000"],
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
fn an_address_in_use_and_a_port_where_nobody_listens_end_with_status_1() {
    let held = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = held.local_addr().unwrap().to_string();
    let in_use = "地址被占用，换一个端口 address in use";
    refuses(&["server", &address], 1, in_use);
    drop(held);
    let refused = "连接被拒绝，先启动服务器 refused, start the server first";
    refuses(&["client", &address], 1, refused);
}
