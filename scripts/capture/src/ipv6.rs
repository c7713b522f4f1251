//! IPv6 and ICMPv6, the basics.

use core::net::{IpAddr, Ipv6Addr};
use std::ops::Range;

use crate::bits::{Header, be16, byte, kinds, nothing, octets, say};
use crate::checksum::Pseudo;
use crate::ipv4::protocol_name;
use crate::names::{Names, sentence};
use crate::tcp::Checksum;
use crate::{Kind, Layer};
use bilingual::Text;

kinds! {
VERSION "ipv6.version" "版本" "version"
    "IP 的版本，决定后面怎么读。" "Which version of IP: how to read the rest." "RFC 8200 §3"
CLASS "ipv6.class" "流量类别" "traffic class"
    "请求路由器优先或普通对待，和 IPv4 的区分服务、拥塞通知相同。" "Asks routers for special treatment, as IPv4's DSCP and ECN do." "RFC 8200 §3, §7"
FLOW "ipv6.flow" "流标签" "flow label"
    "同一次通信的包有相同的标签。" "Packets of one conversation have the same label." "RFC 8200 §3, §6"
LENGTH "ipv6.length" "载荷长度" "payload length"
    "首部之后有几个字节。" "How many bytes follow the header." "RFC 8200 §3"
NEXT "ipv6.next" "下一个首部" "next header"
    "数据应该交给谁。" "The protocol that gets the data." "RFC 8200 §3"
HOPS "ipv6.hops" "跳数限制" "hop limit"
    "还能经过几个路由器，同 IPv4 的 TTL。" "How many more routers it may pass, as IPv4's TTL." "RFC 8200 §3"
SOURCE "ipv6.src" "源地址" "source address"
    "谁发的。" "The host that sent it." "RFC 8200 §3"
DESTINATION "ipv6.dst" "目的地址" "destination address"
    "给谁的。" "The host that it is for." "RFC 8200 §3"
TYPE "icmpv6.type" "类型" "type"
    "哪一种 ICMPv6 消息。" "Which ICMPv6 message this is." "RFC 4443 §2.1"
CODE "icmpv6.code" "代码" "code"
    "类型里再细分。" "A finer distinction within the type." "RFC 4443 §2.1"
CHECKSUM "icmpv6.checksum" "校验和" "checksum"
    "发现路上出的错；和 TCP 一样，也算上两个地址。" "Detects damage in transit; as with TCP, it covers the two addresses." "RFC 4443 §2.3"
ID "icmpv6.id" "标识" "identifier"
    "哪一个程序在问，应答里原样送回。" "Which program asks. The answer carries it back." "RFC 4443 §4"
SEQUENCE "icmpv6.seq" "序号" "sequence number"
    "第几次问，应答里原样送回。" "The number of the question. The answer carries it back." "RFC 4443 §4"
REST "icmpv6.rest" "消息内容" "message body"
    "含义由类型决定。" "What it means depends on the type." "RFC 4443 §2.1"
}

/// Number of bytes of the header.
const HEADER_BYTES: usize = 40;

/// What the layers above need to know.
pub(crate) struct Ip {
    pub(crate) source: IpAddr,
    pub(crate) destination: IpAddr,
    pub(crate) next: u8,
    pub(crate) contents: Range<usize>,
    pub(crate) whole: bool,
}

/// The header at `bytes.start`, or `None` if these bytes cannot be one.
pub(crate) fn header(frame: &[u8], bytes: Range<usize>, names: &Names) -> Option<(Layer, Ip)> {
    if bytes.len() < HEADER_BYTES || byte(frame, bytes.start) >> 4 != 6 {
        return None;
    }
    let start = bytes.start;
    let mut header = Header::new(frame, start..start + HEADER_BYTES);
    header.put(&VERSION, 4, "6".to_owned(), say("IPv6", "IPv6"));
    header.hex(&CLASS, 8, nothing());
    header.hex(&FLOW, 20, nothing());
    let length = usize::from(be16(frame, start + 4));
    let meaning = octets(length as u64);
    header.put(&LENGTH, 16, length.to_string(), meaning);
    let next = byte(frame, start + 6);
    let (zh, en) = protocol_name(next);
    header.put(&NEXT, 8, next.to_string(), say(zh, en));
    header.number(&HOPS, 8);
    let source = address(&mut header, &SOURCE, names);
    let destination = address(&mut header, &DESTINATION, names);
    let end = bytes.end.min(start + HEADER_BYTES + length);
    let ip = Ip {
        source,
        destination,
        next,
        contents: start + HEADER_BYTES..end,
        whole: start + HEADER_BYTES + length <= bytes.end,
    };
    Some((header.finish(3, "IPv6"), ip))
}

fn address(header: &mut Header, kind: &'static Kind, names: &Names) -> IpAddr {
    let bytes = header.bytes(16);
    let octets: [u8; 16] = std::array::from_fn(|at| byte(bytes, at));
    let address = IpAddr::from(Ipv6Addr::from(octets));
    header.put(kind, 128, address.to_string(), names.owner(address));
    address
}

/// An ICMPv6 message, its label and its words.
pub(crate) fn icmp(frame: &[u8], ip: &Ip, from: &Text) -> (Layer, String, Text) {
    let bytes = ip.contents.clone();
    let checksum = if ip.whole {
        let pseudo = Pseudo {
            source: ip.source,
            destination: ip.destination,
            protocol: ip.next,
        };
        Checksum::Over(pseudo, &frame[bytes.clone()])
    } else {
        Checksum::Unknown
    };
    let mut header = Header::new(frame, bytes.clone());
    let kind = byte(frame, bytes.start);
    let (zh, en) = type_name(kind);
    header.put(&TYPE, 8, kind.to_string(), say(zh, en));
    header.number(&CODE, 8);
    header.hex(&CHECKSUM, 16, checksum.verdict());
    if matches!(kind, 128 | 129) {
        header.number(&ID, 16);
        header.number(&SEQUENCE, 16);
    }
    let left = header.left() / 8;
    header.octets(&REST, left, nothing());
    let label = if en.is_empty() {
        format!("ICMPv6 type {kind}")
    } else {
        en.to_owned()
    };
    let said = sentence(
        from,
        &format!("发出 ICMPv6：{zh}"),
        &format!("sends ICMPv6: {en}"),
    );
    (header.finish(3, "ICMPv6"), label, said)
}

fn type_name(kind: u8) -> (&'static str, &'static str) {
    match kind {
        1 => ("目的不可达", "destination unreachable"),
        2 => ("包太大", "packet too big"),
        3 => ("超时", "time exceeded"),
        4 => ("首部有错", "parameter problem"),
        128 => ("回显请求", "echo request"),
        129 => ("回显应答", "echo reply"),
        133 => ("寻找路由器", "router solicitation"),
        134 => ("路由器通告", "router advertisement"),
        135 => ("问谁有这个地址", "neighbor solicitation"),
        136 => ("答这个地址是我", "neighbor advertisement"),
        143 => ("组播成员报告", "multicast listener report"),
        _ => ("", ""),
    }
}
