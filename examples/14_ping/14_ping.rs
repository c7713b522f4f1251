//! 14 ping：请对方的内核把一段字节原样寄回来，看路上用了多久。
//! 14 ping: ask the other kernel to send some bytes back, and see how long that takes.
//!
//! 不用启动服务器：回答的是对方的内核，不是程序。
//! No server to start: it is the other host's kernel that answers, not a program.
//!
//!     cargo run --example 14_ping
//!
//! 旁边的 `echo.rs` 写、读 ICMP 报文；`door.rs` 打开套接字；`error_queue.rs` 取出 ICMP 错误；
//! `options.rs` 读参数。
//! Beside it, `echo.rs` has the message, `door.rs` opens a socket, `error_queue.rs` has errors,
//! and `options.rs` reads the arguments.
use std::io::ErrorKind;
use std::net::IpAddr;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use colored::Colorize;
use common::{say, usage};
use door::{Door, HOW_TO_PERMIT};
use echo::Answer;
use options::Asks;

mod door;
mod echo;
#[cfg(target_os = "linux")]
mod error_queue;
mod options;

const PAUSE: Duration = Duration::from_millis(500);
fn main() -> ExitCode {
    let asks = Asks::read().unwrap_or_else(|error| usage(format_args!("{error:#}")));
    match Door::open(asks.ttl) {
        // 77：“这台机器不让”，和“试了，不行”是两回事。检查程序见到它就跳过。
        // 77 says "not allowed here", which is not "tried and failed". Checks skip on it.
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            eprintln!("{} {HOW_TO_PERMIT}", "错误 error:".red());
            ExitCode::from(77)
        }
        door => common::finish(door.context("socket").and_then(|door| ping(&door, &asks))),
    }
}

// ANCHOR: ping
fn ping(door: &Door, asks: &Asks) -> Result<()> {
    let (to, size) = (asks.to, asks.size);
    say(format_args!(
        "问 asking {to}: {size} 字节数据 bytes of data, {}",
        door.name()
    ));
    let mut times = Vec::new();
    for seq in 1..=asks.count {
        if seq > 1 {
            thread::sleep(PAUSE);
        }
        // 一问一答再问下一个：哪个时间属于哪一次，清清楚楚。
        // One at a time: it is clear which time belongs to which request.
        let request = echo::request(door.id, seq, size);
        let start = Instant::now();
        if let Err(error) = door.send(&request, to) {
            bail!("发不出去，检查地址和路由 cannot send, check address and route: {to}: {error}");
        }
        match wait(door, &request, seq, start + asks.wait)? {
            Some((from, Answer::Reply { size, ttl, intact })) => {
                let time = start.elapsed();
                times.push(time);
                // 回答的 TTL 是对方起的头，路上每过一个路由器减 1。
                // The reply's TTL starts at what the other host set, less 1 for every router.
                let ttl = match ttl {
                    Some(ttl) => format!("TTL {ttl}, "),
                    None => String::new(),
                };
                let damage = if intact {
                    ""
                } else {
                    "，数据变了 data changed"
                };
                let words = format!("{size} 字节 bytes, seq {seq}, {ttl}{}", ms(time));
                say(format_args!("回答 reply {from}: {words}{}", damage.red()));
            }
            // 错误也有人签名：IP 首部里的源地址说，是谁丢了我们的包。
            // Errors are signed as well: the source address says who dropped our packet.
            Some((from, Answer::Error(kind, code))) => {
                let words = echo::error_words(kind, code);
                let error = "错误 error".yellow();
                say(format_args!("{error} {from}: seq {seq}, {words}"));
            }
            None => say(format_args!(
                "没有回答 no answer: seq {seq}, {:?}",
                asks.wait
            )),
        }
    }
    report(&times, asks.count)
}

/// 等到第 `seq` 次的回答为止；别的 ICMP 报文也会进来，不是我的就不看。
/// Waits for the answer to number `seq`; other ICMP messages come in as well: not ours, not read.
fn wait(door: &Door, request: &[u8], seq: u16, end: Instant) -> Result<Option<(IpAddr, Answer)>> {
    let mut buffer = [0; 65536];
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(None);
        }
        match door.receive(&mut buffer, left) {
            Ok((length, from)) => {
                if let Some(answer) = echo::read(&buffer[..length], request) {
                    return Ok(Some((from, answer)));
                }
            }
            // 数据报套接字收不到 ICMP 错误报文：内核把它变成一个错误，细节在错误队列里。
            // A datagram socket gets no ICMP error: the kernel makes it an errno, with a queue.
            Err(error) => match door.error() {
                Some((about, from, kind, code)) if about == seq => {
                    return Ok(Some((from, Answer::Error(kind, code))));
                }
                // 更早的请求的错误，来晚了：那一次已经报过“没有回答”。
                // About an earlier request, and late: "no answer" has been said for that one.
                Some(_) => {}
                None if door::is_timeout(&error) => return Ok(None),
                None => return Err(error).context("recv"),
            },
        }
    }
}
// ANCHOR_END: ping

fn report(times: &[Duration], sent: u16) -> Result<()> {
    let count = times.len() as u32;
    let (Some(least), Some(most)) = (times.iter().min(), times.iter().max()) else {
        bail!("发了 {sent} 个，一个回答也没有 sent {sent}, no reply at all");
    };
    let mean = times.iter().sum::<Duration>() / count;
    say(format_args!(
        "发 sent {sent}, 收 received {count}, 往返 round trip {} / {} / {}",
        ms(*least),
        ms(mean),
        ms(*most)
    ));
    Ok(())
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}
