//! 08 地址：一个名字有几个地址，每个是哪一种，监听哪一个，先连哪一个。
//! 08 Addresses: how many a name has, of which kind each is, where to listen, which to try first.
//!
//!     cargo run --example 08_addresses -- what localhost 192.168.1.23 ::1
//!
//! `08_addresses/` 里：kinds.rs 是地址种类的表，race.rs 让几个地址赛跑。
//! In `08_addresses/`: kinds.rs has the table of the kinds of addresses, race.rs lets them race.
use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{env, thread};

use anyhow::{Context, Result, bail};
use common::{explain, printable, say, usage};
use race::{interleave, race, resolve};

#[path = "08_addresses/kinds.rs"]
mod kinds;
#[path = "08_addresses/race.rs"]
mod race;

// 对方能让我们等、让我们存、占住我们的线程：三样都有上限。
// The peer can make us wait, store, and keep threads busy: all three have a bound.
const PATIENCE: Duration = Duration::from_secs(5);
const LIMIT: usize = 1024;
const CLIENTS: usize = 64;

const HELP: &str = "\
例 examples:
  cargo run --example 08_addresses -- mine
  cargo run --example 08_addresses -- what localhost 10.1.2.3
  cargo run --example 08_addresses -- server 127.0.0.1:8808 [::1]:8808
  cargo run --example 08_addresses -- client localhost:8808
用法 usage: mine | what NAME… | server ADDR… | client HOST:PORT… [--in-turn]
  ADDR = IP:PORT；IPv6 写在方括号里 IPv6 in brackets: [::1]:8808
  --in-turn：一个失败了才试下一个 the next address only after one has failed
状态 status: 0 成功 done · 1 网络出错 network error · 2 参数有错 bad argument";

fn main() -> ExitCode {
    let words = env::args_os().skip(1);
    let words = words.map(|word| word.to_string_lossy().into_owned());
    let words = Vec::from_iter(words);
    let (mode, rest) = match words.split_first() {
        Some((mode, rest)) => (mode.as_str(), rest),
        None => ("mine", &[][..]),
    };
    common::finish(match mode {
        "--help" | "-h" => {
            say(HELP);
            Ok(())
        }
        "mine" if rest.is_empty() => mine(),
        "what" if !rest.is_empty() => what(rest),
        "server" if !rest.is_empty() => server(rest),
        "client" if rest.iter().any(|word| word != "--in-turn") => client(rest),
        _ => usage(format_args!("参数有错 bad arguments: {}", words.join(" "))),
    })
}

// ANCHOR: mine
/// 我去外面时用哪个地址？UDP 的 connect 什么也不发，只让内核查路由表、选源地址（udp(7)）。
/// Which address do I use on my way out? connect on UDP sends nothing: the kernel looks up the
/// route and picks the source (udp(7)).
fn mine() -> Result<()> {
    // 留给文档用的地址（RFC 5737、RFC 3849）：不属于任何人，走的是默认路由。
    // Addresses for documentation (RFC 5737, RFC 3849): nobody has them, so the default route it is.
    let any = [
        SocketAddr::from(([0; 4], 0)),
        SocketAddr::from(([0; 16], 0)),
    ];
    for (any, far) in any.into_iter().zip(["192.0.2.1:9", "[2001:db8::1]:9"]) {
        let family = if any.is_ipv6() { "IPv6" } else { "IPv4" };
        let asked = UdpSocket::bind(any).and_then(|udp| {
            udp.connect(far)?;
            udp.local_addr()
        });
        match asked {
            Ok(own) => say(format_args!("{family}: {}", described(own.ip()))),
            Err(error) => say(format_args!("{family}: 出不去 no way out: {error}")),
        }
    }
    Ok(())
}
// ANCHOR_END: mine

/// 每个名字的地址，照系统给的次序；每个地址是哪一种。
/// The addresses of each name, in the order of the system, and the kind of each.
fn what(names: &[String]) -> Result<()> {
    for name in names {
        if let Ok(address) = name.parse::<IpAddr>() {
            say(described(address));
            continue;
        }
        for address in resolve(name, 0)? {
            say(format_args!(
                "{} → {}",
                printable(name),
                described(address.ip())
            ));
        }
    }
    Ok(())
}

fn described(address: IpAddr) -> String {
    let (prefix, words) = kinds::of(address);
    format!("{address}  {words}  [{prefix}]")
}

