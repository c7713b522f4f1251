//! Peers that are silent, rude, slow or gone, and what is set and read back.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

use crate::program::{DEADLINE, Language, Program, guarded, reset};

const NAME: &str = "07_options";
const SENT: &str = "交给内核 handed to the kernel: 16 字节 bytes";
const TOO_LONG: &str = "错误 error: 等得太久 waited too long";

/// Each language has a module with these attacks.
fn language() -> Language {
    Language::of(module_path!())
}

fn server(args: &[&str]) -> (Program, TcpStream) {
    Program::server(language(), NAME, args)
}

#[track_caller]
fn ends(program: Program, status: i32, words: &str) -> String {
    let (code, screen) = program.ends();
    assert!(screen.contains(words), "no {words:?} in:\n{screen}");
    for bad in ["panicked", "Traceback", "\x1b"] {
        assert!(!screen.contains(bad), "{screen}");
    }
    assert_eq!(code, Some(status), "{screen}");
    screen
}

/// `args` end with `status` and a line that contains `words`, without any network.
#[track_caller]
fn refuses(args: &[&str], status: i32, words: &str) {
    ends(Program::start_in(language(), NAME, args), status, words);
}

#[test]
fn a_silent_client_gets_its_bytes_and_the_end() {
    let (mut server, mut peer) = server(&[]);
    server.types("\n");
    let mut bytes = Vec::new();
    peer.read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, [b'.'; 16]);
    ends(server, 0, SENT);
}

#[test]
fn what_a_client_sends_never_reaches_the_screen() {
    let (mut server, mut peer) = server(&[]);
    peer.write_all(b"\x1b[2J\xff\xfeowned\r\n").unwrap();
    server.types("\n");
    let screen = ends(server, 0, SENT);
    assert!(!screen.contains("owned"), "{screen}");
}

#[test]
fn a_client_that_reset_is_reported_and_the_next_is_served() {
    let (mut server, peer) = server(&["--clients", "2"]);
    let address = peer.peer_addr().unwrap();
    reset(peer);
    server.types("\n");
    server.sees("错误 error: ");
    let mut next = guarded(TcpStream::connect(address).unwrap());
    server.types("\n");
    let mut bytes = Vec::new();
    next.read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes.len(), 16);
    let screen = ends(server, 0, SENT);
    assert_eq!(screen.matches("错误 error: ").count(), 1, "{screen}");
}

/// A client whose receive buffer is full soon.
fn narrow(address: SocketAddr) -> TcpStream {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(2048).unwrap();
    socket.connect(&address.into()).unwrap();
    guarded(socket.into())
}

const MUCH: &[&str] = &[
    "server",
    "127.0.0.1:0",
    "--sndbuf",
    "4096",
    "--bytes",
    "16777216",
];

#[test]
fn a_client_that_never_reads_is_given_up_after_10_seconds() {
    let mut server = Program::start_in(language(), NAME, MUCH);
    let _peer = narrow(server.address());
    server.types("\n");
    ends(server, 0, TOO_LONG);
}

#[test]
fn a_client_that_reads_bit_by_bit_is_given_up_as_well() {
    let mut server = Program::start_in(language(), NAME, MUCH);
    let mut peer = narrow(server.address());
    server.types("\n");
    let reader = thread::spawn(move || {
        // The rate of the peer, not a wait: each read comes long before any deadline of one write.
        while let Ok(1..) = peer.read(&mut [0; 256]) {
            thread::sleep(Duration::from_millis(20));
        }
    });
    let start = Instant::now();
    ends(server, 0, TOO_LONG);
    assert!(start.elapsed() < DEADLINE / 2, "{:?}", start.elapsed());
    reader.join().unwrap();
}

#[test]
fn without_a_keyboard_the_server_ends() {
    let (mut server, _peer) = server(&["--clients", "3"]);
    server.hangs_up();
    ends(server, 0, "按回车接受一个 Enter accepts one");
}

#[test]
fn a_silent_server_is_given_up_at_the_deadline() {
    let (client, _peer) = Program::client(language(), NAME, &["--wait", "1"]);
    let screen = ends(client, 1, TOO_LONG);
    assert!(screen.contains("已收到 0 字节 after 0 bytes"), "{screen}");
}

#[test]
fn a_server_that_dribbles_does_not_stretch_the_deadline() {
    let (client, mut peer) = Program::client(language(), NAME, &["--wait", "2"]);
    let start = Instant::now();
    let writer = thread::spawn(move || {
        // The rate of the peer, not a wait.
        while peer.write_all(b".").is_ok() {
            thread::sleep(Duration::from_millis(50));
        }
    });
    ends(client, 1, TOO_LONG);
    assert!(start.elapsed() < DEADLINE / 2, "{:?}", start.elapsed());
    writer.join().unwrap();
}

#[test]
fn a_server_that_never_stops_is_refused_at_64_mib() {
    let (client, mut peer) = Program::client(language(), NAME, &[]);
    let writer = thread::spawn(move || while peer.write_all(&[0xff; 65536]).is_ok() {});
    ends(client, 1, "超过 64 MiB，不收了 over 64 MiB, refused");
    writer.join().unwrap();
}

#[test]
fn a_reset_is_reported_in_one_line() {
    let (client, mut peer) = Program::client(language(), NAME, &[]);
    peer.write_all(b"\x1b[2J\xff").unwrap();
    reset(peer);
    let screen = ends(client, 1, "错误 error: 连接断了 connection lost");
    assert_eq!(screen.lines().count(), 2, "{screen}");
}

