//! 命令行：每个词是一个选项，后面是它的数。
//! The command line: each word is an option, and its numbers follow.
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use common::Role;

use crate::knobs::Knobs;

pub(crate) const HELP: &str = "\
例 examples:
  cargo run --example 07_options                     默认值，读回来的值 defaults, and what is read back
  cargo run --example 07_options -- server
  cargo run --example 07_options -- server 127.0.0.1:8807 --backlog 0 --clients 2
  cargo run --example 07_options -- client 127.0.0.1:8807 --keepalive 1 1 3
用法 usage: [server [ADDR] | client [ADDR]] [OPTION…]   ADDR = IP:PORT
  --nodelay                           TCP_NODELAY
  --keepalive IDLE INTERVAL COUNT     SO_KEEPALIVE，空闲几秒、隔几秒、几次 seconds, seconds, times
  --rcvbuf BYTES   --sndbuf BYTES     SO_RCVBUF, SO_SNDBUF
服务器 server:
  --backlog N      listen 的队列 queue of listen (128)       --v6only 0|1    IPV6_V6ONLY
  --clients N      接待几个 how many to serve (1)            --bytes N       发几字节 to send (16)
客户端 client:
  --wait SECONDS   一共最多等几秒 to wait in all (60)
状态 status: 0 成功 done · 1 网络出错 network error · 2 参数有错 bad argument · 77 没有 IPv6 no IPv6";

pub(crate) struct Asks {
    pub(crate) knobs: Knobs,
    pub(crate) backlog: i32,
    pub(crate) clients: u32,
    pub(crate) bytes: usize,
    pub(crate) wait: Duration,
}

impl Asks {
    pub(crate) fn read(role: Option<Role>, words: &[String]) -> Result<Self> {
        let mut asks = Self {
            knobs: Knobs::default(),
            backlog: 128,
            clients: 1,
            bytes: 16,
            wait: Duration::from_secs(60),
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut number = |least, most| {
                let given = words.next().and_then(|text| text.parse::<u32>().ok());
                let given =
                    given.with_context(|| format!("后面要有数字 needs a number: {word}"))?;
                ensure!((least..=most).contains(&given), "{word}: {least} … {most}");
                Ok(given)
            };
            // 上限是内核的：选项的值是一个 int；Linux 的空闲和间隔最多 32767 秒，次数最多 127。
            // The limits are the kernel's: a value is an int; on Linux at most 32767 s and 127 probes.
            let knobs = &mut asks.knobs;
            match (word.as_str(), role) {
                ("--nodelay", Some(_)) => knobs.no_delay = true,
                ("--keepalive", Some(_)) => {
                    knobs.keepalive = Some([number(1, 32767)?, number(1, 32767)?, number(1, 127)?]);
                }
                ("--rcvbuf", Some(_)) => knobs.receive = Some(number(1, 1 << 30)?),
                ("--sndbuf", Some(_)) => knobs.send = Some(number(1, 1 << 30)?),
                ("--v6only", Some(Role::Server)) => knobs.only_v6 = Some(number(0, 1)? == 1),
                ("--backlog", Some(Role::Server)) => asks.backlog = number(0, 65535)? as i32,
                ("--clients", Some(Role::Server)) => asks.clients = number(1, 1000)?,
                ("--bytes", Some(Role::Server)) => asks.bytes = number(0, 16 << 20)? as usize,
                ("--wait", Some(Role::Client)) => {
                    asks.wait = Duration::from_secs(number(1, 3600)?.into());
                }
                _ => bail!("不认识的参数 unknown argument: {word}"),
            }
        }
        Ok(asks)
    }
}
