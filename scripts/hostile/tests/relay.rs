//! Attacks on `31_relay`: peers that flood, never read, never speak, reset, or are not there; and its
//! command line. What its knobs compute is compared in `scripts/impair/tests/agreement.rs`.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::thread;
use std::time::Duration;

use proptest::prelude::*;

#[path = "../../../examples/31_relay/knobs.rs"]
#[allow(dead_code, reason = "the relay uses more of it")]
mod knobs;
#[path = "support/program.rs"]
mod program;

use program::started::until;
use program::{DEADLINE, Program, guarded, reset};

const NAME: &str = "31_relay";
const MIB: usize = 1024 * 1024;

/// A relay, the address that it listens on, and the server that it passes on to.
struct Relay {
    program: Program,
    address: SocketAddr,
    server: TcpListener,
}

impl Relay {
    fn start(options: &[&str]) -> Self {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let target = server.local_addr().unwrap().to_string();
        let (program, address) = started(&[&["tcp", "127.0.0.1:0", &target], options].concat());
        Self {
            program,
            address,
            server,
        }
    }

    /// A client and the server's side of its conversation.
    fn pair(&self) -> (TcpStream, TcpStream) {
        let client = guarded(TcpStream::connect(self.address).unwrap());
        let server = guarded(self.server.accept().unwrap().0);
        (client, server)
    }

    /// The relay still passes on what comes.
    #[track_caller]
    fn still_works(&self) {
        let (mut client, mut server) = self.pair();
        client.write_all(b"?").unwrap();
        let mut one = [0];
        server.read_exact(&mut one).unwrap();
        assert_eq!(&one, b"?");
    }
}

fn started(args: &[&str]) -> (Program, SocketAddr) {
    let mut program = Program::start(NAME, args);
    let screen = program.sees("passing on to");
    let (_, address) = screen.split_once(" on ").unwrap();
    let (address, _) = address.split_once('，').unwrap();
    let address = address.parse().unwrap();
    (program, address)
}

