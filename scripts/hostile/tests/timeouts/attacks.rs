//! Attacks from a raw peer: silence, one byte now and then, no reading, half a message. Each ends by
//! the deadline that the page names, and no other.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::Duration;

use crate::program::{self, Language, Program, dribble, reset};

const NAME: &str = "06_timeouts";
const LATE: &str = "错误 error: 等得太久 waited too long: 127.0.0.1:";
const LOST: &str = "错误 error: 连接断了 connection lost: 127.0.0.1:";
const ONE_WAIT: &str = "这次等待的期限到了 the deadline of this wait has passed\n";
const WHOLE: &str = "整个请求的期限到了 the deadline of the whole request has passed\n";
const PARTED: &str = "客户端说完了 the client is done\n";
const LINE_MAX: usize = 4096;
/// The long message.
const LINES: usize = 16_000;
const BYTES: usize = LINES * 1000;
/// Between two bytes of a peer that dribbles: far less than any deadline of one wait.
const PACE: Duration = Duration::from_millis(300);

/// Each language has a module with these attacks.
fn language() -> Language {
    Language::of(module_path!())
}

/// It ends with status 1, and an error in one line that begins and ends so.
#[track_caller]
fn fails(program: Program, begins: &str, ends: &str) -> String {
    let (status, screen) = program.ends();
    let last = screen.split_inclusive('\n').next_back().unwrap_or_default();
    assert!(last.starts_with(begins) && last.ends_with(ends), "{screen}");
    assert_eq!(screen.matches("错误").count(), 1, "{screen}");
    assert!(!screen.contains("Traceback"), "{screen}");
    assert_eq!(status, Some(1));
    screen
}

/// The server gets `bytes` and the end, sends `answers`, and shows `said` after its first line.
#[track_caller]
fn answers(bytes: &[u8], answers: &[u8], said: &str) {
    let (server, mut peer) = Program::server(language(), NAME, &[]);
    peer.write_all(bytes).unwrap();
    peer.shutdown(Shutdown::Write).unwrap();
    answered(server, peer, answers, said);
}

#[track_caller]
fn answered(server: Program, mut peer: TcpStream, answers: &[u8], said: &str) {
    let mut came = Vec::new();
    peer.read_to_end(&mut came).unwrap();
    assert!(came == answers, "{:?}", String::from_utf8_lossy(&came));
    let (status, screen) = server.ends();
    let (_listening, rest) = screen.split_once('\n').unwrap();
    assert_eq!(rest, said);
    assert_eq!(status, Some(0));
}

/// Sends the same byte again and again, until the program has closed.
fn dribbles_until_closed(mut peer: TcpStream) {
    peer.set_read_timeout(Some(PACE)).unwrap();
    while peer.write_all(b"a").is_ok() {
        match peer.read(&mut [0; 64]) {
            Ok(0) => break,
            Err(error) if !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                break;
            }
            _ => {}
        }
    }
}

#[test]
fn a_question_one_byte_at_a_time_is_answered() {
    let (server, peer) = Program::server(language(), NAME, &[]);
    dribble(&peer, "还在吗？\n".as_bytes());
    peer.shutdown(Shutdown::Write).unwrap();
    let said = format!("客户端 client: 还在吗？\n{PARTED}");
    answered(server, peer, "还在吗？\n".as_bytes(), &said);
}

#[test]
fn questions_in_one_write_are_answered_in_order() {
    let said = format!("客户端 client: a\n客户端 client: \n客户端 client: b\n{PARTED}");
    answers(b"a\n\nb\n", b"a\n\nb\n", &said);
}

#[test]
fn the_bytes_of_a_question_come_back_as_they_were_and_cannot_touch_the_screen() {
    let bytes = b"a\x1b[2J\xff\0\r\n";
    let said = format!("客户端 client: a\u{FFFD}[2J\u{FFFD}\u{FFFD}\n{PARTED}");
    answers(bytes, bytes, &said);
}

#[test]
fn no_question_at_all_is_fine() {
    answers(b"", b"", PARTED);
}

#[test]
fn a_line_has_at_most_4096_bytes() {
    let mut line = vec![b'x'; LINE_MAX];
    line.push(b'\n');
    let said = format!("客户端 client: {}\n{PARTED}", "x".repeat(LINE_MAX));
    answers(&line, &line, &said);
    line.insert(0, b'x');
    for end in [line.len(), line.len() - 1] {
        let (server, mut peer) = Program::server(language(), NAME, &[]);
        peer.write_all(&line[..end]).unwrap();
        fails(
            server,
            "错误 error: ",
            "一行超过 4096 字节 a line of more than 4096 bytes\n",
        );
    }
}

