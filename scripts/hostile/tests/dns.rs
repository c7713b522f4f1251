//! Attacks on both roles of `15_dns` over real UDP. Each ends, in time, with a clear message.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/program.rs"]
mod program;

use std::net::{SocketAddr, UdpSocket};

use program::{DEADLINE, Program};

const NAME: &str = "15_dns";

fn socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    socket
}

/// The client, its question, and where to answer it.
fn asked() -> (Program, UdpSocket, Vec<u8>, SocketAddr) {
    let server = socket();
    let at = format!("@{}", server.local_addr().unwrap());
    let program = Program::start(NAME, &["query", "www.example.test", &at]);
    let (question, peer) = receive(&server);
    (program, server, question, peer)
}

fn receive(socket: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    let mut buffer = [0; 4096];
    let (length, peer) = socket.recv_from(&mut buffer).unwrap();
    (buffer[..length].to_vec(), peer)
}

/// A good answer to this question: 192.0.2.80.
fn answer(question: &[u8]) -> Vec<u8> {
    let mut bytes = question.to_vec();
    bytes[2] = 0x80;
    bytes[7] = 1;
    bytes.extend(b"\xc0\x0c\0\x01\0\x01\0\0\0\x05\0\x04\xc0\0\x02\x50");
    bytes
}

#[track_caller]
fn fails(program: Program, words: &str) {
    let (status, screen) = program.ends();
    assert!(screen.contains(words), "{screen}");
    assert_eq!(screen.matches("错误").count(), 1, "{screen}");
    assert_eq!(status, Some(1));
}

#[track_caller]
fn succeeds(program: Program) -> String {
    let (status, screen) = program.ends();
    assert!(
        screen.ends_with("www.example.test 5 A 192.0.2.80\n"),
        "{screen}"
    );
    assert_eq!(status, Some(0));
    screen
}

#[test]
fn an_honest_answer_is_shown() {
    let (program, server, question, peer) = asked();
    server.send_to(&answer(&question), peer).unwrap();
    succeeds(program);
}

#[test]
fn forged_answers_are_ignored_and_the_true_one_still_counts() {
    let (program, server, question, peer) = asked();
    let good = answer(&question);
    let mut wrong_id = good.clone();
    wrong_id[0] ^= 0xff;
    let mut wrong_name = good.clone();
    wrong_name[13] = b'x';
    let mut no_answer = good.clone();
    no_answer[2] = 0;
    for forged in [
        wrong_id,
        wrong_name,
        no_answer,
        b"\x01".to_vec(),
        Vec::new(),
    ] {
        server.send_to(&forged, peer).unwrap();
    }
    // From another address, with everything right: the kernel does not even deliver it.
    socket().send_to(&good, peer).unwrap();
    server.send_to(&good, peer).unwrap();
    let screen = succeeds(program);
    assert_eq!(
        screen.matches("ignored").count(),
        3,
        "five, and three are told: {screen}"
    );
}

#[test]
fn a_flood_of_forgeries_does_not_hold_the_client_beyond_its_deadline() {
    let (program, server, question, peer) = asked();
    let mut wrong = answer(&question);
    wrong[0] ^= 0xff;
    let start = std::time::Instant::now();
    server
        .set_read_timeout(Some(std::time::Duration::from_micros(50)))
        .unwrap();
    while start.elapsed() < DEADLINE && server.send_to(&wrong, peer).is_ok() {
        let _ = server.recv_from(&mut [0; 64]);
        if start.elapsed().as_millis() >= 6_500 {
            break;
        }
    }
    fails(program, "no answer, asked 3 times");
}

#[test]
fn a_lost_question_is_asked_again_with_the_same_id() {
    let (program, server, first, _) = asked();
    let (second, peer) = receive(&server);
    assert_eq!(first, second);
    // A late answer to the first would match as well.
    server.send_to(&answer(&first), peer).unwrap();
    assert!(succeeds(program).contains("(2/3)"));
}

