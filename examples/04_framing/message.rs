//! 猜数协议，第 1 版：每一种消息和它的字节。只读写字节，不认识套接字。
//! The guessing protocol, version 1: each kind of message and its bytes. It reads and writes bytes, and
//! knows no sockets.
use std::fmt;

use anyhow::{Context, Result, bail};

// ANCHOR: message
/// 猜数协议的消息。
/// The messages of the guessing protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Message {
    Start { version: u8 },
    Range { low: u16, high: u16 },
    Guess(u16),
    TooSmall,
    TooBig,
    Right { guesses: u16 },
    Error(String),
}
use Message::{Error, Guess, Range, Right, Start, TooBig, TooSmall};

impl Message {
    /// 一帧的内容：第 1 个字节是种类，后面是参数。
    /// The body of a frame: byte 1 is the kind, its arguments follow.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        match self {
            Start { version } => vec![1, *version],
            Range { low, high } => body(2, &[*low, *high]),
            Guess(number) => body(3, &[*number]),
            TooSmall => body(4, &[]),
            TooBig => body(5, &[]),
            Right { guesses } => body(6, &[*guesses]),
            Error(words) => [&[7], words.as_bytes()].concat(),
        }
    }

    /// 反过来。对不上表里任何一行的，是错，不去猜它是什么。
    /// The other way. What fits no row of the table is an error; we do not guess what was meant.
    pub(crate) fn parse(body: &[u8]) -> Result<Self> {
        let number = |first, second| u16::from_be_bytes([first, second]);
        Ok(match *body {
            [1, version] => Start { version },
            [2, a, b, c, d] => Range {
                low: number(a, b),
                high: number(c, d),
            },
            [3, a, b] => Guess(number(a, b)),
            [4] => TooSmall,
            [5] => TooBig,
            [6, a, b] => Right {
                guesses: number(a, b),
            },
            [7, ref words @ ..] => {
                let words = str::from_utf8(words).context("不是 UTF-8 not UTF-8")?;
                Error(words.to_owned())
            }
            _ => bail!("不是这个协议的消息 not a message of this protocol"),
        })
    }
}

/// 种类，再加几个整数：每个 2 个字节，大端序，高位在前。
/// The kind, and then some integers: 2 bytes each, big-endian, the high byte first.
fn body(kind: u8, numbers: &[u16]) -> Vec<u8> {
    let mut bytes = vec![kind];
    for number in numbers {
        bytes.extend(number.to_be_bytes());
    }
    bytes
}
// ANCHOR_END: message

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Start { version } => write!(f, "START {version}"),
            Range { low, high } => write!(f, "RANGE {low} {high}"),
            Guess(number) => write!(f, "GUESS {number}"),
            TooSmall => f.write_str("TOO SMALL"),
            TooBig => f.write_str("TOO BIG"),
            Right { guesses } => write!(f, "RIGHT {guesses}"),
            Error(words) => write!(f, "ERROR {words}"),
        }
    }
}
