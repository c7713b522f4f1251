//! Attacks from a raw peer. Each ends, in time, as the page says.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;

use proptest::prelude::*;
use proptest::test_runner::Config;

use crate::program::{Language, Program, dribble, reset};

const NAME: &str = "02_duplex";
const LOST: &str = "错误 error: 连接断了 connection lost";
const PEER_DONE: &str = "对方说完了，按 Ctrl-D 结束 peer is done, Ctrl-D to end\n";

/// Each language has a module with these attacks.
fn language() -> Language {
    Language::of(module_path!())
}

/// Both roles, each with an attacker on the other side and the name that it prints.
fn both_roles() -> [(Program, TcpStream, &'static str); 2] {
    let (server, client_side) = Program::server(language(), NAME, &[]);
    let (client, server_side) = Program::client(language(), NAME, &[]);
    [
        (server, client_side, "客户端 client: "),
        (client, server_side, "服务器 server: "),
    ]
}

/// The program ends with an error in one line, though nothing is typed.
#[track_caller]
fn lost(program: Program) {
    let (status, screen) = program.ends();
    assert!(screen.lines().last().unwrap().starts_with(LOST), "{screen}");
    assert_eq!(screen.matches("错误").count(), 1, "{screen}");
    assert_eq!(status, Some(1));
}

/// Both sides say that they are done, and the program ends well.
#[track_caller]
fn parts(mut program: Program, mut peer: TcpStream) {
    peer.shutdown(Shutdown::Write).unwrap();
    program.sees(PEER_DONE);
    program.hangs_up();
    assert_eq!(peer.read(&mut [0; 1]).unwrap(), 0);
    let (status, screen) = program.ends();
    assert!(screen.ends_with("两边都说完了 both are done\n"), "{screen}");
    assert_eq!(status, Some(0));
}

#[test]
fn a_line_one_byte_at_a_time_is_one_line() {
    for (mut program, peer, who) in both_roles() {
        dribble(&peer, "你好，世界\n".as_bytes());
        program.sees(&format!("{who}你好，世界\n"));
        parts(program, peer);
    }
}

#[test]
fn each_character_appears_when_its_last_byte_comes() {
    for (mut program, mut peer, _) in both_roles() {
        for character in ["你", "好", "😀", "é"] {
            dribble(&peer, character.as_bytes());
            program.sees(character);
        }
        peer.write_all("。\n".as_bytes()).unwrap();
        assert!(!program.sees("。").contains('\u{FFFD}'));
        parts(program, peer);
    }
}

#[test]
fn several_lines_in_one_write_are_several_lines() {
    for (mut program, mut peer, who) in both_roles() {
        peer.write_all("第一条\n第二条\r\n\n第三条\n".as_bytes())
            .unwrap();
        program.sees(&format!("{who}第一条\n{who}第二条\n{who}\n{who}第三条\n"));
        parts(program, peer);
    }
}

#[test]
fn text_without_a_line_end_appears_at_once_and_becomes_a_line() {
    for (mut program, mut peer, who) in both_roles() {
        peer.write_all("没有换行".as_bytes()).unwrap();
        program.sees(&format!("{who}没有换行\n"));
        peer.write_all("又一句".as_bytes()).unwrap();
        program.sees(&format!("{who}没有换行\n{who}又一句\n"));
        parts(program, peer);
    }
}

#[test]
fn half_a_character_at_the_end_is_shown_as_a_replacement() {
    for (mut program, mut peer, who) in both_roles() {
        peer.write_all(&"好\n你".as_bytes()[..6]).unwrap();
        peer.shutdown(Shutdown::Write).unwrap();
        program.sees(&format!("{who}好\n{who}\u{FFFD}\n{PEER_DONE}"));
        parts(program, peer);
    }
}

#[test]
fn invalid_utf8_is_shown_and_the_talk_goes_on() {
    for (mut program, mut peer, who) in both_roles() {
        peer.write_all(b"a\xFF\xE4\xBDb\n\x1b[2J\nok\n").unwrap();
        program.sees(&format!(
            "{who}a\u{FFFD}\u{FFFD}b\n{who}\u{FFFD}[2J\n{who}ok\n"
        ));
        parts(program, peer);
    }
}

#[test]
fn a_message_of_342_characters_arrives_whole() {
    let text = "桃".repeat(342);
    for (mut program, mut peer, who) in both_roles() {
        peer.write_all(format!("{text}\n").as_bytes()).unwrap();
        program.sees(&format!("{who}{text}\n"));
        parts(program, peer);
    }
}

#[test]
fn a_reset_ends_the_program_while_its_stdin_is_idle() {
    for (mut program, mut peer, who) in both_roles() {
        peer.write_all("你好".as_bytes()).unwrap();
        program.sees(&format!("{who}你好"));
        reset(peer);
        lost(program);
    }
}

#[test]
fn a_reset_after_the_peer_was_done_ends_the_program_too() {
    for (mut program, peer, _) in both_roles() {
        peer.shutdown(Shutdown::Write).unwrap();
        program.sees(PEER_DONE);
        reset(peer);
        lost(program);
    }
}

#[test]
fn a_line_typed_to_a_peer_that_has_gone_ends_the_program() {
    for (mut program, peer, _) in both_roles() {
        drop(peer);
        program.sees(PEER_DONE);
        program.types("anybody there\n");
        lost(program);
    }
}

#[test]
fn after_our_end_of_input_the_peer_is_still_heard() {
    for (mut program, mut peer, who) in both_roles() {
        program.types("bye\n");
        program.hangs_up();
        program.sees("我说完了，还在听 I am done, still listening\n");
        let mut heard = String::new();
        peer.read_to_string(&mut heard).unwrap();
        assert_eq!(heard, "bye\n");
        peer.write_all("我还在\n".as_bytes()).unwrap();
        program.sees(&format!("{who}我还在\n"));
        drop(peer);
        let (status, screen) = program.ends();
        assert!(screen.ends_with("两边都说完了 both are done\n"), "{screen}");
        assert_eq!(status, Some(0));
    }
}

#[test]
fn after_the_peers_end_we_are_still_heard() {
    for (mut program, peer, _) in both_roles() {
        peer.shutdown(Shutdown::Write).unwrap();
        program.sees(PEER_DONE);
        program.types("还在听吗\n");
        let mut line = String::new();
        BufReader::new(&peer).read_line(&mut line).unwrap();
        assert_eq!(line, "还在听吗\n");
        program.hangs_up();
        assert_eq!(program.ends().0, Some(0));
    }
}

#[test]
fn typing_is_sent_at_once_while_the_peer_is_silent() {
    for (mut program, peer, _) in both_roles() {
        let mut lines = BufReader::new(peer.try_clone().unwrap()).lines();
        for text in ["一", "二", "三"] {
            program.types(&format!("{text}\n"));
            assert_eq!(lines.next().unwrap().unwrap(), text);
        }
        parts(program, peer);
    }
}

/// A test for each role, since each waits for the deadline of a write.
#[track_caller]
fn gives_up_a_peer_that_never_reads((mut program, _peer): (Program, TcpStream)) {
    let mut keyboard = program.keyboard();
    let typing = thread::spawn(move || {
        let block = [b'x'; 65536];
        while keyboard.write_all(&block).is_ok() {}
    });
    let (status, screen) = program.ends();
    assert!(
        screen.contains("错误 error: 等得太久 waited too long"),
        "{screen}"
    );
    assert_eq!(status, Some(1));
    typing.join().unwrap();
}

#[test]
fn a_client_that_never_reads_is_given_up() {
    gives_up_a_peer_that_never_reads(Program::server(language(), NAME, &[]));
}

#[test]
fn a_server_that_never_reads_is_given_up() {
    gives_up_a_peer_that_never_reads(Program::client(language(), NAME, &[]));
}

#[test]
fn a_second_client_is_refused_at_once() {
    let mut server = Program::start_in(language(), NAME, &["server", "127.0.0.1:0"]);
    let address = server.address();
    let mut first = TcpStream::connect(address).unwrap();
    first.write_all(b"one\n").unwrap();
    server.sees("one\n");
    let second = TcpStream::connect(address);
    assert_eq!(
        second.unwrap_err().kind(),
        std::io::ErrorKind::ConnectionRefused
    );
}

#[test]
fn in_turns_lines_that_piled_up_come_glued() {
    let (mut server, mut peer) = Program::server(language(), NAME, &["--turns"]);
    peer.write_all("第一条".as_bytes()).unwrap();
    server.sees("客户端 client: 第一条\n服务器 server: ");
    peer.write_all("第二条\n第三条\n".as_bytes()).unwrap();
    // An empty line sends nothing and keeps the turn.
    server.types("\n");
    server.sees("服务器 server: 服务器 server: ");
    server.types("好\n");
    let mut answer = [0; 3];
    peer.read_exact(&mut answer).unwrap();
    assert_eq!(answer, "好".as_bytes());
    server.sees("客户端 client: 第二条⏎第三条\n服务器 server: ");
    server.hangs_up();
    assert_eq!(server.ends().0, Some(0));
}

#[test]
fn in_turns_a_cut_character_does_not_take_the_turn() {
    let (mut server, mut peer) = Program::server(language(), NAME, &["--turns"]);
    dribble(&peer, &"你".as_bytes()[..2]);
    dribble(&peer, &"你".as_bytes()[2..]);
    server.sees("客户端 client: 你\n服务器 server: ");
    server.types("好\n");
    peer.read_exact(&mut [0; 3]).unwrap();
    drop(peer);
    let (status, screen) = server.ends();
    assert!(screen.ends_with("对方说完了 peer is done\n"), "{screen}");
    assert_eq!(status, Some(0));
}

#[test]
fn mistakes_in_the_arguments_end_with_status_2() {
    for args in [
        &["both"][..],
        &["server", "x"],
        &["client", "1.2.3.4"],
        &["--turn"],
    ] {
        let (status, screen) = Program::start_in(language(), NAME, args).ends();
        assert!(screen.ends_with(language().leads_to_help()), "{screen}");
        assert_eq!(status, Some(2));
    }
}

proptest! {
    #![proptest_config(Config { cases: 24, failure_persistence: None, ..Config::default() })]

    /// However the bytes are cut, the output shows the whole text.
    #[test]
    fn cuts_never_change_the_text(
        pieces in prop::collection::vec(
            prop_oneof![
                prop::collection::vec(any::<u8>().prop_filter("no control", |b| *b >= 0x20 && *b != 0x7f), 0..8),
                "[你好é😀a]{0,4}".prop_map(String::into_bytes),
            ],
            1..12,
        )
    ) {
        let (server, mut peer) = Program::server(language(), NAME, &[]);
        for piece in &pieces {
            dribble(&peer, piece);
        }
        peer.flush().unwrap();
        parts_with(server, &peer, &String::from_utf8_lossy(&pieces.concat()));
    }
}

/// The output shows `text`; where its lines end depends on pauses.
fn parts_with(mut server: Program, peer: &TcpStream, text: &str) {
    peer.shutdown(Shutdown::Write).unwrap();
    server.sees(PEER_DONE);
    server.hangs_up();
    let (status, screen) = server.ends();
    assert_eq!(status, Some(0));
    let (_listening, rest) = screen.split_once('\n').unwrap();
    let (shown, _end) = rest.split_once(PEER_DONE).unwrap();
    let shown = shown.replace("\n客户端 client: ", "");
    let shown = shown
        .trim_start_matches("客户端 client: ")
        .trim_end_matches('\n');
    // C1 controls are shown as replacements, as other control characters are.
    let want = text.replace(|c: char| c.is_control(), "\u{FFFD}");
    assert_eq!(shown, want);
}
