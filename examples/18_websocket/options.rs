//! 命令行的选项。
//! The options of the command line.
use std::time::Duration;

use common::{Role, usage};

use super::handshake::Origins;

pub(crate) const HELP: &str = "\
例 examples:
  cargo run --example 18_websocket                   先到当服务器 first come: server
  cargo run --example 18_websocket -- client 127.0.0.1:8818 --frames
  cargo run --example 18_websocket -- server --allow-origin null
用法 usage: [server [ADDR] [--max-clients N] [--ping SECONDS] [--allow-origin ORIGIN]… [--any-origin]
            | client [ADDR] [--origin ORIGIN] [--ping SECONDS] [--frames]]    ADDR = IP:PORT
  --allow-origin 也接待这里的网页 welcome pages of this origin, too
  --any-origin 谁的网页都接待，危险 welcome any page: dangerous
  --frames 显示握手和每一帧 show the handshake and each frame
  --ping 安静这么久就问一声 ask after so much silence (20)
聊天 chat: /name NEW · /who · /quit    服务器 server: /quit
状态 status: 0 正常结束 ended in order · 1 网络出错 network error · 2 参数有错 bad argument";

pub(crate) struct Options {
    pub(crate) max: usize,
    pub(crate) ping: Duration,
    pub(crate) origins: Origins,
    pub(crate) origin: Option<String>,
    pub(crate) frames: bool,
}

impl Options {
    pub(crate) fn read(role: Option<Role>, rest: &[String]) -> Self {
        let (mut max, mut ping, mut frames) = (64, 20, false);
        let (mut allowed, mut any, mut origin) = (Vec::new(), false, None);
        let serves = role == Some(Role::Server);
        let mut rest = rest.iter();
        while let Some(word) = rest.next() {
            match (word.as_str(), serves) {
                ("--max-clients", true) => max = number(word, rest.next()),
                ("--ping", _) if role.is_some() => ping = number(word, rest.next()),
                ("--allow-origin", true) => allowed.push(value(word, rest.next())),
                ("--any-origin", true) => any = true,
                ("--origin", false) if role.is_some() => origin = Some(value(word, rest.next())),
                ("--frames", false) if role.is_some() => frames = true,
                _ => usage(format_args!("看不懂 not understood: {word}")),
            }
        }
        let origins = if any {
            Origins::Any
        } else {
            Origins::Also(allowed)
        };
        Self {
            max,
            ping: Duration::from_secs(ping as u64),
            origins,
            origin,
            frames,
        }
    }
}

fn number(option: &str, value: Option<&String>) -> usize {
    let number = value.and_then(|value| value.parse().ok());
    match number {
        Some(number @ 1..=3600) => number,
        _ => usage(format_args!("{option}：1 到 3600 的数 a number, 1 to 3600")),
    }
}

/// 一个词；首部里放不下换行，所以也不许有。
/// A word; a header line cannot hold a line end, so there must be none.
fn value(option: &str, value: Option<&String>) -> String {
    match value {
        Some(value) if value.bytes().all(|byte| byte.is_ascii_graphic()) => value.clone(),
        _ => usage(format_args!(
            "后面少了一个词 a word is missing after {option}"
        )),
    }
}
