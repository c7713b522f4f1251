//! ICMPv6: echo and errors (RFC 4443), neighbors and routers (RFC 4861), multicast groups (RFC 3810).

mod neighbor;

use std::ops::Range;

use crate::Layer;
use crate::bits::{Header, be16, byte, kinds, nothing, octets, say};
use crate::names::{Names, sentence};
use crate::tcp::Checksum;
use bilingual::Text;

kinds! {
TYPE "icmpv6.type" "类型" "type"
    "哪一种 ICMPv6 消息。小于 128 的是差错。" "Which ICMPv6 message this is. Below 128 it is an error." "RFC 4443 §2.1"
CODE "icmpv6.code" "代码" "code"
    "类型里再细分。" "A finer distinction within the type." "RFC 4443 §2.1"
CHECKSUM "icmpv6.checksum" "校验和" "checksum"
    "发现路上出的错；和 TCP 一样，也算上两个地址：IPv6 首部自己没有校验和。" "Detects damage in transit. As with TCP, it covers the two addresses: the IPv6 header has no checksum of its own." "RFC 4443 §2.3"
ID "icmpv6.id" "标识" "identifier"
    "哪一个程序在问，应答里原样送回。" "Which program asks. The answer carries it back." "RFC 4443 §4.1"
SEQUENCE "icmpv6.seq" "序号" "sequence number"
    "第几次问，应答里原样送回。" "The number of the question. The answer carries it back." "RFC 4443 §4.1"
UNUSED "icmpv6.unused" "未用" "unused"
    "没有用，填 0。" "Not used, 0." "RFC 4443 §3.1"
MTU "icmpv6.mtu" "MTU" "MTU"
    "下一段线路一次最多装这么多字节。" "The most bytes that the next link carries at once." "RFC 4443 §3.2"
POINTER "icmpv6.pointer" "指针" "pointer"
    "引用的包里，第几个字节有问题。" "Which byte of the quoted packet is the problem." "RFC 4443 §3.4"
REST "icmpv6.rest" "消息内容" "message body"
    "含义由类型决定。" "What it means depends on the type." "RFC 4443 §2.1"
}

/// Number of bytes of every message before what its type decides.
pub(crate) const HEADER_BYTES: usize = 8;

/// A message, and what follows it.
pub(crate) struct Message {
    pub(crate) layer: Layer,
    pub(crate) label: String,
    pub(crate) said: Text,
    /// Whether it quotes the packet that it is about.
    pub(crate) quotes: bool,
    /// Behind the message: the data of an echo, or the quoted packet.
    pub(crate) contents: Range<usize>,
}

/// The message in these bytes, at least [`HEADER_BYTES`] of them.
pub(crate) fn message(
    frame: &[u8],
    bytes: Range<usize>,
    checksum: &Checksum,
    names: &Names,
    from: &Text,
) -> Message {
    let start = bytes.start;
    let (kind, code) = (byte(frame, start), byte(frame, start + 1));
    // Errors and echoes have something behind 8 bytes; the others are a message to their end.
    let end = match kind {
        1..=4 | 128 | 129 => start + HEADER_BYTES,
        _ => bytes.end,
    };
    let mut header = Header::new(frame, start..end);
    let (zh, en) = type_name(kind);
    header.put(&TYPE, 8, kind.to_string(), say(zh, en));
    let (zh, en) = code_name(kind, code);
    header.put(&CODE, 8, code.to_string(), say(zh, en));
    header.hex(&CHECKSUM, 16, checksum.verdict());
    let mut words = words(kind, code, be16(frame, start + 6), from);
    match kind {
        1 | 3 => {
            header.hex(&UNUSED, 32, nothing());
        }
        2 => {
            let mtu = header.peek(32);
            header.put(&MTU, 32, mtu.to_string(), octets(mtu));
        }
        4 => {
            header.number(&POINTER, 32);
        }
        128 | 129 => {
            header.number(&ID, 16);
            header.number(&SEQUENCE, 16);
        }
        133..=137 => words = neighbor::message(&mut header, kind, names, from).unwrap_or(words),
        143 => neighbor::listener_report(&mut header, names),
        _ => {
            let left = header.left() / 8;
            header.octets(&REST, left, nothing());
        }
    }
    Message {
        layer: header.finish(3, "ICMPv6"),
        label: words.0,
        said: words.1,
        quotes: matches!(kind, 1..=4),
        contents: end..bytes.end,
    }
}