/// Calls again when a signal came between: with a time-out, the system does not do it (signal(7)).
fn again<T>(mut call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match call() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

#[track_caller]
fn is_reset(mut stream: &TcpStream) {
    let error = again(|| stream.read(&mut [0; 16])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{error}");
}

#[track_caller]
fn is_end(mut stream: &TcpStream) {
    assert_eq!(again(|| stream.read(&mut [0; 16])).unwrap(), 0);
}

#[track_caller]
fn gets(mut stream: &TcpStream, expected: &[u8]) {
    let mut got = vec![0; expected.len()];
    stream.read_exact(&mut got).unwrap();
    assert!(got == expected, "{:?}", got.escape_ascii().to_string());
}

/// Bytes that show where some are missing: noise, again and again, whose length is a prime.
fn noise(count: usize) -> Vec<u8> {
    let mut x = 1_u32;
    let next = || {
        x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (x >> 24) as u8
    };
    let once: Vec<u8> = std::iter::repeat_with(next).take(65_537).collect();
    let mut all = once.repeat(count / once.len() + 1);
    all.truncate(count);
    all
}

/// Writes until nothing is taken for a second; returns how much was taken.
fn flood(mut stream: &TcpStream, most: usize) -> usize {
    let patience = Duration::from_secs(1);
    stream.set_write_timeout(Some(patience)).unwrap();
    let all = noise(most);
    let mut taken = 0;
    while taken < most {
        match stream.write(&all[taken..]) {
            Ok(count) => taken += count,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                break;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => panic!("after {taken} bytes: {error}"),
        }
    }
    taken
}

/// Its resident memory in bytes, where the system reports it.
fn memory(program: &Program) -> Option<usize> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", program.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kib: usize = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024)
}

#[test]
fn both_directions_pass_unchanged_at_the_same_time() {
    let relay = Relay::start(&[]);
    let (client, server) = relay.pair();
    let all = noise(MIB);
    thread::scope(|scope| {
        for mut stream in [&client, &server] {
            let all = &all;
            scope.spawn(move || {
                stream.write_all(all).unwrap();
                stream.shutdown(Shutdown::Write).unwrap();
            });
            scope.spawn(move || {
                let mut got = Vec::new();
                stream.read_to_end(&mut got).unwrap();
                assert!(&got == all, "{} bytes came", got.len());
            });
        }
    });
}

#[test]
fn a_half_close_is_passed_on_and_the_other_direction_stays_open() {
    let mut relay = Relay::start(&[]);
    let (mut client, mut server) = relay.pair();
    client.write_all("几点了？".as_bytes()).unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    gets(&server, "几点了？".as_bytes());
    is_end(&server);
    server.write_all("八点".as_bytes()).unwrap();
    gets(&client, "八点".as_bytes());
    drop(server);
    is_end(&client);
    relay.program.sees("1 两边都说完了 both are done");
}

#[test]
fn a_reset_from_the_client_reaches_the_server() {
    let mut relay = Relay::start(&[]);
    let (client, server) = relay.pair();
    relay.program.sees("1 连上了 connected");
    reset(client);
    is_reset(&server);
    relay.program.sees("1 断了 broken");
    relay.still_works();
}

#[test]
fn a_reset_from_the_server_reaches_the_client() {
    let mut relay = Relay::start(&[]);
    let (client, server) = relay.pair();
    relay.program.sees("1 连上了 connected");
    reset(server);
    is_reset(&client);
    relay.program.sees("1 断了 broken");
    relay.still_works();
}

#[test]
fn a_reset_reaches_the_other_side_even_when_it_has_not_read() {
    let relay = Relay::start(&[]);
    let (client, mut server) = relay.pair();
    // The client is busy: its side of the relay waits in `write`.
    flood(&server, 32 * MIB);
    reset(client);
    let mut ended = false;
    until("the server's writes fail", || {
        ended = server.write(b"?").is_err_and(|error| {
            use ErrorKind::{Interrupted, TimedOut, WouldBlock};
            !matches!(error.kind(), WouldBlock | TimedOut | Interrupted)
        });
        ended.then_some(())
    });
    relay.still_works();
}

#[test]
fn where_nothing_listens_the_client_is_reset_and_the_relay_goes_on() {
    let Relay {
        mut program,
        address,
        server,
    } = Relay::start(&[]);
    let target = server.local_addr().unwrap();
    drop(server);
    let client = guarded(TcpStream::connect(address).unwrap());
    is_reset(&client);
    program.sees("1 ! 连接被拒绝，先启动服务器 refused, start the server first: 127.0.0.1:");
    let server = TcpListener::bind(target).unwrap();
    let relay = Relay {
        program,
        address,
        server,
    };
    relay.still_works();
}

/// Nothing piles up in the relay: what the reader does not take waits at the sender.
#[track_caller]
fn holds_a_flood_back(options: &[&str]) {
    let relay = Relay::start(options);
    let (client, server) = relay.pair();
    let before = memory(&relay.program);
    let taken = flood(&client, 64 * MIB);
    assert!(taken < 64 * MIB, "everything was taken");
    if let (Some(before), Some(after)) = (before, memory(&relay.program)) {
        let more = after.saturating_sub(before);
        assert!(more < 16 * MIB, "{more} bytes of memory");
    }
    // The other direction is free, and other connections are.
    (&server).write_all(b"slowly").unwrap();
    gets(&client, b"slowly");
    relay.still_works();
    // Nothing was lost.
    if options.is_empty() {
        client.shutdown(Shutdown::Write).unwrap();
        let mut got = Vec::new();
        (&server).read_to_end(&mut got).unwrap();
        assert!(got == noise(64 * MIB)[..taken], "{} of {taken}", got.len());
    }
}

#[test]
fn a_reader_that_reads_nothing_holds_a_flood_back() {
    holds_a_flood_back(&[]);
}

#[test]
fn a_flood_in_pieces_of_one_byte_is_held_back() {
    holds_a_flood_back(&["--to-server", "pieces=1@0"]);
}

#[test]
fn a_flood_that_must_wait_is_held_back() {
    holds_a_flood_back(&["--to-server", "delay=3000,pieces=1@60000"]);
    holds_a_flood_back(&["--to-server", "glue=3000"]);
}

#[test]
fn what_stalls_or_has_ended_is_thrown_away_and_costs_no_memory() {
    for knob in ["stall=3", "end=3"] {
        let relay = Relay::start(&["--to-server", knob]);
        let (client, server) = relay.pair();
        let before = memory(&relay.program);
        assert_eq!(flood(&client, 16 * MIB), 16 * MIB, "{knob}");
        if let (Some(before), Some(after)) = (before, memory(&relay.program)) {
            assert!(after < before + 8 * MIB, "{knob}: {before}, {after}");
        }
        gets(&server, &noise(3));
        if knob == "end=3" {
            is_end(&server);
        }
        (&server).write_all(b"still open").unwrap();
        gets(&client, b"still open");
    }
}

#[test]
fn after_a_stall_nothing_comes_not_even_the_end() {
    let relay = Relay::start(&["--to-server", "stall=3"]);
    let (mut client, server) = relay.pair();
    client.write_all(b"abcdef").unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    gets(&server, b"abc");
    let patience = Duration::from_millis(300);
    server.set_read_timeout(Some(patience)).unwrap();
    let error = again(|| (&server).read(&mut [0; 16])).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        "{error}"
    );
    // The relay closes when the other direction is done, too.
    server.shutdown(Shutdown::Write).unwrap();
    is_end(&client);
    server.set_read_timeout(Some(DEADLINE)).unwrap();
    is_end(&server);
}

