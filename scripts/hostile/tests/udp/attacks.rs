//! Attacks from a raw socket, on the server and on the client. Each ends, in time, as the page says.

use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use crate::heard::{Heard, Turn};
use crate::message::{Kind, Message, TEXT_LIMIT};
use crate::program::{DEADLINE, Language, Program};

const NAME: &str = "09_udp";

/// Each language has a module with these attacks.
fn language() -> Language {
    Language::of(module_path!())
}

fn socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    socket
}

fn receive(socket: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    let mut buffer = [0; 2000];
    loop {
        match socket.recv_from(&mut buffer) {
            // A child of this process has ended: signal(7), "Interruption of system calls".
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            received => {
                let (length, peer) = received.unwrap();
                return (buffer[..length].to_vec(), peer);
            }
        }
    }
}

fn data(conversation: u32, number: u32, text: &[u8]) -> Vec<u8> {
    [
        &[1],
        &conversation.to_be_bytes()[..],
        &number.to_be_bytes(),
        text,
    ]
    .concat()
}

fn ack(conversation: u32, number: u32) -> Vec<u8> {
    let mut bytes = data(conversation, number, b"");
    bytes[0] = 2;
    bytes
}

// ---- the server under attack ----

/// A server, and a peer whose datagrams go there.
fn server() -> (Program, UdpSocket) {
    let mut program = Program::start_in(language(), NAME, &["server", "127.0.0.1:0"]);
    let peer = socket();
    peer.connect(program.address()).unwrap();
    (program, peer)
}

/// Sends this, and gets this answer.
#[track_caller]
fn answers(peer: &UdpSocket, datagram: &[u8], answer: &[u8]) {
    peer.send(datagram).unwrap();
    assert_eq!(receive(peer).0, answer);
}

#[test]
fn every_message_is_shown_once_and_acknowledged() {
    let (mut server, peer) = server();
    for (number, text) in (1..).zip(["你好", "", "再见"]) {
        answers(&peer, &data(7, number, text.as_bytes()), &ack(7, number));
    }
    let from = peer.local_addr().unwrap();
    server.sees(&format!("{from} #1 你好\n{from} #2 \n{from} #3 再见\n"));
}

#[test]
fn a_message_that_comes_again_is_acknowledged_and_not_shown_again() {
    let (mut server, peer) = server();
    for number in [1, 1, 2, 1, 2, 2] {
        answers(&peer, &data(7, number, b"hi"), &ack(7, number));
    }
    answers(&peer, &data(7, 3, b"end"), &ack(7, 3));
    let screen = server.sees("#3 end\n");
    assert_eq!(screen.matches(" hi\n").count(), 2, "{screen}");
    assert_eq!(screen.matches("only acknowledged\n").count(), 4, "{screen}");
}

#[test]
fn a_number_out_of_turn_gets_no_answer() {
    let (mut server, peer) = server();
    for number in [0, 2, 3, 1 << 31, u32::MAX] {
        peer.send(&data(7, number, b"ahead")).unwrap();
    }
    answers(&peer, &data(7, 1, b"one"), &ack(7, 1));
    for number in [0, 3, u32::MAX] {
        peer.send(&data(7, number, b"ahead")).unwrap();
    }
    answers(&peer, &data(7, 2, b"two"), &ack(7, 2));
    let screen = server.sees("#2 two\n");
    assert!(!screen.contains("ahead\n"), "{screen}");
    assert_eq!(screen.matches("ignored\n").count(), 3, "{screen}");
}

#[test]
fn garbage_gets_no_answer_and_three_lines() {
    let (mut server, peer) = server();
    let good = data(7, 1, b"good");
    let mut strange = vec![
        Vec::new(),
        good[..1].to_vec(),
        good[..8].to_vec(),
        ack(7, 1),
        [&ack(7, 1)[..], b"x"].concat(),
        data(7, 1, &vec![b'x'; TEXT_LIMIT + 1]),
        data(7, 1, &vec![b'x'; 60_000]),
        vec![1; 65_507],
    ];
    strange.extend([0, 3, 0x80, 0xff].map(|kind| {
        let mut bytes = good.clone();
        bytes[0] = kind;
        bytes
    }));
    for datagram in strange {
        peer.send(&datagram).unwrap();
        // One at a time: the receive buffer of some systems holds one datagram of this size.
        answers(&peer, &data(8, 1, b"probe"), &ack(8, 1));
    }
    answers(&peer, &good, &ack(7, 1));
    let screen = server.sees("#1 good\n");
    assert_eq!(screen.matches("ignored\n").count(), 3, "{screen}");
}