fn words(kind: u8, code: u8, sequence: u16, from: &Text) -> (String, Text) {
    match kind {
        128 => (
            format!("echo request, seq {sequence}"),
            sentence(from, "问：你在吗？", "asks: are you there?"),
        ),
        129 => (
            format!("echo reply, seq {sequence}"),
            sentence(from, "答：我在", "answers: I am here"),
        ),
        1 => {
            let (zh, en) = code_name(kind, code);
            let label = match en {
                "" => format!("unreachable, code {code}"),
                en => en.to_owned(),
            };
            let zh = format!("报告：送不到（{zh}）");
            let en = format!("reports: cannot be delivered ({en})");
            (label, sentence(from, &zh, &en))
        }
        3 => (
            "time exceeded".to_owned(),
            sentence(
                from,
                "报告：跳数用完了，包丢掉了",
                "reports: the hop limit has run out, the packet is dropped",
            ),
        ),
        _ => {
            let (zh, en) = type_name(kind);
            let label = match en {
                "" => format!("ICMPv6 type {kind} code {code}"),
                en => en.to_owned(),
            };
            let zh = format!("发出 ICMPv6：{zh}");
            (label, sentence(from, &zh, &format!("sends ICMPv6: {en}")))
        }
    }
}

fn type_name(kind: u8) -> (&'static str, &'static str) {
    match kind {
        1 => ("目的不可达", "destination unreachable"),
        2 => ("包太大", "packet too big"),
        3 => ("超时", "time exceeded"),
        4 => ("首部有错", "parameter problem"),
        128 => ("回显请求", "echo request"),
        129 => ("回显应答", "echo reply"),
        130 => ("问组播成员", "multicast listener query"),
        131 => (
            "组播成员报告（第 1 版）",
            "multicast listener report (version 1)",
        ),
        132 => ("离开组播", "multicast listener done"),
        133 => ("路由器请求：有路由器吗", "router solicitation"),
        134 => ("路由器通告", "router advertisement"),
        135 => ("邻居请求：谁有这个地址", "neighbor solicitation"),
        136 => ("邻居通告：这个地址是我", "neighbor advertisement"),
        137 => ("改走别的路由器", "redirect"),
        143 => ("组播成员报告", "multicast listener report"),
        _ => ("", ""),
    }
}

fn code_name(kind: u8, code: u8) -> (&'static str, &'static str) {
    match (kind, code) {
        (1, 0) => ("没有去那里的路由", "no route to destination"),
        (1, 1) => ("被管理员禁止", "administratively prohibited"),
        (1, 2) => ("超出了源地址的范围", "beyond scope of source address"),
        (1, 3) => ("主机没有应答", "address unreachable"),
        (1, 4) => ("端口不可达：没有程序用这个端口", "port unreachable"),
        (1, 5) => ("不许用这个源地址", "source address failed policy"),
        (1, 6) => ("这条路由拒绝转发", "reject route to destination"),
        (3, 0) => ("路上跳数减到了 0", "hop limit reached 0 in transit"),
        (3, 1) => ("分片没有等齐", "fragments did not arrive in time"),
        (4, 0) => ("字段的值不对", "erroneous header field"),
        (4, 1) => ("不认识的下一个首部", "unrecognized next header"),
        (4, 2) => ("不认识的选项", "unrecognized option"),
        _ => ("", ""),
    }
}