#[test]
fn a_line_without_end_is_refused() {
    let (server, mut peer) = Program::server(language(), NAME, &[]);
    while peer.write_all(&[b'x'; 65536]).is_ok() {}
    fails(
        server,
        "错误 error: ",
        "一行超过 4096 字节 a line of more than 4096 bytes\n",
    );
}

#[test]
fn half_a_question_is_not_answered() {
    let (server, mut peer) = Program::server(language(), NAME, &[]);
    peer.write_all("还在".as_bytes()).unwrap();
    peer.shutdown(Shutdown::Write).unwrap();
    assert_eq!(peer.read(&mut [0; 1]).unwrap(), 0);
    let words = "一行没说完就走了 left in the middle of a line\n";
    fails(server, "错误 error: ", words);
}

#[test]
fn a_reset_is_reported_in_one_line() {
    let (server, peer) = Program::server(language(), NAME, &[]);
    reset(peer);
    fails(server, LOST, "\n");
    let (client, peer) = Program::client(language(), NAME, &[]);
    reset(peer);
    fails(client, LOST, "\n");
}

#[test]
fn a_silent_client_is_given_up() {
    let (server, _peer) = Program::server(language(), NAME, &[]);
    fails(server, LATE, ONE_WAIT);
}

#[test]
fn a_client_that_dribbles_is_given_up_though_each_byte_comes_in_time() {
    let (server, peer) = Program::server(language(), NAME, &[]);
    dribbles_until_closed(peer);
    fails(server, LATE, WHOLE);
}

#[test]
fn a_client_that_does_not_read_its_answers_is_given_up() {
    let (server, mut peer) = Program::server(language(), NAME, &[]);
    let line = [&[b'x'; LINE_MAX - 1][..], b"\n"].concat();
    while peer.write_all(&line).is_ok() {}
    let (status, screen) = server.ends();
    let last = screen.lines().last().unwrap();
    assert!(last.starts_with(LATE), "{last}");
    assert_eq!(status, Some(1));
}

#[test]
fn the_server_that_dribbles_sends_every_byte() {
    let (server, mut peer) = Program::server(language(), NAME, &["--dribble"]);
    peer.write_all(b"ab\n").unwrap();
    peer.shutdown(Shutdown::Write).unwrap();
    let said =
        format!("客户端 client: ab\n每秒回一个字节 answering with one byte a second\n{PARTED}");
    answered(server, peer, b"ab\n", &said);
}

#[test]
fn the_client_takes_an_answer_that_comes_byte_by_byte() {
    let (client, mut peer) = Program::client(language(), NAME, &["你好，", "在吗"]);
    let mut question = String::new();
    BufReader::new(&peer).read_line(&mut question).unwrap();
    assert_eq!(question, "你好， 在吗\n");
    dribble(&peer, "在\x1b[2J".as_bytes());
    // It leaves at the line end: what follows comes with it, or it would be too late.
    peer.write_all("\n第二行\n".as_bytes()).unwrap();
    let (status, screen) = client.ends();
    assert!(
        screen.ends_with("\n回答 answer: 在\u{FFFD}[2J\n"),
        "{screen}"
    );
    assert_eq!(status, Some(0));
}

#[test]
fn the_client_gives_up_a_silent_server_after_one_wait() {
    let (client, _peer) = Program::client(language(), NAME, &[]);
    let screen = fails(client, LATE, ONE_WAIT);
    assert!(screen.contains("已收到 0 字节 after 0 bytes"), "{screen}");
}

#[test]
fn the_client_gives_up_a_server_that_dribbles_at_the_end_of_the_whole() {
    let (client, peer) = Program::client(language(), NAME, &[]);
    dribbles_until_closed(peer);
    fails(client, LATE, WHOLE);
}

/// The mistake: with a deadline for each wait alone, the bound of the line is what ends it. Here the
/// line ends first, after more time than the whole may take.
#[test]
fn without_the_whole_a_server_that_dribbles_is_not_given_up() {
    let (client, mut peer) = Program::client(language(), NAME, &["--each"]);
    let whole = Duration::from_secs(5);
    peer.set_read_timeout(Some(PACE)).unwrap();
    let _question = BufReader::new(&peer).fill_buf().unwrap().len();
    let began = std::time::Instant::now();
    let mut count = 0;
    while began.elapsed() <= whole + 4 * PACE {
        peer.write_all(b"a").unwrap();
        count += 1;
        let _nothing = peer.read(&mut [0; 64]);
    }
    peer.write_all(b"\n").unwrap();
    let (status, screen) = client.ends();
    let answer = format!("\n回答 answer: {}\n", "a".repeat(count));
    assert!(screen.ends_with(&answer), "{screen}");
    assert_eq!(status, Some(0));
}