#[test]
fn an_end_at_once_is_an_empty_answer() {
    let (client, peer) = Program::client(language(), NAME, &[]);
    drop(peer);
    ends(client, 0, "收到 received: 0 字节 bytes, 0 ms");
}

#[test]
fn an_address_in_use_and_a_port_without_a_listener_end_with_status_1() {
    let held = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = held.local_addr().unwrap().to_string();
    refuses(
        &["server", &address],
        1,
        "地址被占用，换一个端口 address in use",
    );
    drop(held);
    refuses(
        &["client", &address],
        1,
        "连接被拒绝，先启动服务器 refused, start the server first",
    );
}

#[test]
fn mistakes_in_the_arguments_end_with_status_2() {
    for (args, words) in [
        (&["serve"][..], "不认识的参数 unknown argument: serve"),
        (&["--nodelay"], "不认识的参数 unknown argument: --nodelay"),
        (&["server", "--wait", "1"], "unknown argument: --wait"),
        (&["client", "--backlog", "1"], "unknown argument: --backlog"),
        (&["client", "--v6only", "1"], "unknown argument: --v6only"),
        (
            &["client", "--rcvbuf"],
            "后面要有数字 needs a number: --rcvbuf",
        ),
        (&["client", "--rcvbuf", "-1"], "needs a number: --rcvbuf"),
        (&["client", "--rcvbuf", "9e9"], "needs a number: --rcvbuf"),
        (&["client", "--rcvbuf", "0"], "--rcvbuf: 1 … 1073741824"),
        (
            &["client", "--keepalive", "1", "1"],
            "needs a number: --keepalive",
        ),
        (
            &["client", "--keepalive", "1", "1", "128"],
            "--keepalive: 1 … 127",
        ),
        (
            &["client", "--keepalive", "0", "1", "1"],
            "--keepalive: 1 … 32767",
        ),
        (&["server", "--bytes", "16777217"], "--bytes: 0 … 16777216"),
        (&["server", "--backlog", "65536"], "--backlog: 0 … 65535"),
        (&["server", "--clients", "0"], "--clients: 1 … 1000"),
        (&["server", "--v6only", "2"], "--v6only: 0 … 1"),
        (
            &["server", "localhost:8807"],
            "地址写错 bad address: localhost:8807",
        ),
    ] {
        refuses(args, 2, words);
    }
    refuses(&["--help"], 0, language().says_to_run(NAME).as_str());
}

#[test]
#[cfg(target_os = "linux")]
fn the_standard_library_sets_one_option_and_the_kernel_doubles_a_size() {
    let screen = ends(
        Program::start_in(language(), NAME, &[]),
        0,
        "SO_REUSEADDR    0           1              1                0\n",
    );
    for line in [
        "TCP_NODELAY     0           0              0                0\n",
        "SO_KEEPALIVE    0           0              0                0\n",
        "  SO_RCVBUF 20000 → 40000\n",
        "  SO_SNDBUF 20000 → 40000\n",
    ] {
        assert!(screen.contains(line), "no {line:?} in:\n{screen}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn what_the_listening_socket_has_the_accepted_one_has() {
    let set = [
        "--nodelay",
        "--keepalive",
        "7",
        "8",
        "9",
        "--rcvbuf",
        "5000",
        "--sndbuf",
        "6000",
    ];
    let (mut server, _peer) = server(&set);
    server.types("\n");
    let screen = ends(server, 0, SENT);
    for line in [
        "  TCP_NODELAY 1 → 1\n",
        "  SO_KEEPALIVE 1 → 1\n",
        "  TCP_KEEPIDLE 7 → 7\n",
        "  TCP_KEEPINTVL 8 → 8\n",
        "  TCP_KEEPCNT 9 → 9\n",
        "  SO_RCVBUF 5000 → 10000\n",
        "  SO_SNDBUF 6000 → 12000\n",
    ] {
        assert_eq!(screen.matches(line).count(), 2, "{line:?} in:\n{screen}");
    }
}

/// On Linux a backlog of N holds N + 1; what comes then gets no answer until there is room.
#[test]
#[cfg(target_os = "linux")]
fn a_full_queue_answers_no_syn_until_one_is_accepted() {
    for backlog in [0, 1, 2] {
        let args = ["--backlog", &backlog.to_string(), "--clients", "9"];
        let (mut server, first) = server(&args);
        let address = first.peer_addr().unwrap();
        let connect = |time| TcpStream::connect_timeout(&address, Duration::from_millis(time));
        let waiting: Vec<_> = (0..backlog).map(|_| connect(5000).unwrap()).collect();
        // Its SYN is sent again after a second, which is longer than we wait.
        let error = connect(300).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::TimedOut, "{error}");
        server.types("\n");
        server.sees(SENT);
        connect(5000).unwrap();
        drop(waiting);
        server.hangs_up();
        ends(server, 0, SENT);
    }
}

/// `::ffff:127.0.0.1` is loopback's IPv4 address, as a socket of IPv6 sees it.
#[test]
#[cfg(target_os = "linux")]
fn ipv4_gets_in_only_if_v6only_is_0() {
    let args = |only| ["server", "[::ffff:127.0.0.1]:0", "--v6only", only];
    let (status, screen) = Program::start_in(language(), NAME, &args("1")).ends();
    if status == Some(77) {
        eprintln!("skipped: {screen}");
        return;
    }
    assert_eq!(status, Some(1), "{screen}");
    let mut server = Program::start_in(language(), NAME, &args("0"));
    let port = server.address().port();
    let _peer = guarded(TcpStream::connect(("127.0.0.1", port)).unwrap());
    server.types("\n");
    ends(server, 0, "接受 accepted: [::ffff:127.0.0.1]:");
}
