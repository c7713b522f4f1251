//! 从名字到地址，再从几个地址到一条连接（RFC 8305，“快乐眼球”）。
//! From a name to addresses, and from several addresses to one connection (RFC 8305, "happy
//! eyeballs").
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use common::{explain, printable, say};

// 一个还没有结果，就过这么久再试下一个（RFC 8305 §5 建议 250 毫秒）。
// How long one may stay without a result before the next one starts (RFC 8305 §5 recommends 250 ms).
const DELAY: Duration = Duration::from_millis(250);
const PATIENCE: Duration = Duration::from_secs(5);
// 名字服务器可以给一大串地址：只用前几个。
// A name server may give a long list: only the first ones are used.
const ADDRESSES: usize = 16;

// ANCHOR: endpoint
/// `host:port` 从最后一个冒号分开。IPv6 地址里也有冒号，所以要写在方括号里，和 URL 一样（RFC 3986
/// §3.2.2）；没有方括号，`::1:8808` 自己就是一个地址。
/// `host:port` is cut at the last colon. IPv6 addresses have colons too, so they stand in brackets,
/// as in a URL (RFC 3986 §3.2.2). Without them, `::1:8808` is an address by itself.
pub(crate) fn endpoint(text: &str) -> Option<(&str, u16)> {
    let (host, port) = text.rsplit_once(':')?;
    let inside = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let host = inside.unwrap_or(host);
    if host.is_empty() || inside.is_none() && host.contains(':') {
        return None;
    }
    Some((host, port.parse().ok()?))
}
// ANCHOR_END: endpoint

/// 一个名字的地址。查名字的调用没有期限，所以让另一个线程去等。
/// The addresses of a name. The call that looks it up has no deadline: another thread waits for it.
pub(crate) fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>> {
    let (done, found) = mpsc::channel();
    let name = host.to_owned();
    thread::spawn(move || {
        let found = (name.as_str(), port).to_socket_addrs();
        let _ = done.send(found.map(|all| Vec::from_iter(all.take(ADDRESSES))));
    });
    let host = printable(host);
    let found = found.recv_timeout(PATIENCE);
    let found = found.with_context(|| format!("查名字太久 no answer for the name: {host}"))?;
    let found = found.with_context(|| format!("没有这个名字 no such name: {host}"))?;
    // 有的系统把同一个地址给几遍，每种套接字一遍。
    // Some systems give an address several times, once for each type of socket.
    let mut each = Vec::new();
    for address in found {
        if !each.contains(&address) {
            each.push(address);
        }
    }
    Ok(each)
}

/// 两种地址轮流，从系统排在最前面的那种开始（RFC 8305 §4）。
/// The two kinds take turns, from the kind that the system puts first (RFC 8305 §4).
pub(crate) fn interleave(all: &[SocketAddr]) -> Vec<SocketAddr> {
    let Some(first) = all.first() else {
        return Vec::new();
    };
    let (same, other): (Vec<SocketAddr>, Vec<_>) =
        all.iter().partition(|one| one.is_ipv6() == first.is_ipv6());
    let mut mixed = Vec::new();
    for place in 0..all.len() {
        mixed.extend(same.get(place));
        mixed.extend(other.get(place));
    }
    mixed
}

// ANCHOR: race
/// 第一个连上的赢。失败了，立刻试下一个；没有动静，过 250 毫秒也试下一个，前面的不放弃。
/// The first one that connects wins. After a failure the next one starts at once; after 250 ms of
/// silence it starts as well, and the earlier ones go on.
pub(crate) fn race(addresses: &[SocketAddr], in_turn: bool) -> Result<(SocketAddr, TcpStream)> {
    let start = Instant::now();
    let (done, results) = mpsc::channel();
    let (mut next, mut running) = (addresses.iter().copied().peekable(), 0);
    loop {
        if let Some(address) = next.next() {
            told(start, "试 trying", address);
            running += 1;
            let done = done.clone();
            thread::spawn(move || {
                let result = TcpStream::connect_timeout(&address, PATIENCE);
                // 来晚的连接没人要：这里 send 失败，套接字随之关闭。
                // Nobody wants a connection that comes too late: this fails, and the socket closes.
                let _ = done.send((address, result));
            });
        } else if running == 0 {
            bail!("一个也连不上 none of them could be reached");
        }
        // 还有别的可试，只等 250 毫秒；没有了，等到有结果。`--in-turn` 每次都等到有结果。
        // With more to try, wait for 250 ms; with none left, for a result. `--in-turn` always does.
        let wait = match next.peek() {
            Some(_) if !in_turn => DELAY,
            _ => PATIENCE * 2,
        };
        match results.recv_timeout(wait) {
            Ok((address, Ok(stream))) => {
                told(start, "连上 connected", address);
                return Ok((address, stream));
            }
            Ok((address, Err(error))) => {
                running -= 1;
                told(
                    start,
                    "不通 failed",
                    format!("{:#}", explain(error, address)),
                );
            }
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
    }
}
// ANCHOR_END: race

fn told(start: Instant, what: &str, whom: impl std::fmt::Display) {
    let ms = start.elapsed().as_millis();
    say(format_args!("{ms:>5} ms  {what} {whom}"));
}