#[test]
fn a_server_that_leaves_early_is_told_apart_from_one_that_is_late() {
    let (client, peer) = Program::client(language(), NAME, &[]);
    BufReader::new(&peer).read_line(&mut String::new()).unwrap();
    drop(peer);
    let words = "错误 error: 没有回答就走了 left without an answer: ";
    fails(client, words, "\n");
    let (client, mut peer) = Program::client(language(), NAME, &[]);
    BufReader::new(&peer).read_line(&mut String::new()).unwrap();
    peer.write_all(b"good").unwrap();
    drop(peer);
    let words = "一行没说完就走了 left in the middle of a line\n";
    let screen = fails(client, "错误 error: ", words);
    assert!(screen.contains("已收到 4 字节 after 4 bytes"), "{screen}");
}

#[test]
fn an_answer_without_end_is_refused() {
    let (client, mut peer) = Program::client(language(), NAME, &[]);
    while peer.write_all(&[b'x'; 65536]).is_ok() {}
    fails(
        client,
        "错误 error: ",
        "一行超过 4096 字节 a line of more than 4096 bytes\n",
    );
}

/// The lines from `first` on, as the long message has them.
fn numbered(first: usize, count: usize) -> Vec<u8> {
    let lines = (first..first + count).map(|number| format!("{number:07}{}\n", ".".repeat(992)));
    lines.collect::<String>().into_bytes()
}

/// What stands before `words` in the output, as a number.
#[track_caller]
fn number_before(screen: &str, words: &str) -> usize {
    let (before, _) = screen
        .split_once(words)
        .unwrap_or_else(|| panic!("{screen}"));
    let digits = before.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap();
    digits.parse().unwrap()
}

#[test]
fn a_reader_gets_the_long_message_whole() {
    let (client, mut peer) = Program::client(language(), NAME, &["--long"]);
    let mut came = Vec::new();
    peer.read_to_end(&mut came).unwrap();
    assert!(came == numbered(1, LINES), "{} bytes", came.len());
    let (status, screen) = client.ends();
    let said = format!("写完了 all written: {BYTES} 字节 bytes\n");
    assert!(screen.ends_with(&said), "{screen}");
    assert_eq!(status, Some(0));
}

#[test]
fn what_the_kernel_took_before_a_write_timed_out_arrives_and_then_the_end() {
    let (client, mut peer) = Program::client(language(), NAME, &["--long"]);
    let screen = fails(client, LATE, "has passed\n");
    let taken = number_before(&screen, " bytes: ");
    assert!(0 < taken && taken < BYTES, "{screen}");
    let mut came = Vec::new();
    peer.read_to_end(&mut came).unwrap();
    assert_eq!(came.len(), taken);
    assert!(came == numbered(1, LINES)[..taken]);
}

#[test]
fn a_second_try_on_the_same_connection_follows_half_of_the_first() {
    let (mut client, mut peer) = Program::client(language(), NAME, &["--long", "--retry"]);
    client.sees("once more from the start, on the same connection\n");
    let mut came = Vec::new();
    peer.read_to_end(&mut came).unwrap();
    let (status, screen) = client.ends();
    let taken = number_before(&screen, " bytes\n同一条连接");
    assert_eq!(status, Some(0));
    let whole = numbered(1, LINES);
    assert!(came == [&whole[..taken], &whole[..]].concat(), "{taken}");
}

#[test]
fn a_reader_that_resets_or_leaves_is_reported_in_one_line() {
    for leaves in [reset, drop::<TcpStream>] {
        let (client, peer) = Program::client(language(), NAME, &["--long"]);
        leaves(peer);
        fails(client, LOST, "\n");
    }
}

/// What the server that reads late says of `bytes`.
#[track_caller]
fn read_late(bytes: &[u8]) -> (Option<i32>, String) {
    let (mut server, mut peer) = Program::server(language(), NAME, &["--deaf"]);
    server.sees("accepted, not reading before Enter\n");
    server.types("\n");
    // A line that is too long ends it before it has read everything.
    let _closed = peer.write_all(bytes);
    drop(peer);
    server.ends()
}

#[test]
fn the_late_reader_tells_a_whole_message_from_a_part_and_from_a_wrong_one() {
    let whole = numbered(1, LINES);
    let (status, screen) = read_late(&whole);
    let said = format!("收到 {BYTES} 字节 received {BYTES} bytes\n消息完整 the message is whole\n");
    assert!(screen.ends_with(&said), "{screen}");
    assert_eq!(status, Some(0));
    for end in [0, 1, 1000, 64_000, BYTES - 1000, BYTES - 1] {
        let (status, screen) = read_late(&whole[..end]);
        let said = format!("收到 {end} 字节 received {end} bytes\n");
        assert!(screen.contains(&said), "{screen}");
        assert!(screen.contains("not whole, thrown away"), "{screen}");
        assert_eq!(status, Some(1));
    }
    let twice = [&whole[..1500], &whole[..]].concat();
    let (status, screen) = read_late(&twice);
    let glued = "line 2 is wrong: 0000002…0000001\n";
    assert!(screen.ends_with(glued), "{screen}");
    assert_eq!(status, Some(1));
    let too_long = [&whole[..], &whole[..1000]].concat();
    let (status, screen) = read_late(&too_long);
    assert!(screen.contains("line 16001 is wrong: 0000001"), "{screen}");
    assert_eq!(status, Some(1));
}

