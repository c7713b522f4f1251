//! Attacks on the Python servers of SMTP, FTP and Telnet, and on their clients.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/program.rs"]
mod program;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::Command;

use program::{Program, dribble, guarded, reset};
use socket2::{Domain, Socket, Type};

/// A server of `examples/python`, or `None` without Python.
fn server(name: &str) -> Option<(Program, SocketAddr)> {
    let mut program = Program::python(name, &["server", "127.0.0.1:0"])?;
    let address = program.address();
    Some((program, address))
}

fn connect(address: SocketAddr) -> TcpStream {
    guarded(TcpStream::connect(address).unwrap())
}

/// Sends all of it, closes our direction, and reads all that comes.
fn says(address: SocketAddr, bytes: impl AsRef<[u8]>) -> String {
    let mut stream = connect(address);
    // A server that refuses may close first.
    let _ = stream.write_all(bytes.as_ref());
    let _ = stream.shutdown(Shutdown::Write);
    all(&mut stream)
}

fn all(stream: &mut impl Read) -> String {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The first three digits of every line.
fn codes(answer: &str) -> Vec<&str> {
    answer
        .lines()
        .map(|line| line.get(..3).unwrap_or(line))
        .collect()
}

/// Reads until the answer ends so.
#[track_caller]
fn until(stream: &mut TcpStream, end: &str) -> String {
    let mut bytes = Vec::new();
    while !bytes.ends_with(end.as_bytes()) {
        let mut byte = [0];
        assert_eq!(
            stream.read(&mut byte).unwrap(),
            1,
            "{}",
            String::from_utf8_lossy(&bytes)
        );
        bytes.push(byte[0]);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

const MAIL_MESSAGE: &str = "EHLO x\r\nMAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\nDATA\r\n";

#[test]
fn smtp_speaks_first_and_answers_commands_in_one_segment_in_order() {
    let Some((_server, address)) = server("smtp") else {
        return;
    };
    assert_eq!(
        until(&mut connect(address), "\r\n"),
        "220 smtp.example ready\r\n"
    );
    let answer = says(
        address,
        format!("{MAIL_MESSAGE}你好\r\n.\r\nNOOP\r\nQUIT\r\n"),
    );
    assert_eq!(
        codes(&answer),
        [
            "220", "250", "250", "250", "250", "354", "250", "250", "221"
        ]
    );
}

#[test]
fn smtp_takes_a_command_one_byte_at_a_time() {
    let Some((_server, address)) = server("smtp") else {
        return;
    };
    let mut stream = connect(address);
    dribble(&stream, b"ehlo x\r\nQUIT\r\n");
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(codes(&all(&mut stream)), ["220", "250", "250", "221"]);
}

#[test]
fn smtp_does_not_take_lf_for_a_line_end() {
    let Some((mut server, address)) = server("smtp") else {
        return;
    };
    assert_eq!(
        codes(&says(address, "NOOP\nNOOP\r\nQUIT\r\n")),
        ["220", "500", "221"]
    );
    // A dot between two LF does not end it: what follows is still the mail message.
    let hidden = "\n.\nMAIL FROM:<evil@a>\n\r\n.\r\nQUIT\r\n";
    let answer = says(address, format!("{MAIL_MESSAGE}x{hidden}"));
    assert_eq!(codes(&answer)[5..], ["354", "250", "221"]);
    assert!(
        server
            .sees("MAIL FROM:<evil@a>")
            .contains("信 mail: <a@a> → <b@b>")
    );
}

#[test]
fn smtp_takes_off_one_of_two_dots() {
    let Some((mut server, address)) = server("smtp") else {
        return;
    };
    says(
        address,
        format!("{MAIL_MESSAGE}..\r\n...x\r\n.y\r\n.\r\nQUIT\r\n"),
    );
    server.sees("  .\n  ..x\n  y\n");
}

#[test]
fn smtp_wants_its_commands_in_order_and_well_formed() {
    let Some((_server, address)) = server("smtp") else {
        return;
    };
    for (said, code) in [
        ("MAIL FROM:<a>", "503"),
        ("EHLO x\r\nRCPT TO:<a>", "503"),
        ("EHLO x\r\nMAIL FROM:<a>\r\nDATA", "503"),
        ("EHLO", "501"),
        ("EHLO x\r\nMAIL FROM:a", "501"),
        ("EHLO x\r\nMAIL FROM:<a", "501"),
        ("EHLO x\r\nMAIL FROM:<a> SIZE=9", "555"),
        ("EHLO x\r\nMAIL FROM:<a>\r\nRCPT TO:<>", "501"),
        ("BLAH", "500"),
        ("", "500"),
        ("\u{ff}\u{fe}", "500"),
    ] {
        let answer = says(address, format!("{said}\r\n"));
        assert_eq!(codes(&answer).last(), Some(&code), "{said}: {answer}");
    }
}

#[test]
fn smtp_bounds_lines_messages_and_recipients() {
    let Some((_server, address)) = server("smtp") else {
        return;
    };
    assert_eq!(codes(&says(address, "x".repeat(1 << 20))), ["220", "500"]);
    let big = "x".repeat(900) + "\r\n";
    let answer = says(
        address,
        format!("{MAIL_MESSAGE}{}.\r\nNOOP\r\nQUIT\r\n", big.repeat(100)),
    );
    assert_eq!(codes(&answer)[5..], ["354", "552", "250", "221"]);
    let many = "RCPT TO:<b@b>\r\n".repeat(101);
    let answer = says(address, format!("HELO x\r\nMAIL FROM:<>\r\n{many}QUIT\r\n"));
    assert_eq!(answer.matches("452 ").count(), 1, "{answer}");
}

#[test]
fn a_reset_of_one_client_affects_no_other() {
    for name in ["smtp", "ftp", "telnet"] {
        let Some((_server, address)) = server(name) else {
            return;
        };
        for _ in 0..20 {
            let mut stream = connect(address);
            stream.read_exact(&mut [0; 3]).unwrap();
            stream.write_all(b"EHLO").unwrap();
            reset(stream);
        }
        connect(address).read_exact(&mut [0; 3]).unwrap();
    }
}

/// The control connection, logged in, with a data port; and that port's address.
fn ftp(address: SocketAddr) -> (TcpStream, SocketAddr) {
    let mut control = connect(address);
    control
        .write_all(b"USER anonymous\r\nPASS x\r\nPASV\r\n")
        .unwrap();
    let answer = until(&mut control, ")\r\n");
    let numbers = answer.rsplit(['(', ')']).nth(1).unwrap();
    let numbers: Vec<u16> = numbers.split(',').map(|n| n.parse().unwrap()).collect();
    (
        control,
        SocketAddr::from(([127, 0, 0, 1], numbers[4] * 256 + numbers[5])),
    )
}

#[test]
fn ftp_sends_text_with_crlf_and_binary_as_it_is() {
    let Some((_server, address)) = server("ftp") else {
        return;
    };
    for (kind, text) in [
        ("A", "你好，世界\r\nHello, world\r\n"),
        ("I", "你好，世界\nHello, world\n"),
    ] {
        let (mut control, port) = ftp(address);
        let mut data = connect(port);
        control
            .write_all(format!("TYPE {kind}\r\nRETR 你好.txt\r\n").as_bytes())
            .unwrap();
        assert_eq!(all(&mut data), text);
        drop(data);
        control.write_all(b"QUIT\r\n").unwrap();
        control.shutdown(Shutdown::Write).unwrap();
        assert_eq!(codes(&all(&mut control)), ["200", "150", "226", "221"]);
    }
}

#[test]
fn ftp_gives_nothing_without_login_and_nothing_outside() {
    let Some((_server, address)) = server("ftp") else {
        return;
    };
    let answer = says(
        address,
        "RETR index.html\r\nPASS x\r\nUSER root\r\nPASS x\r\nPASV\r\nQUIT\r\n",
    );
    assert_eq!(
        codes(&answer),
        ["220", "530", "503", "331", "530", "530", "221"]
    );
    for name in [
        "../16_http.rs",
        "/../16_http.rs",
        "..",
        "/etc/passwd",
        "a\\b",
        "",
        ".",
        "x/../index.html",
    ] {
        let said =
            format!("USER ftp\r\nPASS x\r\nTYPE I\r\nSIZE {name}\r\nRETR {name}\r\nQUIT\r\n");
        assert_eq!(
            codes(&says(address, said))[4..],
            ["550", "550", "221"],
            "{name}"
        );
    }
}

#[test]
fn ftp_opens_no_connection_and_writes_nothing() {
    let Some((_server, address)) = server("ftp") else {
        return;
    };
    let said = "USER ftp\r\nPASS x\r\nPORT 127,0,0,1,0,22\r\nSTOR a\r\nDELE a\r\nSITE x\r\nRETR index.html\r\nQUIT\r\n";
    assert_eq!(
        codes(&says(address, said))[3..],
        ["502", "502", "502", "502", "425", "221"]
    );
}

#[test]
#[cfg(target_os = "linux")]
fn ftp_gives_the_file_to_no_stranger() {
    let Some((_server, address)) = server("ftp") else {
        return;
    };
    let (mut control, port) = ftp(address);
    // The control connection comes from 127.0.0.1, this one from 127.0.0.2.
    let thief = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    thief
        .bind(&SocketAddr::from(([127, 0, 0, 2], 0)).into())
        .unwrap();
    thief.connect(&port.into()).unwrap();
    control.write_all(b"RETR index.html\r\n").unwrap();
    let mut stolen = guarded(thief.into());
    assert_eq!(all(&mut stolen), "");
    control.shutdown(Shutdown::Write).unwrap();
    assert_eq!(codes(&all(&mut control)), ["150", "426"]);
}

#[test]
fn ftp_waits_for_a_data_connection_with_a_deadline() {
    let Some((_server, address)) = server("ftp") else {
        return;
    };
    let (mut control, _port) = ftp(address);
    control.write_all(b"RETR index.html\r\nQUIT\r\n").unwrap();
    control.shutdown(Shutdown::Write).unwrap();
    assert_eq!(codes(&all(&mut control)), ["150", "426", "221"]);
}

#[test]
fn ftp_bounds_its_lines() {
    let Some((_server, address)) = server("ftp") else {
        return;
    };
    assert_eq!(codes(&says(address, "x".repeat(1 << 20))), ["220", "500"]);
}

#[test]
fn telnet_understands_commands_in_any_pieces() {
    let Some((mut server, address)) = server("telnet") else {
        return;
    };
    let mut stream = connect(address);
    // WONT TERMINAL-TYPE, a subnegotiation, NOP, FF as text, and CR NUL for a line end.
    let said = b"\xff\xfc\x18al\xff\xfa\x18\0x\xff\xff\xff\xf0\xff\xf1ice\xff\xff\r\0pass\r\n\xff\xfd\x01\xff\xfe\x01";
    dribble(&stream, said);
    stream.shutdown(Shutdown::Write).unwrap();
    server.sees("alice\u{fffd}: 口令 password: 4 字节 bytes");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let hello = b"\r\n\xff\xfc\x01hello alice\xff\xff\r\n";
    assert!(bytes.ends_with(hello), "{bytes:x?}");
}

#[test]
fn telnet_refuses_what_it_lacks_and_never_answers_an_answer() {
    let Some((_server, address)) = server("telnet") else {
        return;
    };
    let mut stream = connect(address);
    // DO 99 → WONT 99; WILL 99 → DONT 99; WONT 99, DONT 99: so it is, no answer.
    stream
        .write_all(b"\xff\xfd\x63\xff\xfb\x63\xff\xfc\x63\xff\xfe\x63a\r\nb\r\n\xff\xfe\x01")
        .unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let refusals: Vec<&[u8]> = bytes
        .windows(3)
        .filter(|w| w[0] == 255 && w[2] == 99)
        .collect();
    assert_eq!(refusals, [[255, 252, 99], [255, 254, 99]]);
}

#[test]
fn telnet_bounds_lines_and_commands() {
    let Some((mut server, address)) = server("telnet") else {
        return;
    };
    says(address, "x".repeat(1 << 20));
    server.sees("line too long");
    says(address, b"\xff\xfd\x63".repeat(10_000));
    server.sees("too many commands");
}

/// A client of `examples/python` meets a server that says this.
fn told(name: &str, bytes: &[u8]) -> Option<(Option<i32>, String)> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let program = Program::python(name, &["client", &address])?;
    let mut stream = guarded(listener.accept().unwrap().0);
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    Some(program.ends())
}

#[test]
fn clients_say_in_one_line_that_the_answer_is_not_valid() {
    for name in ["smtp", "ftp"] {
        for said in [
            "",
            "HTTP/1.1 200 OK\r\n\r\n",
            "554 go away\r\n",
            "220",
            "\u{ff}\r\n",
            "220-x\r\n",
        ] {
            let Some((status, screen)) = told(name, said.as_bytes()) else {
                return;
            };
            assert_eq!(status, Some(1), "{name} {said:?}: {screen}");
            assert!(!screen.contains("Traceback"), "{name} {said:?}: {screen}");
            assert_eq!(
                screen.matches("错误 error:").count(),
                1,
                "{name} {said:?}: {screen}"
            );
        }
    }
}

#[test]
fn the_telnet_client_survives_a_flood_of_commands() {
    let Some((status, screen)) = told("telnet", &b"\xff\xfb\x63".repeat(1000)) else {
        return;
    };
    assert_eq!(status, Some(1), "{screen}");
    assert!(screen.ends_with("命令太多 too many commands\n"), "{screen}");
    let Some((status, screen)) = told("telnet", b"\x1b[2J\xff") else {
        return;
    };
    assert_eq!(status, Some(0), "{screen}");
    assert!(!screen.contains('\u{1b}'), "{screen:?}");
}

#[test]
fn a_reply_of_endless_lines_is_given_up() {
    for name in ["smtp", "ftp"] {
        let said = "220-x\r\n".repeat(100_000);
        let Some((status, screen)) = told(name, said.as_bytes()) else {
            return;
        };
        assert_eq!(status, Some(1), "{name}: {screen}");
        assert!(screen.contains("over 100 lines"), "{name}: {screen:.2000}");
        assert!(screen.len() < 10_000, "{name}: {} bytes", screen.len());
    }
}

/// Calls the server's `guest` in Python, with a shorter deadline, and floods it without end.
#[track_caller]
fn a_flood_ends(name: &str, guest: &str, flood: &str) {
    let script = format!(
        "import socket, sys, threading; sys.path.insert(0, 'examples/python')\n\
         import dialogue, {name}; dialogue.WHOLE = {name}.WHOLE = 0.5\n\
         door = socket.create_server(('127.0.0.1', 0))\n\
         peer = socket.create_connection(door.getsockname())\n\
         own = door.accept()[0]\n\
         def flood():\n    try:\n        while True: peer.sendall({flood} * 100)\n    except OSError: pass\n\
         def drain():\n    try:\n        while peer.recv(65536): pass\n    except OSError: pass\n\
         for work in (flood, drain): threading.Thread(target=work, daemon=True).start()\n\
         server = threading.Thread(target=lambda: {name}.{guest}, daemon=True)\n\
         server.start(); server.join(15)\n\
         print('held' if server.is_alive() else 'let go')"
    );
    let root = session::root().unwrap();
    let mut command = Command::new("python3");
    let Ok(output) = command.args(["-c", &script]).current_dir(root).output() else {
        return;
    };
    let screen = String::from_utf8_lossy(&output.stdout);
    assert!(screen.ends_with("let go\n"), "{name}: {screen}");
}

#[test]
fn a_client_that_never_stops_sending_does_not_keep_its_seat() {
    a_flood_ends("smtp", "guest(own)", "b'NOOP\\r\\n'");
    a_flood_ends("ftp", "guest(own, 'examples')", "b'NOOP\\r\\n'");
    // A command that neither answers nor counts.
    a_flood_ends("telnet", "guest(own)", "b'\\xff\\xf1'");
}
