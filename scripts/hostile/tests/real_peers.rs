//! Our programs with peers that are in common use: dig, openssl, wrk, telnet, and Wireshark, which
//! reads every capture of the book. Where one is not installed its test says so and proves
//! nothing; the gate installs them all.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/program.rs"]
mod program;
#[path = "support/web_site.rs"]
#[allow(unused_imports, reason = "only the site is used here")]
mod web_site;

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Lines, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use program::Program;
use serde_json::{Value, json};
use session::run::look_up;
use web_site::Site;

/// The program `name`, or the reason why this test proves nothing here.
fn tool(name: &str) -> Option<PathBuf> {
    let found = look_up(name, &env::var_os("PATH").unwrap());
    if found.is_none() {
        eprintln!("skipped: {name} is not installed on this machine");
    }
    found
}

/// What `dig` prints for these arguments: the status, `aa` or not, and the lines of the answer.
fn dig(dig: &Path, server: SocketAddr, words: &str) -> String {
    let mut command = Command::new(dig);
    command
        .arg(format!("@{}", server.ip()))
        .args(["-p", &server.port().to_string()])
        .args(["+time=5", "+tries=3", "+ignore", "+nocookie"])
        .args(words.split(' '));
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for line in text.lines().filter(|line| line.contains("WARNING")) {
        // Our server does no recursion, and dig asks for it unless told not to.
        let known = ["recursion requested", "EDNS query returned"];
        assert!(known.iter().any(|words| line.contains(words)), "{text}");
    }
    let after = |label: &str, end: char| {
        let at = text.find(label)? + label.len();
        text[at..].split(end).next()
    };
    let status = after("status: ", ',').unwrap_or_else(|| panic!("{words}: {text}"));
    let flags = after("flags: ", ';').unwrap();
    let mut said = vec![status.to_owned()];
    said.extend(
        ["aa", "tc"]
            .iter()
            .filter(|flag| flags.split(' ').any(|set| set == **flag))
            .map(|flag| (*flag).to_owned()),
    );
    let answer = text.split(";; ANSWER SECTION:\n").nth(1);
    let lines = answer.iter().flat_map(|answer| answer.lines());
    let lines = lines.take_while(|line| !line.is_empty());
    said.extend(lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")));
    said.join(" | ")
}

#[test]
fn dig_gets_what_a_resolver_needs_to_know_from_our_name_server() {
    let Some(path) = tool("dig") else { return };
    let mut server = Program::start("15_dns", &["server", "127.0.0.1:0", "a.b.c.test=192.0.2.7"]);
    let address = server.address();
    #[track_caller]
    fn check(path: &Path, address: SocketAddr, words: &str, expected: &str) {
        assert_eq!(dig(path, address, words), expected, "{words}");
    }
    let web = "www.example.test. 300 IN CNAME web.example.test. | web.example.test. 300 IN";
    for (words, expected) in [
        (
            "www.example.test",
            &*format!("NOERROR | aa | {web} A 192.0.2.80"),
        ),
        (
            "www.example.test AAAA",
            &format!("NOERROR | aa | {web} AAAA 2001:db8::80"),
        ),
        (
            "www.example.test CNAME",
            "NOERROR | aa | www.example.test. 300 IN CNAME web.example.test.",
        ),
        // A name with names below it exists and has no data: RFC 8020 §2, RFC 4592 §2.2.2.
        ("example.test", "NOERROR | aa"),
        ("EXAMPLE.test NS", "NOERROR | aa"),
        ("test SOA", "NOERROR | aa"),
        ("example", "NOERROR | aa"),
        ("b.c.test", "NOERROR | aa"),
        ("c.test AAAA", "NOERROR | aa"),
        (
            "a.b.c.test",
            "NOERROR | aa | a.b.c.test. 300 IN A 192.0.2.7",
        ),
        ("web.example.test MX", "NOERROR | aa"),
        ("many.example.test AAAA", "NOERROR | aa"),
        // Not below it, and not beside it.
        ("wwww.example.test", "NXDOMAIN | aa"),
        ("x.www.example.test", "NXDOMAIN | aa"),
        ("_.example.test", "NXDOMAIN | aa"),
        ("ple.test", "NXDOMAIN | aa"),
        ("x.b.c.test", "NXDOMAIN | aa"),
        // Other names are not its own: it refuses, and claims no authority.
        ("www.example.org", "REFUSED"),
        (". NS", "REFUSED"),
        ("-c CH -t TXT version.bind", "REFUSED"),
        // What a resolver adds: EDNS and its flags, random capitals, no request for recursion.
        (
            "+noedns +norecurse web.example.test",
            "NOERROR | aa | web.example.test. 300 IN A 192.0.2.80",
        ),
        (
            "+dnssec +norecurse wEb.eXample.tESt",
            "NOERROR | aa | wEb.eXample.tESt. 300 IN A 192.0.2.80",
        ),
        ("+opcode=NOTIFY example.test", "NOTIMP"),
        ("+header-only", "FORMERR"),
    ] {
        check(&path, address, words, expected);
    }
    let many = dig(&path, address, "many.example.test");
    assert!(many.starts_with("NOERROR | aa | tc | "), "{many}");
}

#[test]
fn dig_gets_the_same_from_the_python_server() {
    let Some(path) = tool("dig") else { return };
    let Some(mut server) = Program::python("15_dns", &["server", "127.0.0.1:0"]) else {
        return;
    };
    let address = server.address();
    for (words, expected) in [
        (
            "www.example.test",
            "NOERROR | aa | www.example.test. 300 IN A 192.0.2.80",
        ),
        (
            "wWw.Example.test",
            "NOERROR | aa | wWw.Example.test. 300 IN A 192.0.2.80",
        ),
        ("www.example.test AAAA", "NOERROR | aa"),
        ("example.test", "NOERROR | aa"),
        ("test NS", "NOERROR | aa"),
        ("wwww.example.test", "NXDOMAIN | aa"),
        ("x.www.example.test", "NXDOMAIN | aa"),
        ("ple.test", "NXDOMAIN | aa"),
        ("www.example.org", "REFUSED"),
        ("-c CH -t TXT version.bind", "REFUSED"),
    ] {
        assert_eq!(dig(&path, address, words), expected, "{words}");
    }
}

#[test]
fn openssl_talks_with_our_tls_server_and_trusts_its_certificate() {
    let Some(openssl) = tool("openssl") else {
        return;
    };
    let name = format!("17_tls-{}-openssl.pem", std::process::id());
    let cert = env::temp_dir().join(name);
    let cert = cert.to_str().unwrap();
    let mut server = Program::start("17_tls", &["server", "127.0.0.1:0", "--cert", cert]);
    let address = server.address();
    server.sees("fingerprint");
    let mut client = Program::run(
        Command::new(openssl)
            .args(["s_client", "-connect", &address.to_string()])
            .args(["-CAfile", cert, "-servername", "server.test"])
            .args(["-verify_hostname", "server.test", "-verify_return_error"]),
    );
    // When this is printed, the handshake is complete.
    client.sees("Verify return code: 0 (ok)");
    client.types("你好\n");
    // The server prints a message when it is whole: when the client has said that it is done.
    client.hangs_up();
    let (status, screen) = server.ends();
    assert!(screen.contains("客户端 client: 你好"), "{screen}");
    assert!(screen.contains("received 7 bytes"), "{screen}");
    assert_eq!(status, Some(0));
    let (_, screen) = client.ends();
    assert!(screen.contains("TLSv1.3"), "{screen}");
    let _ = fs::remove_file(cert);
}

#[test]
fn wrk_gets_nothing_but_whole_answers_from_our_web_server() {
    let Some(wrk) = tool("wrk") else { return };
    let site = Site::start();
    let url = format!("http://{}/hello.txt", site.address());
    let mut command = Command::new(wrk);
    // Bounded: eight connections, one second.
    command.args(["-t1", "-c8", "-d1s", "--timeout", "10s", &url]);
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    // wrk prints these two lines only where there was one.
    assert!(!said.contains("Socket errors"), "{said}");
    assert!(!said.contains("Non-2xx"), "{said}");
    let requests = said.split(" requests in ").next().unwrap();
    let requests: u64 = requests
        .rsplit([' ', '\n'])
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!(requests >= 8, "{said}");
}

#[test]
fn telnet_talks_with_our_telnet_server_and_with_a_plain_one() {
    let Some(telnet) = tool("telnet") else { return };
    let connect = |address: SocketAddr| {
        let mut command = Command::new(&telnet);
        command.args([address.ip().to_string(), address.port().to_string()]);
        let mut telnet = Program::run(&mut command);
        telnet.sees("Connected to");
        telnet
    };
    if let Some(mut server) = Program::python("telnet", &["server", "127.0.0.1:0"]) {
        let mut client = connect(server.address());
        client.sees("name: ");
        client.types("alice\n");
        client.sees("password: ");
        client.types("secret\n");
        server.sees("alice: 口令 password: 6 字节 bytes");
        client.sees("hello alice");
        client.hangs_up();
        client.ends();
    }
    let mut server = Program::start("02_duplex", &["server", "127.0.0.1:0"]);
    let mut client = connect(server.address());
    client.types("你好\n");
    server.sees("客户端 client: 你好");
    server.types("你也好\n");
    client.sees("你也好");
    client.hangs_up();
    client.ends();
}

/// Wireshark without its windows, which takes one question a line. It starts once for all files: a
/// start takes longer than all of them.
struct Wireshark {
    child: Child,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Wireshark {
    fn start(sharkd: &Path) -> Self {
        let mut command = Command::new(sharkd);
        command
            .arg("-")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, answers }
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        let question = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let mut input = self.child.stdin.as_ref().unwrap();
        writeln!(input, "{question}").unwrap();
        let answer = self.answers.next().unwrap().unwrap();
        let mut answer: Value = serde_json::from_str(&answer).unwrap();
        assert!(answer.get("error").is_none(), "{question}: {answer}");
        answer["result"].take()
    }

    /// Which of the `frames` of a file it calls malformed, warns of, or calls errors, with its words.
    fn warnings(&mut self, file: &Path, frames: usize) -> Vec<(usize, String)> {
        self.ask("load", json!({"file": file}));
        assert_eq!(self.ask("status", json!({}))["frames"], frames);
        let experts = self.ask("tap", json!({"tap0": "expert"}));
        let details = experts["taps"][0]["details"].as_array().unwrap();
        let loud = details
            .iter()
            .filter(|one| matches!(one["s"].as_str().unwrap(), "Warning" | "Error"));
        loud.map(|one| {
            let frame = one["f"].as_u64().unwrap();
            let frame = usize::try_from(frame).unwrap();
            (frame, one["m"].as_str().unwrap().to_owned())
        })
        .collect()
    }
}

impl Drop for Wireshark {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Block types of pcapng (draft-ietf-opsawg-pcapng §4.2 and §4.3).
const INTERFACE: u32 = 1;
const PACKET: u32 = 6;

/// The blocks of a recording of ours, each with its type.
fn blocks(recording: &[u8]) -> Vec<(u32, &[u8])> {
    let mut blocks = Vec::new();
    let mut rest = recording;
    while !rest.is_empty() {
        let (block, after) = rest.split_at(word(rest, 4).try_into().unwrap());
        blocks.push((word(block, 0), block));
        rest = after;
    }
    blocks
}

fn word(block: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(block[at..at + 4].try_into().unwrap())
}

/// What Wireshark has to say about a capture: `FILE PACKET MESSAGE`, a line each.
fn complaints(wireshark: &mut Wireshark, file: &Path) -> Vec<String> {
    let name = file.file_stem().unwrap().to_string_lossy();
    let recording = fs::read(file).unwrap();
    let blocks = blocks(&recording);
    let packets = || blocks.iter().filter(|(kind, _)| *kind == PACKET);
    let interfaces = blocks.iter().filter(|(kind, _)| *kind == INTERFACE).count();
    // Of a router's two wires it takes the second for a repetition: each is read alone.
    let part = env::temp_dir().join(format!("wire-{}-{name}.pcapng", std::process::id()));
    let mut lines = Vec::new();
    for interface in 0..interfaces {
        let is_here = |block: &[u8]| usize::try_from(word(block, 8)).unwrap() == interface;
        let numbers = packets().zip(1..).filter(|((_, block), _)| is_here(block));
        let numbers: Vec<usize> = numbers.map(|(_, number)| number).collect();
        let kept = blocks
            .iter()
            .filter(|(kind, block)| *kind != PACKET || is_here(block));
        let kept: Vec<&[u8]> = kept.map(|(_, block)| *block).collect();
        fs::write(&part, kept.concat()).unwrap();
        for (frame, words) in wireshark.warnings(&part, numbers.len()) {
            lines.push(format!("{name} {} {words}", numbers[frame - 1]));
        }
    }
    let _ = fs::remove_file(&part);
    assert!(packets().next().is_some(), "{name}");
    lines
}

/// Warnings of Wireshark that are the subject of a page.
const EXPECTED: [&str; 25] = [
    "broken_pipe 9 Connection reset (RST)",
    "dns_retry 4 DNS query retransmission. Original request in frame 3",
    // It cannot see that the segment before was lost.
    "fast_retransmit 21 New fragment overlaps old data (retransmission?)",
    "fast_retransmit 21 This frame is a (suspected) out-of-order segment",
    // The probes of a keepalive stay without an answer; afterwards the other side writes.
    "keepalive 12 Connection reset (RST)",
    "keepalive 13 Connection reset (RST)",
    "keepalive 9 Connection reset (RST)",
    "linger 6 Connection reset (RST)",
    // Bytes that came twice are acknowledged with their numbers (RFC 2883).
    "lost_ack 11 D-SACK Sequence",
    "lost_fin_ack 9 D-SACK Sequence",
    "nat_inbound 4 Connection reset (RST)",
    "refused 4 Connection reset (RST)",
    "refused_by_firewall 4 Connection reset (RST)",
    "reset 11 Connection reset (RST)",
    "reset 9 Connection reset (RST)",
    "small_window 7 TCP window specified by the receiver is now completely full",
    "stuck 12 Connection reset (RST)",
    // What comes back is an ICMP error, and no reply.
    "ttl 3 No response seen to ICMP request",
    "unreachable 11 No response seen to ICMP request",
    "unreachable 6 No response seen to ICMP request",
    "unread 10 Connection reset (RST)",
    "zero_window 11 TCP Zero Window segment",
    "zero_window 13 TCP Zero Window segment",
    "zero_window 7 TCP window specified by the receiver is now completely full",
    "zero_window 9 TCP Zero Window segment",
];

#[test]
fn wireshark_finds_no_malformed_frame_and_warns_only_where_the_page_does() {
    let Some(sharkd) = tool("sharkd") else { return };
    let mut wireshark = Wireshark::start(&sharkd);
    let root = session::root().unwrap().join("book/captures");
    let files = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|end| end == "pcapng"))
        .collect();
    files.sort();
    assert!(files.len() >= 29, "{files:?}");
    let said: BTreeSet<_> = files
        .iter()
        .flat_map(|file| complaints(&mut wireshark, file))
        .collect();
    let expected: BTreeSet<String> = EXPECTED.iter().map(|line| (*line).to_owned()).collect();
    assert_eq!(said, expected);
}
