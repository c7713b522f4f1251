//! 参数：和系统里的 ping 用同样的字母。
//! The arguments: the same letters as the system's own ping.
use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

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
  -t 最多走几段路 hops (64)      -W 每次最多等几秒 seconds to wait for each (5)
权限 permission:
  Linux    sudo sysctl net.ipv4.ping_group_range='0 2147483647'，或者用 root or run as root
  macOS    不用特别的权限 none needed        Windows  以管理员运行 run as administrator
状态 status: 0 有回答 answered · 1 没有回答 no answer · 2 参数有错 bad argument · 77 没有权限 not permitted";

pub(crate) struct Asks {
    pub(crate) to: Ipv4Addr,
    pub(crate) count: u16,
    pub(crate) size: usize,
    pub(crate) ttl: u32,
    pub(crate) wait: Duration,
}

impl Asks {
    pub(crate) fn read() -> Result<Self> {
        // 默认的地址只是为了 `start` 能读参数；ICMP 没有端口。
        // The default address is there for `start` to read arguments; ICMP has no ports.
        let start = common::start("127.0.0.1:0", HELP);
        ensure!(
            start.role.is_none(),
            "没有角色，写 IP 就行 no roles, only an IP"
        );
        let mut asks = Self {
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
            // 每个字母后面跟一个数字，各有各的范围：错在哪里，就说哪里。
            // A number follows each letter, and each has its range: an error names the letter.
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
}