#[test]
fn after_its_bytes_a_reset_reaches_both_sides() {
    for direction in ["--to-server", "--to-client"] {
        let relay = Relay::start(&[direction, "reset=3"]);
        let (client, server) = relay.pair();
        let (mut from, to) = match direction {
            "--to-server" => (&client, &server),
            _ => (&server, &client),
        };
        from.write_all(b"abcdef").unwrap();
        gets(to, b"abc");
        is_reset(to);
        is_reset(from);
        relay.still_works();
    }
}

#[test]
fn with_zero_bytes_it_ends_or_breaks_at_once() {
    let relay = Relay::start(&["--to-server", "end=0"]);
    let (_client, server) = relay.pair();
    is_end(&server);
    let relay = Relay::start(&["--to-client", "reset=0"]);
    let (client, server) = relay.pair();
    is_reset(&client);
    is_reset(&server);
}

#[test]
fn a_character_that_comes_in_two_writes_is_cut_all_the_same() {
    let mut relay = Relay::start(&["--to-server", "cut"]);
    let (mut client, server) = relay.pair();
    let text = "你好".as_bytes();
    client.write_all(&text[..2]).unwrap();
    gets(&server, &text[..2]);
    client.write_all(&text[2..]).unwrap();
    gets(&server, &text[2..]);
    drop(client);
    is_end(&server);
    drop(server);
    let screen = relay.program.sees("both are done");
    let pieces: Vec<&str> = screen
        .lines()
        .filter_map(|line| line.strip_prefix("1 → 服务器 server: "))
        .collect();
    let expected = [
        r#"1 字节 bytes: "\xe4""#,
        r#"1 字节 bytes: "\xbd""#,
        r#"2 字节 bytes: "\xa0\xe5""#,
        r#"2 字节 bytes: "\xa5\xbd""#,
        "FIN",
    ];
    assert_eq!(pieces, expected);
}

#[test]
fn a_slow_reader_gets_the_pieces_apart() {
    // The receiver is late for the first piece, and the second still waits its time after it.
    let mut relay = Relay::start(&["--to-server", "pieces=1@50", "--to-client", "glue=100"]);
    let (mut client, mut server) = relay.pair();
    client.write_all(b"abc").unwrap();
    for byte in [b"a", b"b", b"c"] {
        gets(&server, byte);
        server.write_all(byte).unwrap();
    }
    drop(server);
    gets(&client, b"abc");
    let screen = relay.program.sees("→ 客户端 client: FIN");
    assert!(
        screen.contains("→ 服务器 server: 1 字节 bytes: \"c\""),
        "{screen}"
    );
    assert!(!screen.contains("→ 服务器 server: 2"), "{screen}");
}

#[test]
fn a_pair_that_is_silent_is_given_up() {
    let mut relay = Relay::start(&["--idle", "1"]);
    let (client, server) = relay.pair();
    is_reset(&client);
    is_reset(&server);
    relay.program.sees("1 断了 broken");
    relay.still_works();
}

