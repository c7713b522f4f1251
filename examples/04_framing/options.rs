//! 命令行：怎样结束、停多久、送什么。
//! The command line: how a message ends, how long to pause, what to send.
use std::time::Duration;

use crate::frames::By;
use crate::game::HIGH;

pub(crate) const HELP: &str = "\
例 examples:
  cargo run --example 04_framing                     先到当服务器 first come: server
  cargo run --example 04_framing -- --by recv        错的约定 the wrong agreement
  cargo run --example 04_framing -- client 127.0.0.1:8804 --by length 你好 第一行⏎第二行 1..400
  cargo run --example 04_framing -- --game           猜数，自己的协议 a guessing game, our own protocol
用法 usage: [server [ADDR] | client [ADDR]] [--by line|length|end|recv] [--pause MS] [MESSAGE…]
            [server [ADDR] | client [ADDR]] --game [--secret N]   ADDR = IP:PORT
  ⏎：换行 a line end   1..400：从 1 到 400 的数 the numbers from 1 to 400
状态 status: 0 成功 done · 1 网络出错 network error · 2 参数有错 bad argument";

pub(crate) struct Options {
    pub(crate) by: By,
    /// 两条消息之间停多久：人打字就是这样慢。
    /// The pause between two messages: a person who types is as slow.
    pub(crate) pause: Duration,
    pub(crate) game: bool,
    pub(crate) secret: Option<u16>,
    pub(crate) messages: Vec<String>,
}

pub(crate) fn options(words: Vec<String>) -> Result<Options, String> {
    let mut options = Options {
        by: By::Line,
        pause: Duration::ZERO,
        game: false,
        secret: None,
        messages: Vec::new(),
    };
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().unwrap_or_default();
        match word.as_str() {
            "--game" => options.game = true,
            "--by" => options.by = by(&value())?,
            "--pause" => {
                let milliseconds = number("--pause", &value(), 0, 5000)?;
                options.pause = Duration::from_millis(milliseconds.into());
            }
            "--secret" => options.secret = Some(number("--secret", &value(), 1, HIGH)?),
            _ if word.starts_with("--") => {
                return Err(format!("不认识的参数 unknown argument: {word}"));
            }
            _ => options.messages.push(message(&word)),
        }
    }
    if options.messages.is_empty() {
        options.messages = ["你好", "Hello", "再见"].map(String::from).into();
    }
    Ok(options)
}

fn by(word: &str) -> Result<By, String> {
    match word {
        "recv" => Ok(By::Recv),
        "line" => Ok(By::Line),
        "length" => Ok(By::Length),
        "end" => Ok(By::End),
        _ => Err(format!("--by line|length|end|recv: {word}")),
    }
}

fn number(name: &str, word: &str, low: u16, high: u16) -> Result<u16, String> {
    let number: Option<u16> = word.parse().ok();
    let number = number.filter(|number| (low..=high).contains(number));
    number.ok_or_else(|| format!("{name} {low}–{high}: {word}"))
}

/// `1..400` 是从 1 到 400 的数：一条长消息，哪里断了一眼看得出。⏎ 是换行。
/// `1..400` is the numbers from 1 to 400: a long message, in which a cut is easy to see. ⏎ is a line
/// end.
fn message(word: &str) -> String {
    if let Some(last) = word.strip_prefix("1..")
        && let Ok(last) = number("1..", last, 1, 20000)
    {
        let numbers: Vec<String> = (1..=last).map(|n| n.to_string()).collect();
        return numbers.join(" ");
    }
    word.replace('⏎', "\n")
}