#[test]
fn the_longest_message_is_taken() {
    let (mut server, peer) = server();
    let text = vec![b'x'; TEXT_LIMIT];
    answers(&peer, &data(7, 1, &text), &ack(7, 1));
    server.sees(&format!("#1 {}\n", "x".repeat(TEXT_LIMIT)));
}

#[test]
fn text_stays_on_its_line_and_cannot_touch_the_screen() {
    let (mut server, peer) = server();
    answers(&peer, &data(7, 1, b"a\x1b[2Jb\nc\x00d\rf"), &ack(7, 1));
    answers(&peer, &data(7, 2, b"\xff\xc0\xaf\xe4\xbd"), &ack(7, 2));
    answers(&peer, &data(7, 3, "\u{202e}x".as_bytes()), &ack(7, 3));
    let screen = server.sees("\u{FFFD}x\n");
    assert!(
        screen.contains("#1 a\u{FFFD}[2Jb c\u{FFFD}df\n"),
        "{screen:?}"
    );
    assert!(
        screen.contains("#2 \u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\n"),
        "{screen:?}"
    );
    assert_eq!(screen.lines().count(), 4, "{screen:?}");
}

#[test]
fn another_sender_cannot_go_on_with_a_conversation() {
    let (mut server, peer) = server();
    let forger = socket();
    forger.connect(peer.peer_addr().unwrap()).unwrap();
    answers(&peer, &data(7, 1, b"one"), &ack(7, 1));
    forger.send(&data(7, 2, b"forged")).unwrap();
    answers(&forger, &data(7, 1, b"mine"), &ack(7, 1));
    answers(&peer, &data(7, 2, b"two"), &ack(7, 2));
    let screen = server.sees("#2 two\n");
    assert!(!screen.contains("forged"), "{screen}");
}

#[test]
fn conversations_are_bounded_and_the_oldest_is_forgotten() {
    let (mut server, peer) = server();
    answers(&peer, &data(0, 1, b"first"), &ack(0, 1));
    for conversation in 1..64 {
        answers(&peer, &data(conversation, 1, b"x"), &ack(conversation, 1));
    }
    // All 64 are known, and the first is now the latest.
    answers(&peer, &data(0, 2, b"second"), &ack(0, 2));
    answers(&peer, &data(64, 1, b"x"), &ack(64, 1));
    peer.send(&data(1, 2, b"forgotten")).unwrap();
    answers(&peer, &data(0, 3, b"third"), &ack(0, 3));
    let screen = server.sees("#3 third\n");
    assert!(!screen.contains("forgotten"), "{screen}");
}

#[test]
fn a_flood_of_conversations_leaves_the_server_working() {
    let (mut server, peer) = server();
    for conversation in 0..10_000_u32 {
        peer.send(&data(conversation, 1, b"flood")).unwrap();
        peer.send(&conversation.to_be_bytes()).unwrap();
    }
    // The kernel drops what does not fit, this one as well: send it again, as a client does.
    let late = socket();
    late.connect(peer.peer_addr().unwrap()).unwrap();
    late.set_read_timeout(Some(Duration::from_millis(100)))
        .unwrap();
    let end = Instant::now() + DEADLINE;
    let mut buffer = [0; 2000];
    let length = loop {
        late.send(&data(7, 1, b"late")).unwrap();
        match late.recv(&mut buffer) {
            Ok(length) => break length,
            Err(error) => assert!(Instant::now() < end, "no answer: {error}"),
        }
    };
    assert_eq!(&buffer[..length], ack(7, 1));
    let screen = server.sees("#1 late\n");
    assert_eq!(screen.matches("ignored\n").count(), 3, "{screen:.2000}");
}