#[test]
fn a_pair_that_still_speaks_is_not_given_up() {
    let relay = Relay::start(&["--idle", "2"]);
    let (mut client, mut server) = relay.pair();
    // One direction alone is enough; in 3 seconds, a silent pair would have been given up.
    for _ in 0..6 {
        server.write_all(b".").unwrap();
        gets(&client, b".");
        client
            .set_read_timeout(Some(Duration::from_millis(500)))
            .unwrap();
        let silent = again(|| client.read(&mut [0; 1])).unwrap_err();
        assert!(
            matches!(silent.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
            "{silent}"
        );
        client.set_read_timeout(Some(DEADLINE)).unwrap();
    }
    client.write_all(b"!").unwrap();
    gets(&server, b"!");
}

#[test]
fn more_clients_than_there_is_room_for_wait_their_turn() {
    let relay = Relay::start(&[]);
    let server = relay.server.try_clone().unwrap();
    // An echo for each connection.
    thread::spawn(move || {
        for stream in server.incoming() {
            thread::spawn(move || {
                let mut stream = guarded(stream.unwrap());
                let mut one = [0];
                while stream.read_exact(&mut one).is_ok() && stream.write_all(&one).is_ok() {}
            });
        }
    });
    let clients: Vec<TcpStream> = (0..100)
        .map(|_| guarded(TcpStream::connect(relay.address).unwrap()))
        .collect();
    for (number, mut client) in clients.iter().enumerate() {
        client.write_all(&[number as u8]).unwrap();
    }
    // Each is answered, and leaves; then there is room for another.
    for (number, client) in clients.into_iter().enumerate() {
        gets(&client, &[number as u8]);
    }
}

#[test]
fn connections_that_break_leave_nothing_behind() {
    let relay = Relay::start(&[]);
    let folder = format!("/proc/{}/fd", relay.program.id());
    let open = || std::fs::read_dir(&folder).ok().map(Iterator::count);
    relay.still_works();
    let Some(before) = open() else { return };
    for number in 0..150 {
        let (client, server) = relay.pair();
        if number % 2 == 0 {
            reset(client);
            is_reset(&server);
        } else {
            drop(client);
            is_end(&server);
        }
    }
    until("its descriptors are closed", || {
        open().filter(|open| *open <= before)
    });
}

#[test]
fn control_characters_cannot_touch_the_screen() {
    let mut relay = Relay::start(&[]);
    let (mut client, server) = relay.pair();
    let evil = "\x1b[2J\r\u{202e}x\u{7}\"\\\n\t你".as_bytes();
    client.write_all(evil).unwrap();
    gets(&server, evil);
    let screen = relay.program.sees(" bytes: \"");
    let shown = r#"17 字节 bytes: "\u{1b}[2J\r\u{202e}x\u{7}\"\\\n\t你""#;
    assert!(screen.contains(shown), "{screen}");
    assert!(!screen.contains(['\x1b', '\r', '\u{202e}', '\u{7}']));
}

#[test]
fn a_long_piece_is_one_short_line() {
    let mut relay = Relay::start(&[]);
    let (mut client, server) = relay.pair();
    let long = "桃".repeat(1000);
    client.write_all(long.as_bytes()).unwrap();
    gets(&server, long.as_bytes());
    drop((client, server));
    let screen = relay.program.sees("1 → 服务器 server: FIN");
    assert!(
        screen.lines().all(|line| line.chars().count() < 120),
        "{screen}"
    );
    assert!(screen.contains("\" …"), "{screen}");
}

/// A relay of datagrams, and the server that it passes on to.
fn udp(options: &[&str]) -> (Program, UdpSocket, SocketAddr) {
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    server.set_read_timeout(Some(DEADLINE)).unwrap();
    let target = server.local_addr().unwrap().to_string();
    let args = [&["udp", "127.0.0.1:0", &target], options].concat();
    let (program, address) = started(&args);
    (program, server, address)
}

fn udp_client(relay: SocketAddr) -> UdpSocket {
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.connect(relay).unwrap();
    client.set_read_timeout(Some(DEADLINE)).unwrap();
    client
}

#[test]
fn the_largest_datagram_passes_whole_both_ways_and_so_does_an_empty_one() {
    let (_program, server, relay) = udp(&[]);
    let client = udp_client(relay);
    let mut buffer = vec![0; 65_535];
    for size in [65_507, 0, 1, 9_000] {
        let datagram = noise(size);
        client.send(&datagram).unwrap();
        let (count, from) = again(|| server.recv_from(&mut buffer)).unwrap();
        assert!(buffer[..count] == datagram, "{count} of {size} bytes");
        server.send_to(&datagram, from).unwrap();
        let count = again(|| client.recv(&mut buffer)).unwrap();
        assert!(buffer[..count] == datagram, "{count} of {size} bytes back");
    }
}

#[test]
fn each_client_hears_its_own_answer() {
    let (_program, server, relay) = udp(&[]);
    let clients: Vec<UdpSocket> = (0..10).map(|_| udp_client(relay)).collect();
    for (number, client) in clients.iter().enumerate() {
        client.send(&[number as u8]).unwrap();
        let mut buffer = [0; 16];
        let (count, from) = again(|| server.recv_from(&mut buffer)).unwrap();
        server.send_to(&buffer[..count], from).unwrap();
    }
    for (number, client) in clients.iter().enumerate() {
        let mut buffer = [0; 16];
        assert_eq!(again(|| client.recv(&mut buffer)).unwrap(), 1);
        assert_eq!(buffer[0], number as u8);
    }
}

#[test]
fn the_same_seed_loses_the_same_datagrams() {
    let fates = |seed: &str| {
        let (mut program, server, relay) = udp(&["--to-server", "drop=50%", "--seed", seed]);
        let client = udp_client(relay);
        for number in 1..=20 {
            client.send(&[number]).unwrap();
            program.sees(&format!("#{number}"));
        }
        let screen = program.sees("#20");
        let lost: Vec<String> = screen
            .lines()
            .filter(|line| line.contains("丢了 lost"))
            .map(str::to_owned)
            .collect();
        let mut came = 0;
        let mut buffer = [0; 16];
        while came + lost.len() < 20 {
            again(|| server.recv_from(&mut buffer)).unwrap();
            came += 1;
        }
        lost
    };
    assert_eq!(fates("7"), fates("7"));
    assert_ne!(fates("7"), fates("8"));
}

#[test]
fn where_nobody_receives_datagrams_the_relay_says_so_and_goes_on() {
    let (mut program, server, relay) = udp(&[]);
    let target = server.local_addr().unwrap();
    drop(server);
    let client = udp_client(relay);
    client.send(b"?").unwrap();
    program.sees("1 ! Connection refused");
    let server = UdpSocket::bind(target).unwrap();
    server.set_read_timeout(Some(DEADLINE)).unwrap();
    client.send(b"!").unwrap();
    let mut buffer = [0; 16];
    assert_eq!(again(|| server.recv(&mut buffer)).unwrap(), 1);
    assert_eq!(&buffer[..1], b"!");
}

#[test]
fn more_clients_than_there_is_room_for_are_not_heard_and_the_others_are() {
    let (mut program, server, relay) = udp(&[]);
    let clients: Vec<UdpSocket> = (0..33).map(|_| udp_client(relay)).collect();
    let mut buffer = [0; 16];
    for client in &clients[..32] {
        client.send(b"?").unwrap();
        again(|| server.recv_from(&mut buffer)).unwrap();
    }
    clients[32].send(b"?").unwrap();
    program.sees("客户端太多，丢了一个数据报 too many clients, one datagram is lost");
    clients[0].send(b"!").unwrap();
    again(|| server.recv_from(&mut buffer)).unwrap();
    assert_eq!(&buffer[..1], b"!");
}

#[test]
fn a_client_that_was_silent_for_long_makes_room() {
    let (mut program, server, relay) = udp(&["--idle", "1"]);
    let client = udp_client(relay);
    let mut buffer = [0; 16];
    client.send(b"?").unwrap();
    let (_, first) = again(|| server.recv_from(&mut buffer)).unwrap();
    let other = until("a socket of its own again", || {
        // A second of silence and more; the relay looks every half second.
        let patience = Duration::from_secs(2);
        client.set_read_timeout(Some(patience)).unwrap();
        assert!(again(|| client.recv(&mut buffer)).is_err());
        client.send(b"?").unwrap();
        let (_, other) = again(|| server.recv_from(&mut buffer)).unwrap();
        (other != first).then_some(other)
    });
    assert_ne!(first, other);
    program.sees("2 → 服务器 server: #1");
}

#[test]
fn a_flood_of_datagrams_is_lost_and_not_kept() {
    let (program, server, relay) = udp(&["--to-server", "delay=60000"]);
    let client = udp_client(relay);
    let before = memory(&program);
    let datagram = noise(60_000);
    for _ in 0..2_000 {
        client.send(&datagram).unwrap();
    }
    if let (Some(before), Some(after)) = (before, memory(&program)) {
        let more = after.saturating_sub(before);
        assert!(more < 16 * MIB, "{more} bytes of memory");
    }
    drop(server);
}

#[test]
fn a_mistake_on_the_command_line_is_told_in_one_line() {
    let check = |args: &[&str], expected: &str| {
        let (status, screen) = Program::start(NAME, args).ends();
        let wanted = format!("错误 error: {expected}\n帮助 help: -- --help\n");
        assert_eq!(screen, wanted, "{args:?}");
        assert_eq!(status, Some(2), "{args:?}");
    };
    let tcp = "tcp: pieces=N[@MS] cut glue=MS delay=MS stall=N end=N reset=N";
    let udp = "udp: drop=P% duplicate=P% reorder=P% (P% or #K) delay=MS";
    let range =
        |least, most| format!("要 {least} 到 {most} 的整数 a whole number from {least} to {most}");
    let bytes = range(0, 1_u64 << 30);
    let one = range(1, 1_u64 << 30);
    let time = range(0, 60_000);
    let percent = range(0, 100);
    check(&[], "没说转给谁 no target: [tcp|udp] [LISTEN] TARGET");
    check(&["udp"], "没说转给谁 no target: [tcp|udp] [LISTEN] TARGET");
    check(
        &["localhost:80"],
        "地址写错 bad address: localhost:80（127.0.0.1:8831？）: invalid socket address syntax",
    );
    check(
        &["127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"],
        "不认识的参数 unknown argument: 127.0.0.1:3",
    );
    check(
        &["127.0.0.1:8831"],
        "转给自己 a relay to itself: 127.0.0.1:8831",
    );
    check(
        &["server"],
        "中继没有角色 a relay has no role: [tcp|udp] [LISTEN] TARGET",
    );
    let knob = |transport: &str, word: &str, expected: &str| {
        let args = [transport, "127.0.0.1:9", "--to-server", word];
        let expected = format!("旋钮写错 bad knob: {word:?}: {expected}");
        check(&args, &expected);
    };
    knob("tcp", "drop=10%", tcp);
    knob("tcp", "cut=1", tcp);
    knob("tcp", "Cut", tcp);
    knob("tcp", "pieces=0", &one);
    knob("tcp", "pieces", &one);
    knob("tcp", "pieces=1@", &time);
    knob("tcp", "pieces=1@60001", &time);
    knob("tcp", "glue=-1", &time);
    knob("tcp", "delay=+5", &time);
    knob("tcp", "stall=99999999999999999999999", &bytes);
    knob("tcp", "end=１", &bytes);
    knob("udp", "pieces=1", udp);
    knob("udp", "drop=10", "P% 或 or #K");
    knob("udp", "drop=101%", &percent);
    knob("udp", "reorder=#0", &one);
    check(
        &["127.0.0.1:9", "--to-client", "cut,,cut"],
        &format!("旋钮写错 bad knob: \"\": {tcp}"),
    );
    check(
        &["127.0.0.1:9", "--to-client"],
        "--to-client 后面少了值 a value is missing",
    );
    check(
        &["127.0.0.1:9", "--seed", "x"],
        &format!("--seed: {}", range(0, u64::MAX)),
    );
    check(
        &["127.0.0.1:9", "--idle", "0"],
        &format!("--idle: {}", range(1, 86_400)),
    );
    check(
        &["127.0.0.1:9", "--fast", "yes"],
        "不认识的参数 unknown argument: --fast",
    );
    let many = vec!["cut"; 17].join(",");
    check(
        &["127.0.0.1:9", "--to-server", &many],
        "至多 16 个旋钮 at most 16 knobs",
    );
}

#[test]
fn help_shows_what_to_type() {
    let (status, screen) = Program::start(NAME, &["--help"]).ends();
    assert_eq!(status, Some(0));
    assert!(
        screen.contains("cargo run --example 31_relay -- 127.0.0.1:9999"),
        "{screen}"
    );
}

/// PowerShell makes two words of `a,b` where no quotes stand.
#[test]
fn knobs_that_a_shell_took_apart_belong_together() {
    let relay = Relay::start(&["--to-server", "end=5", "delay=1", "--to-client", "end=2"]);
    let (mut client, mut server) = relay.pair();
    client.write_all(b"abcdef").unwrap();
    server.write_all(b"abcdef").unwrap();
    gets(&server, b"abcde");
    is_end(&server);
    gets(&client, b"ab");
    is_end(&client);
}

proptest! {
    /// Whatever stands there, the parser answers, and what it says is a line.
    #[test]
    fn no_text_makes_the_parser_panic(
        text in "\\PC{0,60}", numbers in "(pieces|glue|stall|drop)=[0-9@#%]{0,30}",
    ) {
        for text in [text, numbers] {
            for transport in [knobs::Transport::Tcp, knobs::Transport::Udp] {
                if let Err(error) = knobs::parse(&text, transport) {
                    let said = format!("{error:#}");
                    prop_assert!(!said.contains(['\n', '\r', '\x1b']), "{}", said);
                }
            }
        }
    }
}