#[test]
fn a_silent_server_is_given_up_after_three_questions() {
    let (program, server, ..) = asked();
    receive(&server);
    receive(&server);
    fails(program, "no answer, asked 3 times: 127.0.0.1:");
}

#[test]
fn a_broken_answer_is_an_error_with_its_place() {
    let attack = |change: &dyn Fn(&mut Vec<u8>), words: &str| {
        let (program, server, question, peer) = asked();
        let mut bytes = answer(&question);
        change(&mut bytes);
        server.send_to(&bytes, peer).unwrap();
        fails(program, words);
    };
    attack(&|bytes| bytes[35] = 0x22, "offset 34：指针没有往前指");
    attack(
        &|bytes| bytes[34..36].fill(0xff),
        "offset 34：指针没有往前指",
    );
    attack(
        &|bytes| bytes[6..8].fill(0xff),
        "the message ends too early",
    );
    attack(&|bytes| bytes.truncate(48), "the message ends too early");
    attack(&|bytes| bytes.truncate(5), "the message ends too early");
    attack(&|bytes| bytes[45] = 3, "not the length of an address: 3");
    attack(&|bytes| bytes.push(0), "1 bytes too many");
    attack(&|bytes| bytes[2] = 0x82, "truncated (TC)");
    attack(&|bytes| bytes[3] = 2, "(SERVFAIL)");
    attack(&|bytes| bytes[3] = 14, "result code 14");
    // The right name is asked, the wrong one is answered.
    attack(&|bytes| bytes[35] = 0x10, "the name has no such record");
    // As large as UDP allows.
    attack(&|bytes| bytes.resize(65_000, 0), "broken answer");
}

#[test]
fn the_server_outlives_everything_that_is_sent_to_it() {
    let mut server = Program::start(NAME, &["server", "127.0.0.1:0"]);
    let address = server.address();
    let attacker = socket();
    attacker.connect(address).unwrap();
    let question = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x03www\x07example\x04test\0\0\x01\0\x01";
    for length in 0..question.len() {
        attacker.send(&question[..length]).unwrap();
    }
    attacker.send(&vec![0xff; 60_000]).unwrap();
    attacker
        .send(&[&question[..12], b"\xc0\x0c\0\x01\0\x01"].concat())
        .unwrap();
    // An answer is not answered; a question is, whatever came before. Answers may get lost when
    // the queue is full, so the last one is asked for by its own id.
    attacker.send(&answer(question)).unwrap();
    let fresh = socket();
    fresh.connect(address).unwrap();
    fresh.send(question).unwrap();
    let (reply, _) = receive(&fresh);
    assert_eq!(&reply[..4], b"\x12\x34\x85\0");
    assert_eq!(reply.len(), 68);
    server.sees("2 条记录 records");
}

#[test]
fn names_that_no_host_has_are_refused_before_anything_is_sent() {
    for name in ["例子.test", "a..b", &"a".repeat(64), ""] {
        let (status, screen) = Program::start(NAME, &["query", name]).ends();
        assert_eq!(status, Some(2), "{screen}");
    }
    for words in [
        &["query"][..],
        &["query", "a", "MX"],
        &["query", "a", "@x"],
        &["client"],
    ] {
        let (status, screen) = Program::start(NAME, words).ends();
        assert_eq!(status, Some(2), "{screen}");
    }
    let (status, screen) = Program::start(NAME, &["server", "127.0.0.1:0", "x"]).ends();
    assert_eq!(status, Some(2), "{screen}");
}

#[test]
fn no_name_drives_the_terminal_of_the_python_server() {
    let Some(mut server) = Program::python(NAME, &["server", "127.0.0.1:0"]) else {
        return;
    };
    let address = server.address();
    let mut question = vec![0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    question.extend(b"\x08a\x1b[2J\nb.\0\0\x01\0\x01");
    let peer = socket();
    peer.send_to(&question, address).unwrap();
    let (answer, _) = receive(&peer);
    assert_eq!(answer[3] & 15, 5, "not a name of its own: REFUSED");
    server.sees(r"a\027[2J\010b\046 A");
}