#[test]
fn the_late_reader_has_bounds_of_its_own() {
    let (status, screen) = read_late(&[b'x'; 100_000]);
    assert!(
        screen.contains("a line of more than 4096 bytes"),
        "{screen}"
    );
    assert_eq!(status, Some(1));
    let (status, screen) = read_late(b"\xff\x1b[2J\n");
    assert!(
        screen.contains("line 1 is wrong: \u{FFFD}\u{FFFD}[2J\n"),
        "{screen}"
    );
    assert_eq!(status, Some(1));
    let (mut server, peer) = Program::server(language(), NAME, &["--deaf"]);
    server.types("\n");
    fails(server, LATE, ONE_WAIT);
    drop(peer);
}

/// Lines without end: the deadline of the whole ends it, however fast they come.
#[test]
fn the_late_reader_does_not_read_forever() {
    let (mut server, mut peer) = Program::server(language(), NAME, &["--deaf"]);
    server.types("\n");
    let block = [b'\n'; 65536];
    while peer.write_all(&block).is_ok() {}
    fails(server, LATE, WHOLE);
}

#[test]
fn the_kinds_are_those_of_this_system() {
    let (status, screen) = Program::start_in(language(), NAME, &["kinds"]).ends();
    let kinds: Vec<&str> = screen
        .lines()
        .map(|line| line.rsplit_once(": ").unwrap().1)
        .collect();
    let kinds: Vec<&str> = kinds
        .iter()
        .map(|kind| kind.split(" · ").next().unwrap())
        .collect();
    let late = if cfg!(windows) {
        "TimedOut"
    } else {
        "WouldBlock"
    };
    let wanted = match language() {
        Language::Python => ["TimeoutError", "TimeoutError", "BlockingIOError"],
        _ => [late, late, "InvalidInput"],
    };
    assert_eq!(kinds, wanted, "{screen}");
    assert_eq!(status, Some(0));
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
    for (args, unknown) in [
        (&["serve"][..], "serve"),
        (&["--dribble"], "--dribble"),
        (&["server", "127.0.0.1:0", "--dribble", "x"], "--dribble"),
        (&["server", "127.0.0.1:0", "--long"], "--long"),
        (&["client", "127.0.0.1:1", "--retry"], "--retry"),
        (&["client", "127.0.0.1:1", "--long", "x"], "--long"),
        (&["client", "127.0.0.1:1", "--each", "--long"], "--long"),
        (&["kinds", "x"], "kinds"),
    ] {
        refuses(
            args,
            2,
            &format!("不认识的参数 unknown argument: {unknown}\n"),
        );
    }
    refuses(
        &["server", "localhost:1"],
        2,
        "地址写错 bad address: localhost:1",
    );
    let too_long = "问题是一行，最多 4096 字节 a question is one line of 4096 bytes at most";
    for question in ["a\nb", &"x".repeat(LINE_MAX + 1)] {
        refuses(&["client", "127.0.0.1:1", question], 2, too_long);
    }
    refuses(&["--help"], 0, &language().says_to_run(NAME));
}

#[test]
fn an_address_in_use_makes_a_client_unless_a_role_was_named() {
    let held = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = held.local_addr().unwrap().to_string();
    refuses(
        &["server", &address],
        1,
        "地址被占用，换一个端口 address in use",
    );
    drop(held);
    refuses(&["client", &address], 1, "连接被拒绝，先启动服务器 refused");
    refuses(
        &["client", &address, "--long"],
        1,
        "连接被拒绝，先启动服务器 refused",
    );
}

/// A question of exactly the bound goes through in both directions.
#[test]
fn the_longest_question_is_asked() {
    let question = "x".repeat(LINE_MAX);
    let (client, peer) = Program::client(language(), NAME, &[&question]);
    let mut line = String::new();
    BufReader::new(&peer).read_line(&mut line).unwrap();
    assert_eq!(line.len(), LINE_MAX + 1);
    program::guarded(peer).write_all(line.as_bytes()).unwrap();
    let (status, screen) = client.ends();
    assert!(screen.ends_with(&format!("回答 answer: {question}\n")));
    assert_eq!(status, Some(0));
}