/// The same bytes to the program and to the parts of the Rust one: the same answer, or none.
#[test]
fn any_datagram_gets_the_answer_that_the_rules_give() {
    const CASES: u32 = 3_000;
    let (_server, peer) = server();
    let from = peer.local_addr().unwrap();
    let (mut heard, mut answered) = (Heard::default(), 0);
    // Fast and repeatable: xorshift.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 16) as usize % below
    };
    for case in 0..CASES {
        let text: Vec<u8> = (0..random(12)).map(|_| random(256) as u8).collect();
        let mut bytes = data(random(80) as u32, random(5) as u32, &text);
        match random(4) {
            0 => bytes.truncate(random(bytes.len() + 1)),
            1 => bytes[random(9)] = random(256) as u8,
            _ => {}
        }
        let message = Message::parse(&bytes).filter(|message| message.kind == Kind::Data);
        let taken = |message: &Message| {
            heard.turn(from, message.conversation, message.number) != Turn::Ahead
        };
        let ours = message.filter(taken);
        peer.send(&bytes).unwrap();
        // A probe of a conversation of its own is always answered: what came before it, came.
        let probe = data(u32::MAX, 1, &case.to_be_bytes());
        let _ = heard.turn(from, u32::MAX, 1);
        peer.send(&probe).unwrap();
        if let Some(message) = ours {
            answered += 1;
            let want = ack(message.conversation, message.number);
            assert_eq!(receive(&peer).0, want, "{case}: {bytes:?}");
        }
        let answer = receive(&peer).0;
        assert_eq!(answer, ack(u32::MAX, 1), "{case}: {bytes:?}");
    }
    eprintln!("{CASES} cases, {answered} answered, 0 crashes");
    assert!(answered > CASES / 10, "{answered}");
}

#[test]
fn an_address_in_use_ends_the_server_with_status_1() {
    let held = socket();
    let address = held.local_addr().unwrap().to_string();
    refuses(
        &["server", &address],
        1,
        "地址被占用，换一个端口 address in use",
    );
}

// ---- the client under attack ----

/// A client of this one message; its first datagram has come, and this is where to answer it.
fn client(words: &[&str]) -> (Program, UdpSocket, Vec<u8>, SocketAddr) {
    let server = socket();
    let address = server.local_addr().unwrap().to_string();
    let args = [&["client", &address], words].concat();
    let program = Program::start_in(language(), NAME, &args);
    let (first, peer) = receive(&server);
    (program, server, first, peer)
}

/// The acknowledgment of this message.
fn ack_of(data: &[u8]) -> Vec<u8> {
    [&[2], &data[1..9]].concat()
}

#[track_caller]
fn succeeds(program: Program) -> String {
    let (status, screen) = program.ends();
    assert!(screen.ends_with("全部确认 all acknowledged\n"), "{screen}");
    assert_eq!(status, Some(0), "{screen}");
    screen
}

#[test]
fn messages_come_one_by_one_in_order() {
    let (program, server, mut message, peer) = client(&["一", "二", "三"]);
    let conversation = message[1..5].to_vec();
    for (number, text) in (1..=3_u8).zip(["一", "二", "三"]) {
        let want = [&[1], &conversation[..], &[0, 0, 0, number], text.as_bytes()].concat();
        assert_eq!(message, want);
        server.send_to(&ack_of(&message), peer).unwrap();
        // The same one once more, if the machine was slow.
        while number < 3 && message == want {
            message = receive(&server).0;
        }
    }
    succeeds(program);
}

#[test]
fn a_silent_server_is_given_up_after_four_times() {
    let (program, server, first, _) = client(&["hi"]);
    for _ in 0..3 {
        assert_eq!(receive(&server).0, first);
    }
    let (status, screen) = program.ends();
    assert!(
        screen.contains("没有确认 no acknowledgment, sent 4 times: 127.0.0.1:"),
        "{screen}"
    );
    assert_eq!(screen.matches("发出 sent").count(), 4, "{screen}");
    assert_eq!(status, Some(1));
}

#[test]
fn an_acknowledgment_of_the_second_copy_counts() {
    let (program, server, first, peer) = client(&["hi"]);
    assert_eq!(receive(&server).0, first);
    server.send_to(&ack_of(&first), peer).unwrap();
    assert!(succeeds(program).contains("#1 发出 sent (2/4)"));
}

/// RFC 1123 §4.2.3.1: the Sorcerer's Apprentice.
#[test]
fn repeated_acknowledgments_make_no_copies() {
    let (program, server, first, peer) = client(&["一", "二", "三"]);
    let start = Instant::now();
    let (mut message, mut copies) = (first, 1);
    loop {
        for _ in 0..20 {
            server.send_to(&ack_of(&message), peer).unwrap();
        }
        if message[8] == 3 {
            break;
        }
        let acknowledged = message[8];
        while message[8] == acknowledged {
            message = receive(&server).0;
            copies += 1;
        }
    }
    let screen = succeeds(program);
    server.set_nonblocking(true).unwrap();
    while server.recv_from(&mut [0; 2000]).is_ok() {
        copies += 1;
    }
    assert_eq!(screen.matches("发出 sent").count(), copies, "{screen}");
    // On a machine that stood still for a second, copies are due.
    if start.elapsed() < Duration::from_secs(1) {
        assert_eq!(copies, 3, "{screen}");
    }
}

