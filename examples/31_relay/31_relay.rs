//! 31 中继：站在客户端和服务器中间，字节都经过它；它会弄坏，坏成什么样由你定。
//! 31 Relay: between a client and a server, where all bytes pass; it damages them as you say.
//!
//! 先启动服务器，再启动中继，客户端连中继的地址：
//! Start the server, then the relay; the client connects to the relay's address:
//!
//!     cargo run --example 01_one_shot -- server
//!     cargo run --example 31_relay -- 127.0.0.1:9999 --to-server cut
//!     cargo run --example 01_one_shot -- client 127.0.0.1:8831 你好
//!
//! 这个文件读参数。旁边的 `knobs.rs` 说旋钮怎样写，`chain.rs` 和 `stage.rs` 算它们怎样做；`pump.rs`
//! 管一个方向，`tcp.rs`、`pair.rs` 和 `udp.rs` 管连接和套接字。
//! This file reads the arguments. Beside it, `knobs.rs` says how knobs are written, `chain.rs`
//! and `stage.rs` compute what they do; `pump.rs` has one direction, `tcp.rs`, `pair.rs`
//! and `udp.rs` connections and sockets.
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use chain::Chain;
use common::usage;
use knobs::{Knob, Transport, whole};
use piece::random;

#[path = "chain.rs"]
mod chain;
#[path = "knobs.rs"]
mod knobs;
#[path = "pair.rs"]
mod pair;
#[path = "piece.rs"]
mod piece;
#[path = "pump.rs"]
mod pump;
#[path = "stage.rs"]
mod stage;
#[path = "tcp.rs"]
mod tcp;
#[path = "udp.rs"]
mod udp;

const LISTEN: &str = "127.0.0.1:8831";
const HELP: &str = "\
例 examples:
  cargo run --example 31_relay -- 127.0.0.1:9999
  cargo run --example 31_relay -- 127.0.0.1:9999 --to-server pieces=1@5
  cargo run --example 31_relay -- 127.0.0.1:8888 --to-server cut --to-client glue=300
  cargo run --example 31_relay -- udp 127.0.0.1:9992 --to-server drop=30% --seed 7
用法 usage: [tcp|udp] [LISTEN] TARGET [--to-server KNOBS] [--to-client KNOBS] [--seed N] [--idle S]
  LISTEN, TARGET = IP:PORT；LISTEN 默认 default 127.0.0.1:8831
  KNOBS 用逗号隔开，从左到右 separated by commas, from left to right:
  tcp  pieces=N   每片 N 字节 N bytes in a piece；pieces=N@MS 每片隔 MS 毫秒 MS ms between two
       cut        每个多字节的字都断开 every character of more than one byte is cut
       glue=MS    MS 毫秒内来的合成一片 what comes within MS ms leaves as one
       delay=MS   晚 MS 毫秒 MS ms later
       stall=N    N 字节以后什么也不传 nothing passes after N bytes
       end=N      N 字节以后 after N bytes: FIN
       reset=N    N 字节以后 after N bytes: RST
  udp  drop=P%  duplicate=P%  reorder=P%  delay=MS     P% 或 or #K：第 K 个 number K
  --seed N  定下哪些数据报遭殃 decides which datagrams are hit；默认 default 1
  --idle S  S 秒没有动静就断开 breaks what was silent for S seconds；默认 default 300
结束 end: Ctrl-C
状态 status: 1 网络出错 network error · 2 参数有错 bad argument";

/// 命令行说的。
/// What the command line says.
#[derive(Debug, PartialEq)]
struct Plan {
    transport: Transport,
    listen: SocketAddr,
    target: SocketAddr,
    to_server: Vec<Knob>,
    to_client: Vec<Knob>,
    seed: u64,
    idle: Duration,
}

impl Plan {
    /// 每个方向一串旋钮，各有各的种子。
    /// A chain of knobs for each direction, each with a seed of its own.
    fn chain(&self, to_server: bool) -> Chain {
        let knobs = match to_server {
            true => &self.to_server,
            false => &self.to_client,
        };
        Chain::new(knobs, random(self.seed, u64::from(to_server)))
    }
}

fn main() -> ExitCode {
    let start = common::start(LISTEN, HELP);
    if start.role.is_some() {
        usage("中继没有角色 a relay has no role: [tcp|udp] [LISTEN] TARGET");
    }
    let plan = match plan(&start.rest, start.address) {
        Ok(plan) => Arc::new(plan),
        Err(error) => usage(format_args!("{error:#}")),
    };
    common::finish(match plan.transport {
        Transport::Tcp => tcp::relay(&plan),
        Transport::Udp => udp::relay(&plan),
    })
}

fn plan(words: &[String], listen: SocketAddr) -> Result<Plan> {
    let options = words.iter().position(|word| word.starts_with("--"));
    let (places, mut rest) = words.split_at(options.unwrap_or(words.len()));
    let (transport, places) = match places {
        [first, places @ ..] if first == "tcp" => (Transport::Tcp, places),
        [first, places @ ..] if first == "udp" => (Transport::Udp, places),
        places => (Transport::Tcp, places),
    };
    let (listen, target) = match places {
        [target] => (listen, address(target)?),
        [listen, target] => (address(listen)?, address(target)?),
        [] => bail!("没说转给谁 no target: [tcp|udp] [LISTEN] TARGET"),
        [_, _, word, ..] => bail!("不认识的参数 unknown argument: {word}"),
    };
    // 转给自己：一个字节会转到天荒地老。
    // A relay to itself: one byte would go round for ever.
    ensure!(listen != target, "转给自己 a relay to itself: {listen}");
    let mut plan = Plan {
        transport,
        listen,
        target,
        to_server: Vec::new(),
        to_client: Vec::new(),
        seed: 1,
        idle: Duration::from_secs(300),
    };
    while let [name, after @ ..] = rest {
        // PowerShell 把 `a,b` 拆成两个词，所以到下一个 `--` 为止都是它的。
        // PowerShell makes two words of `a,b`: all words up to the next `--` belong to the option.
        let end = after.iter().position(|word| word.starts_with("--"));
        let (values, next) = after.split_at(end.unwrap_or(after.len()));
        let value = values.join(",");
        ensure!(!value.is_empty(), "{name} 后面少了值 a value is missing");
        match name.as_str() {
            "--to-server" => plan.to_server = knobs::parse(&value, transport)?,
            "--to-client" => plan.to_client = knobs::parse(&value, transport)?,
            "--seed" => plan.seed = whole(&value, 0, u64::MAX).context("--seed")?,
            "--idle" => {
                plan.idle = Duration::from_secs(whole(&value, 1, 86_400).context("--idle")?)
            }
            _ => bail!("不认识的参数 unknown argument: {name}"),
        }
        rest = next;
    }
    Ok(plan)
}

fn address(text: &str) -> Result<SocketAddr> {
    let address = text.parse();
    address.with_context(|| format!("地址写错 bad address: {text}（{LISTEN}？）"))
}
