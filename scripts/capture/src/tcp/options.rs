//! TCP options: a kind, and for most a length and a value.

use crate::Kind;
use crate::bits::{Header, be32, byte, kinds, nothing, octets, say, text};
use crate::segment::Seen;
use bilingual::Text;

kinds! {
KIND "tcp.option.kind" "选项类型" "option kind"
    "哪一种选项。" "Which option this is." "RFC 9293 §3.1, §3.2"
LENGTH "tcp.option.length" "选项长度" "option length"
    "这个选项一共几个字节，类型和长度也算。" "The option's bytes, kind and length included." "RFC 9293 §3.1"
MSS "tcp.option.mss" "最大段长度" "maximum segment size (MSS)"
    "我一段最多收这么多字节数据。只出现在 SYN 里。" "The most data bytes I take in one segment. Only in a SYN." "RFC 9293 §3.2, §3.7.1"
SCALE "tcp.option.scale" "窗口扩大因子" "window scale"
    "以后我的窗口字段要左移这么多位。双方的 SYN 都带才有效。" "Shift my later windows left by this many bits. Valid only if both SYNs have it." "RFC 7323 §2.2"
EDGE_LEFT "tcp.option.sack.left" "SACK 左边界" "SACK left edge"
    "收到了的一块不连续数据，从这个序号开始。" "A block of data that arrived out of order begins at this number." "RFC 2018 §3"
EDGE_RIGHT "tcp.option.sack.right" "SACK 右边界" "SACK right edge"
    "这一块到这个序号之前为止。" "The block ends before this number." "RFC 2018 §3"
TSVAL "tcp.option.tsval" "时间戳" "timestamp value"
    "我发这一段时的时钟。" "My clock when I sent this segment." "RFC 7323 §3.2"
TSECR "tcp.option.tsecr" "时间戳回显" "timestamp echo reply"
    "原样送回对方的时间戳，对方由此算出往返时间。" "The peer's timestamp sent back, so that the peer can measure the round trip." "RFC 7323 §3.2"
DATA "tcp.option.data" "选项内容" "option data"
    "选项带的值。" "The option's value." "RFC 9293 §3.1"
AFTER_END "tcp.option.padding" "填充" "padding"
    "把首部补到 4 字节的整数倍。" "Fills the header up to a multiple of 4 bytes." "RFC 9293 §3.1"
}

/// The window scale among these options.
pub(crate) fn scale(options: &[u8]) -> Option<u8> {
    let option = find(options, 3).filter(|option| option.get(1) == Some(&3))?;
    // RFC 7323 §2.3: a larger one counts as 14.
    option.get(2).map(|&shift| shift.min(14))
}

/// Where the first block begins that these options say has arrived (RFC 2018 §3).
pub(crate) fn first_block(options: &[u8]) -> Option<u32> {
    let option = find(options, 5).filter(|option| byte(option, 1) >= 10)?;
    Some(be32(option, 2))
}

/// The option of this kind, and all that follows it.
fn find(options: &[u8], kind: u8) -> Option<&[u8]> {
    let mut rest = options;
    loop {
        rest = match *rest.first()? {
            found if found == kind => return Some(rest),
            0 => return None,
            1 => &rest[1..],
            _ => rest.get(usize::from(byte(rest, 1)).max(2)..)?,
        };
    }
}

/// Names every option up to the end of the header.
pub(crate) fn fields(header: &mut Header, seen: Option<&Seen>) {
    while header.left() >= 8 {
        let kind = header.peek(8);
        let (zh, en) = name(kind);
        header.put(&KIND, 8, kind.to_string(), say(zh, en));
        match kind {
            0 => {
                let rest = header.left() / 8;
                header.octets(&AFTER_END, rest, nothing());
                return;
            }
            1 => {}
            _ => value(header, kind, seen),
        }
    }
}

fn value(header: &mut Header, kind: u64, seen: Option<&Seen>) {
    let length = usize::try_from(header.peek(8)).unwrap_or_default();
    if header.left() < 8 {
        return;
    }
    header.number(&LENGTH, 8);
    let data = length.saturating_sub(2).min(header.left() / 8);
    match (kind, data) {
        (2, 2) => {
            let mss = header.peek(16);
            header.put(&MSS, 16, mss.to_string(), mss_meaning(mss));
        }
        (3, 1) => {
            let shift = header.peek(8);
            let factor = 1_u64 << shift.min(14);
            let meaning = text(format!("乘以 {factor}"), format!("times {factor}"));
            header.put(&SCALE, 8, shift.to_string(), meaning);
        }
        (5, _) if data % 8 == 0 => {
            for _ in 0..data / 8 {
                edge(header, &EDGE_LEFT, seen);
                edge(header, &EDGE_RIGHT, seen);
            }
        }
        (8, 8) => {
            header.number(&TSVAL, 32);
            let echo = header.peek(32);
            let (zh, en) = if echo == 0 {
                ("还没有收到对方的", "none received yet")
            } else {
                ("", "")
            };
            header.put(&TSECR, 32, echo.to_string(), say(zh, en));
        }
        _ => header.octets(&DATA, data, nothing()),
    }
}

fn edge(header: &mut Header, kind: &'static Kind, seen: Option<&Seen>) {
    let edge = u32::try_from(header.peek(32)).unwrap_or_default();
    let meaning = seen.map_or_else(nothing, |seen| {
        let number = edge.wrapping_sub(seen.peer_base);
        text(
            format!("相对序号 {number}"),
            format!("relative number {number}"),
        )
    });
    header.put(kind, 32, edge.to_string(), meaning);
}

fn mss_meaning(mss: u64) -> Text {
    if mss == 1460 {
        say(
            "以太网的 1500 减去 IP 和 TCP 首部各 20",
            "Ethernet's 1500 minus 20 for the header of IP and 20 for that of TCP",
        )
    } else {
        octets(mss)
    }
}

fn name(kind: u64) -> (&'static str, &'static str) {
    match kind {
        0 => ("选项到此结束", "end of the options"),
        1 => ("空选项，用来对齐", "no operation, for alignment"),
        2 => ("最大段长度", "maximum segment size"),
        3 => ("窗口扩大因子", "window scale"),
        4 => ("允许选择确认（SACK）", "SACK permitted"),
        5 => ("选择确认（SACK）", "SACK: blocks that have arrived"),
        8 => ("时间戳", "timestamps"),
        34 => ("TCP 快速打开（RFC 7413）", "TCP fast open (RFC 7413)"),
        _ => ("", ""),
    }
}