#[test]
fn what_is_not_the_acknowledgment_is_ignored() {
    let (program, server, first, peer) = client(&["hi"]);
    let good = ack_of(&first);
    let mut wrong = vec![
        Vec::new(),
        first.clone(),
        good[..8].to_vec(),
        [&good[..], b"x"].concat(),
        vec![2; 60_000],
        vec![0xff; 1200],
    ];
    for at in [0, 1, 4, 5, 8] {
        let mut bytes = good.clone();
        bytes[at] ^= 0x40;
        wrong.push(bytes);
    }
    for datagram in wrong {
        server.send_to(&datagram, peer).unwrap();
    }
    // None of them counted: the message comes again.
    assert_eq!(receive(&server).0, first);
    server.send_to(&good, peer).unwrap();
    let screen = succeeds(program);
    assert_eq!(screen.matches("已确认 acknowledged").count(), 1, "{screen}");
}

#[test]
fn another_sender_cannot_acknowledge() {
    let (program, server, first, peer) = client(&["hi"]);
    socket().send_to(&ack_of(&first), peer).unwrap();
    assert_eq!(receive(&server).0, first);
    server.send_to(&ack_of(&first), peer).unwrap();
    succeeds(program);
}

#[test]
fn a_flood_does_not_hold_the_client_beyond_its_deadline() {
    let (program, server, first, peer) = client(&["hi"]);
    let mut wrong = ack_of(&first);
    wrong[1] ^= 0xff;
    let mut buffer = [0; 2000];
    let end = Instant::now() + DEADLINE;
    server
        .set_read_timeout(Some(Duration::from_micros(50)))
        .unwrap();
    // The second copy is due after a second, whatever comes in between.
    while server.recv_from(&mut buffer).is_err() {
        assert!(Instant::now() < end, "the client does not send again");
        server.send_to(&wrong, peer).unwrap();
    }
    assert_eq!(&buffer[..first.len()], first);
    server.send_to(&ack_of(&first), peer).unwrap();
    succeeds(program);
}

#[test]
fn each_run_has_a_conversation_of_its_own() {
    let conversations = [1, 2, 3].map(|_| {
        let (program, server, first, peer) = client(&["hi"]);
        server.send_to(&ack_of(&first), peer).unwrap();
        succeeds(program);
        first[1..5].to_vec()
    });
    assert!(
        conversations[0] != conversations[1] || conversations[1] != conversations[2],
        "{conversations:?}"
    );
}

/// `args` end with `status` and a line that contains `words`.
#[track_caller]
fn refuses(args: &[&str], status: i32, words: &str) {
    let (code, screen) = Program::start_in(language(), NAME, args).ends();
    assert!(screen.contains(words), "{screen}");
    assert_eq!(code, Some(status));
}

#[test]
fn a_port_where_nobody_receives_ends_the_client_with_status_1() {
    let held = socket();
    let address = held.local_addr().unwrap().to_string();
    drop(held);
    refuses(
        &["client", &address],
        1,
        "连接被拒绝，先启动服务器 refused, start the server first",
    );
}

#[test]
fn mistakes_in_the_arguments_end_with_status_2() {
    refuses(&["serve"], 2, "不认识的参数 unknown argument: serve");
    refuses(
        &["server", "127.0.0.1:0", "x"],
        2,
        "不认识的参数 unknown argument: x",
    );
    refuses(&["client", "localhost:8809"], 2, "地址写错 bad address");
    let long = "x".repeat(TEXT_LIMIT + 1);
    refuses(
        &["client", "127.0.0.1:1", "short", &long],
        2,
        "too long for one datagram: 1192 > 1191 字节 bytes",
    );
    refuses(&["--help"], 0, language().says_to_run(NAME).as_str());
}

#[test]
fn the_facts_need_no_second_program() {
    let (status, screen) = Program::start_in(language(), NAME, &[]).ends();
    assert_eq!(screen.lines().count(), 5, "{screen}");
    assert!(screen.contains("send [0, 6] → recv [0, 6]\n"), "{screen}");
    assert_eq!(status, Some(0));
}