// ANCHOR: server
/// 每个地址一个监听的套接字。写 127.0.0.1 就只听 IPv4 的环回；要听 ::1，再写一个。
/// One listening socket for each address. 127.0.0.1 is the loopback of IPv4 alone; ::1 is another.
fn server(words: &[String]) -> Result<()> {
    let mut listeners = Vec::new();
    for word in words {
        let Ok(address) = word.parse::<SocketAddr>() else {
            usage(format_args!("地址写错 bad address: {word}（[::1]:8808？）"));
        };
        // 地址必须是本机某块网卡的，或者 0.0.0.0、[::]：所有网卡。
        // The address must be one of this machine's, or 0.0.0.0 or [::]: all of them.
        let listener = TcpListener::bind(address).map_err(|error| explain(error, address))?;
        say(format_args!("监听 listening on {}", listener.local_addr()?));
        listeners.push(listener);
    }
    let busy = Arc::new(AtomicUsize::new(0));
    thread::scope(|scope| {
        let each = listeners.iter().map(|listener| {
            let busy = Arc::clone(&busy);
            scope.spawn(move || accept(listener, &busy))
        });
        let each = Vec::from_iter(each);
        let mut ends = each.into_iter().map(|one| one.join().unwrap_or(Ok(())));
        ends.find(Result::is_err).unwrap_or(Ok(()))
    })
}
// ANCHOR_END: server

fn accept(listener: &TcpListener, busy: &Arc<AtomicUsize>) -> Result<()> {
    loop {
        let (stream, peer) = match listener.accept() {
            Ok(accepted) => accepted,
            // 排队时对方已经断开，只是这一条没了。
            // The peer has aborted it while it was in the queue: this one is gone, that is all.
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => continue,
            Err(error) => return Err(error).context("accept"),
        };
        if busy.fetch_add(1, Ordering::SeqCst) >= CLIENTS {
            busy.fetch_sub(1, Ordering::SeqCst);
            continue;
        }
        let busy = Arc::clone(busy);
        thread::spawn(move || {
            match answer(stream, peer) {
                Ok(()) => say(format_args!("客户端 client {}", described(peer.ip()))),
                Err(error) => say(format_args!("客户端 client {peer}: {error:#}")),
            }
            busy.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

// ANCHOR: answer
/// 用 HTTP 说一句“你是谁”，好让同学的浏览器也能来试。
/// Says "you are …" in HTTP, so that a classmate can try it with a browser.
fn answer(mut stream: TcpStream, peer: SocketAddr) -> Result<()> {
    let here = stream.local_addr()?;
    read(&mut stream, |request| request.ends_with(b"\r\n\r\n"))?;
    let head = "HTTP/1.0 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n";
    let words = format!("{head}你是 you are {peer}, 我是 I am {here}\n");
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(words.as_bytes()).context("write")
}
// ANCHOR_END: answer

/// 读到 `whole` 说够了，或者对方说完。总共最多等 PATIENCE，最多收 LIMIT 字节。
/// Reads until `whole` says so, or the peer is done. PATIENCE in all, and at most LIMIT bytes.
fn read(stream: &mut TcpStream, whole: impl Fn(&[u8]) -> bool) -> Result<Vec<u8>> {
    let end = Instant::now() + PATIENCE;
    let mut bytes = Vec::new();
    let mut block = [0; LIMIT];
    while !whole(&bytes) {
        // 每次 read 前重算还剩多少：一次来一个字节的人，也不能拖过期限。
        // What is left is computed before each read: a byte at a time does not stretch the deadline.
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            bail!("等得太久 waited too long");
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut block) {
            Ok(0) => break,
            Ok(count) if bytes.len() + count > LIMIT => bail!("太长 more than {LIMIT} bytes"),
            Ok(count) => bytes.extend(&block[..count]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(explain(error, "read")),
        }
    }
    Ok(bytes)
}

// ANCHOR: client
fn client(words: &[String]) -> Result<()> {
    let in_turn = words.iter().any(|word| word == "--in-turn");
    let mut addresses = Vec::new();
    for word in words.iter().filter(|word| *word != "--in-turn") {
        let Some((host, port)) = race::endpoint(word) else {
            usage(format_args!("地址写错 bad address: {word}（[::1]:8808？）"));
        };
        addresses.extend(resolve(host, port)?);
    }
    // 一个名字常有两种地址。轮流排好，再让它们赛跑（RFC 8305 §4、§5）。
    // A name often has addresses of both kinds. They take turns, then they race (RFC 8305 §4, §5).
    let addresses = interleave(&addresses);
    let (there, mut stream) = race(&addresses, in_turn)?;
    let request = format!("GET / HTTP/1.0\r\nHost: {there}\r\n\r\n");
    stream.set_write_timeout(Some(PATIENCE))?;
    let sent = stream.write_all(request.as_bytes());
    sent.map_err(|error| explain(error, there))?;
    let all = read(&mut stream, |_| false)?;
    let text = String::from_utf8_lossy(&all);
    let (_, body) = text.split_once("\r\n\r\n").context("不是 HTTP not HTTP")?;
    say(format_args!(
        "服务器 server: {}",
        printable(body.trim_end())
    ));
    Ok(())
}
// ANCHOR_END: client
