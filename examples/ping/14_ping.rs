//! 14 ping：请对方的内核把一段字节原样寄回来，看路上用了多久。
//! 14 ping: ask the other kernel to send some bytes back, and see how long they were on the way.
//!
//! 不用启动服务器：回答的是对方的内核，不是程序。
//! No server to start: it is the other host's kernel that answers, not a program.
//!
//!     cargo run --example 14_ping
//!
//! 旁边的 `echo.rs` 写、读 ICMP 报文；`door.rs` 打开套接字；`error_queue.rs` 取出 ICMP 错误。
//! Beside it, `echo.rs` has the message, `door.rs` opens a socket, `error_queue.rs` has errors.
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use colored::Colorize;
use common::{say, usage};
use door::{Door, HOW_TO_PERMIT};
use echo::Answer;

#[path = "14_ping/door.rs"]
mod door;
#[path = "14_ping/echo.rs"]
mod echo;
#[cfg(target_os = "linux")]
#[path = "14_ping/error_queue.rs"]
mod error_queue;

const PAUSE: Duration = Duration::from_millis(500);
// 65535 是 IP 包的上限，减去 IP 首部 20 和 ICMP 首部 8。
// 65535 is the most that an IP packet has, less 20 for the IP header and 8 for ICMP's.
const LARGEST: usize = 65507;
const HELP: &str = "\
例 examples:
  cargo run --example 14_ping                        问自己 ask this host
  cargo run --example 14_ping -- 192.0.2.1 -c 1
  cargo run --example 14_ping -- 192.0.2.1 -s 3000   超过一帧，要分片 more than a frame: fragments
  cargo run --example 14_ping -- 192.0.2.1 -t 1      只许走一段路 one hop and no further
用法 usage: [IP] [-c COUNT] [-s SIZE] [-t TTL] [-W SECONDS]
  -c 问几次 how many (3)         -s 数据几字节 bytes of data (56)
  -t 最多经过几个路由器 hops (64)  -W 每次最多等几秒 seconds to wait for each (5)
权限 permission:
  Linux    sudo sysctl net.ipv4.ping_group_range='0 2147483647'，或者用 root or run as root
  macOS    不用特别的权限 none needed        Windows  以管理员运行 run as administrator
状态 status: 0 有回答 answered · 1 没有回答 no answer · 2 参数有错 bad argument · 77 没有权限 not permitted";

fn main() -> ExitCode {
    let asks = arguments().unwrap_or_else(|error| usage(format_args!("{error:#}")));
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

struct Asks {
    to: Ipv4Addr,
    count: u16,
    size: usize,
    ttl: u32,
    wait: Duration,
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
                let ttl = ttl.map_or_else(String::new, |ttl| format!("TTL {ttl}, "));
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
            Err(error) => match door.error(seq) {
                Some((from, kind, code)) => return Ok(Some((from, Answer::Error(kind, code)))),
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

fn arguments() -> Result<Asks> {
    // 默认的地址只是为了 `start` 能读参数；ICMP 没有端口。
    // The default address is there for `start` to read arguments; ICMP has no ports.
    let start = common::start("127.0.0.1:0", HELP);
    ensure!(
        start.role.is_none(),
        "没有角色，写 IP 就行 no roles, only an IP"
    );
    let mut asks = Asks {
        to: Ipv4Addr::LOCALHOST,
        count: 3,
        size: 56,
        ttl: 64,
        wait: Duration::from_secs(5),
    };
    let mut words = start.rest.iter();
    while let Some(word) = words.next() {
        if !word.starts_with('-') {
            asks.to = word
                .parse()
                .with_context(|| format!("要写 IPv4 地址 not an IPv4 address: {word}"))?;
            continue;
        }
        let number = words.next().and_then(|number| number.parse::<usize>().ok());
        let number = number.with_context(|| format!("后面要有数字 needs a number: {word}"))?;
        let most = match word.as_str() {
            "-c" | "-W" => 1000,
            "-s" => LARGEST,
            "-t" => 255,
            _ => bail!("不认识的参数 unknown argument: {word}"),
        };
        let least = usize::from(word != "-s");
        ensure!((least..=most).contains(&number), "{word}: {least} … {most}");
        match word.as_str() {
            "-c" => asks.count = number as u16,
            "-W" => asks.wait = Duration::from_secs(number as u64),
            "-t" => asks.ttl = number as u32,
            _ => asks.size = number,
        }
    }
    Ok(asks)
}
