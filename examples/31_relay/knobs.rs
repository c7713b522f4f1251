//! 旋钮怎样写：`pieces=1@5,delay=100` 是两个，从左到右，像管道一样接着。
//! How knobs are written: `pieces=1@5,delay=100` are two, joined from left to right like pipes.
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

// 旋钮的数有上限：一个参数写错，不该让中继占满内存，或者一等几年。
// The numbers have bounds: a mistyped argument must not fill the memory, or wait for years.
const KNOBS_MAX: usize = 16;
const BYTES_MAX: u64 = 1 << 30;
const WAIT_MAX: u64 = 60_000;

/// 一片离开以后，下一片至少等这么久，对方才来得及先读走这一片。
/// The least time from one piece to the next, in which the peer reads the first.
pub(crate) const BETWEEN_PIECES: Duration = Duration::from_millis(12);

// ANCHOR: knobs
/// 一个旋钮：怎样弄坏经过的字节，或者数据报。
/// A knob: how to damage the bytes, or the datagrams, that pass.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Knob {
    /// 每片至多这么多字节，片与片之间至少隔这么久。
    /// At most this many bytes in a piece, and at least this long between two pieces.
    Pieces { bytes: usize, every: Duration },
    /// 每个多字节的字，都从中间断开。
    /// Every character of more than one byte is cut inside.
    Cut,
    /// 这么久以内来的，合成一片。
    /// What comes within this time leaves as one piece.
    Glue(Duration),
    /// 晚这么久。
    /// Later by this much.
    Delay(Duration),
    /// 过了这么多字节，什么也不传了，结束也不传；连接还开着。
    /// After this many bytes nothing more is passed on, not even the end; the connection stays open.
    Stall(usize),
    /// 过了这么多字节，就说“说完了”：FIN。
    /// After this many bytes: "I am done", a FIN.
    End(usize),
    /// 过了这么多字节，连接断掉：RST。
    /// After this many bytes the connection breaks: RST.
    Reset(usize),
    /// 丢掉这些数据报。
    /// These datagrams are lost.
    Drop(Which),
    /// 这些数据报送两份。
    /// These datagrams come twice.
    Duplicate(Which),
    /// 这些数据报让后一个先走。
    /// These datagrams let the next one go first.
    Reorder(Which),
}

/// 哪些数据报：百分之几，由种子决定；或者第几个。
/// Which datagrams: some percent, decided by the seed; or the one with this number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Which {
    Percent(u64),
    Number(u64),
}
// ANCHOR_END: knobs

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    Tcp,
    Udp,
}

/// 一串旋钮，用逗号隔开。
/// Knobs, separated by commas.
pub(crate) fn parse(text: &str, transport: Transport) -> Result<Vec<Knob>> {
    let words: Vec<&str> = text.split(',').collect();
    ensure!(
        words.len() <= KNOBS_MAX,
        "至多 {KNOBS_MAX} 个旋钮 at most {KNOBS_MAX} knobs"
    );
    let mut knobs = Vec::new();
    for word in words {
        let knob = one(word, transport);
        knobs.push(knob.with_context(|| format!("旋钮写错 bad knob: {word:?}"))?);
    }
    Ok(knobs)
}

fn one(word: &str, transport: Transport) -> Result<Knob> {
    let (name, value) = word.split_once('=').unwrap_or((word, ""));
    let knob = match (transport, name) {
        (Transport::Tcp, "pieces") => pieces(value)?,
        (Transport::Tcp, "cut") if value.is_empty() => Knob::Cut,
        (Transport::Tcp, "glue") => Knob::Glue(milliseconds(value)?),
        (_, "delay") => Knob::Delay(milliseconds(value)?),
        (Transport::Tcp, "stall") => Knob::Stall(bytes(value, 0)?),
        (Transport::Tcp, "end") => Knob::End(bytes(value, 0)?),
        (Transport::Tcp, "reset") => Knob::Reset(bytes(value, 0)?),
        (Transport::Udp, "drop") => Knob::Drop(which(value)?),
        (Transport::Udp, "duplicate") => Knob::Duplicate(which(value)?),
        (Transport::Udp, "reorder") => Knob::Reorder(which(value)?),
        (Transport::Tcp, _) => {
            bail!("tcp: pieces=N[@MS] cut glue=MS delay=MS stall=N end=N reset=N")
        }
        (Transport::Udp, _) => bail!("udp: drop=P% duplicate=P% reorder=P% (P% or #K) delay=MS"),
    };
    Ok(knob)
}

fn pieces(value: &str) -> Result<Knob> {
    let (count, every) = match value.split_once('@') {
        Some((count, every)) => (count, milliseconds(every)?),
        None => (value, BETWEEN_PIECES),
    };
    let bytes = bytes(count, 1)?;
    Ok(Knob::Pieces { bytes, every })
}

fn which(value: &str) -> Result<Which> {
    if let Some(number) = value.strip_prefix('#') {
        return Ok(Which::Number(whole(number, 1, BYTES_MAX)?));
    }
    let percent = value.strip_suffix('%').context("P% 或 or #K")?;
    Ok(Which::Percent(whole(percent, 0, 100)?))
}

fn bytes(value: &str, least: u64) -> Result<usize> {
    Ok(whole(value, least, BYTES_MAX)? as usize)
}

fn milliseconds(value: &str) -> Result<Duration> {
    Ok(Duration::from_millis(whole(value, 0, WAIT_MAX)?))
}

/// 只有数字：`parse` 还会收下 `+5`，所以先看一遍。
/// Digits alone: `parse` would take `+5`, too, so look first.
pub(crate) fn whole(value: &str, least: u64, most: u64) -> Result<u64> {
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    let number = value.parse().ok().filter(|_| digits);
    let number = number.filter(|number| (least..=most).contains(number));
    number.with_context(|| {
        format!("要 {least} 到 {most} 的整数 a whole number from {least} to {most}")
    })
}
