//! IPv4: the header, its flags bit by bit, and its options.

use core::net::Ipv4Addr;

use etherparse::Ipv4HeaderSlice;

use crate::bits::{Header, kinds, nothing, octets, say, text};
use crate::checksum;
use crate::names::Names;
use crate::{Kind, Layer};
use bilingual::Text;

kinds! {
VERSION "ip.version" "版本" "version"
    "IP 的版本，决定后面怎么读。" "Which version of IP: how to read the rest." "RFC 791 §3.1"
IHL "ip.ihl" "首部长度" "IHL"
    "首部有几个 4 字节；没有选项时是 5。" "The header's length in units of 4 bytes; 5 without options." "RFC 791 §3.1"
DSCP "ip.dscp" "区分服务" "DSCP"
    "请求路由器优先或普通对待。原来的服务类型字段的前 6 比特。" "Asks routers for special treatment. The first 6 bits of the old type-of-service field." "RFC 2474 §3"
ECN "ip.ecn" "显式拥塞通知" "ECN"
    "路由器拥堵时可以在这里做记号，而不丢包。" "A congested router can mark the packet here instead of dropping it." "RFC 3168 §5"
TOTAL "ip.total" "总长度" "total length"
    "首部加数据，一共几个字节。" "Header and data together, in bytes." "RFC 791 §3.1"
ID "ip.id" "标识" "identification"
    "同一个包切成的分片，标识相同。" "The fragments of one packet have the same identification." "RFC 791 §3.1; RFC 6864 §4"
RESERVED "ip.reserved" "保留" "reserved"
    "没有用，必须是 0。" "Not used, must be 0." "RFC 791 §3.1"
DF "ip.df" "DF 不许分片" "DF, don't fragment"
    "1 表示：太大也不许切开，宁可丢掉并报告。" "1 means: do not fragment it if it is too big; drop it and report." "RFC 791 §3.1"
MF "ip.mf" "MF 还有分片" "MF, more fragments"
    "1 表示：后面还有同一个包的分片。" "1 means: more fragments of the same packet follow." "RFC 791 §3.1"
OFFSET "ip.offset" "片偏移" "fragment offset"
    "这一片从原来数据的哪里开始，以 8 字节为单位。" "Where in the original data this fragment begins, in units of 8 bytes." "RFC 791 §3.1"
TTL "ip.ttl" "生存时间" "TTL"
    "还能经过几个路由器。每个路由器减 1，减到 0 就丢掉，包不会永远转圈。" "How many more routers it may pass. Each subtracts 1 and drops it at 0, so no packet circulates forever." "RFC 791 §3.1; RFC 1812 §5.3.1"
PROTOCOL "ip.protocol" "协议" "protocol"
    "数据应该交给谁。" "The protocol that gets the data." "RFC 791 §3.1"
CHECKSUM "ip.checksum" "首部校验和" "header checksum"
    "发现首部在路上出的错。路由器改了 TTL，就要重新算。" "Detects damage to the header. A router that changes the TTL computes it again." "RFC 791 §3.1; RFC 1071"
SOURCE "ip.src" "源地址" "source address"
    "谁发的。经过路由器也不变，做地址转换的除外。" "The host that sent it. Routers leave it as it is, unless they translate addresses." "RFC 791 §3.1"
DESTINATION "ip.dst" "目的地址" "destination address"
    "给谁的。路由器按它选下一步。" "The host that it is for. Routers choose the next hop by it." "RFC 791 §3.1"
OPTION "ip.option.kind" "选项类型" "option type"
    "哪一种选项。" "Which option this is." "RFC 791 §3.1"
OPTION_LENGTH "ip.option.length" "选项长度" "option length"
    "这个选项一共几个字节，类型和长度也算。" "The option's bytes, type and length included." "RFC 791 §3.1"
OPTION_DATA "ip.option.data" "选项内容" "option data"
    "选项带的值。" "The option's value." "RFC 791 §3.1"
}

/// The TTL with which Linux sends a packet: no router has passed it on.
pub(crate) const LINUX_TTL: u8 = 64;

/// What the layers above need to know.
#[derive(Clone, Copy)]
pub(crate) struct Ip {
    pub(crate) source: Ipv4Addr,
    pub(crate) destination: Ipv4Addr,
    pub(crate) protocol: u8,
    pub(crate) ttl: u8,
    /// Where the contents start and end in the frame. The end that the header names may lie
    /// beyond what is there: `whole` is false then.
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) whole: bool,
    /// In bytes.
    pub(crate) fragment_offset: usize,
    pub(crate) more_fragments: bool,
}

impl Ip {
    /// Whether it is only a part of a datagram.
    pub(crate) fn is_fragment(&self) -> bool {
        self.more_fragments || self.fragment_offset > 0
    }
}

/// The header at `start`, or `None` if these bytes cannot be one.
pub(crate) fn header(
    frame: &[u8],
    start: usize,
    end: usize,
    names: &Names,
    protocol: &'static str,
) -> Option<(Layer, Ip)> {
    let slice = Ipv4HeaderSlice::from_slice(frame.get(start..end)?).ok()?;
    let length = slice.slice().len();
    let total = usize::from(slice.total_len());
    let ip = Ip {
        source: slice.source_addr(),
        destination: slice.destination_addr(),
        protocol: slice.protocol().0,
        ttl: slice.ttl(),
        start: start + length,
        end: end.min(start + total.max(length)),
        whole: start + total <= end && total >= length,
        fragment_offset: usize::from(slice.fragments_offset().value()) * 8,
        more_fragments: slice.more_fragments(),
    };
    let layer = fields(frame, start, length, &ip, names).finish(3, protocol);
    Some((layer, ip))
}

/// The two fields that IPv4 and IPv6 share, in one byte (RFC 2474 §3, RFC 3168 §5).
pub(crate) fn service(header: &mut Header, dscp: &'static Kind, ecn: &'static Kind) {
    let (zh, en) = match header.peek(6) {
        0 => ("普通", "ordinary"),
        48 => ("网络控制（CS6）", "network control (CS6)"),
        _ => ("", ""),
    };
    let value = header.peek(6).to_string();
    header.put(dscp, 6, value, say(zh, en));
    let (zh, en) = match header.peek(2) {
        0 => ("没有使用", "not used"),
        3 => ("遇到拥堵", "congestion experienced"),
        _ => ("支持这种记号", "marking is supported"),
    };
    let value = header.peek(2).to_string();
    header.put(ecn, 2, value, say(zh, en));
}

fn fields<'a>(frame: &'a [u8], start: usize, length: usize, ip: &Ip, names: &Names) -> Header<'a> {
    let mut header = Header::new(frame, start..start + length);
    header.put(&VERSION, 4, "4".to_owned(), say("IPv4", "IPv4"));
    let words = header.peek(4);
    let bytes = words * 4;
    let meaning = octets(bytes);
    header.put(&IHL, 4, words.to_string(), meaning);
    service(&mut header, &DSCP, &ECN);
    let total = header.peek(16);
    let data = total.saturating_sub(bytes);
    let meaning = text(
        format!("首部 {bytes} + 数据 {data} 字节"),
        format!("{bytes} header + {data} data, in bytes"),
    );
    header.put(&TOTAL, 16, total.to_string(), meaning);
    header.hex(&ID, 16, nothing());
    header.number(&RESERVED, 1);
    flag(
        &mut header,
        &DF,
        ("可以分片", "may be fragmented"),
        ("不许分片", "must not be fragmented"),
    );
    let last = if ip.fragment_offset > 0 {
        ("最后一片", "the last fragment")
    } else {
        ("没有分片", "not fragmented")
    };
    flag(&mut header, &MF, last, ("后面还有", "more follow"));
    let units = header.peek(13);
    let meaning = if ip.is_fragment() {
        let at = ip.fragment_offset;
        text(
            format!("从第 {at} 字节开始"),
            format!("starts at byte {at}"),
        )
    } else {
        nothing()
    };
    header.put(&OFFSET, 13, units.to_string(), meaning);
    let ttl = header.peek(8);
    header.put(&TTL, 8, ttl.to_string(), ttl_meaning(ttl));
    let (zh, en) = protocol_name(ip.protocol);
    header.put(&PROTOCOL, 8, ip.protocol.to_string(), say(zh, en));
    let right = checksum::holds(&frame[start..start + length]);
    header.hex(&CHECKSUM, 16, checksum::verdict(right));
    header.put(
        &SOURCE,
        32,
        ip.source.to_string(),
        names.owner(ip.source.into()),
    );
    let owner = names.owner(ip.destination.into());
    header.put(&DESTINATION, 32, ip.destination.to_string(), owner);
    options(&mut header);
    header
}

fn flag(header: &mut Header, kind: &'static Kind, zero: (&str, &str), one: (&str, &str)) {
    let value = header.peek(1);
    let (zh, en) = if value == 1 { one } else { zero };
    header.put(kind, 1, value.to_string(), say(zh, en));
}

pub(crate) fn ttl_meaning(ttl: u64) -> Text {
    match ttl {
        0 => say("到此为止", "it ends here"),
        1 => say("下一个路由器会丢掉它", "the next router drops it"),
        64 => say(
            "Linux 的初值：还没过路由器",
            "the initial value of Linux: it has passed no router",
        ),
        63 => say(
            "64 减 1：过了一个路由器",
            "64 minus 1: it has passed one router",
        ),
        more => text(
            format!("还能过 {} 个路由器", more - 1),
            format!(
                "may pass {} more router{}",
                more - 1,
                if more == 2 { "" } else { "s" }
            ),
        ),
    }
}

fn options(header: &mut Header) {
    while header.left() >= 8 {
        let kind = header.peek(8);
        let (zh, en) = option_name(kind);
        header.put(&OPTION, 8, kind.to_string(), say(zh, en));
        if kind == 0 {
            break;
        }
        if kind == 1 {
            continue;
        }
        let length = usize::try_from(header.peek(8)).unwrap_or_default();
        header.number(&OPTION_LENGTH, 8);
        let data = length.saturating_sub(2).min(header.left() / 8);
        header.octets(&OPTION_DATA, data, nothing());
    }
}

fn option_name(kind: u64) -> (&'static str, &'static str) {
    match kind {
        0 => ("选项到此结束", "end of the options"),
        1 => ("空选项，用来对齐", "no operation, for alignment"),
        7 => ("记录路由", "record route"),
        68 => ("时间戳", "timestamp"),
        130 => ("安全", "security"),
        131 => ("宽松源路由", "loose source route"),
        137 => ("严格源路由", "strict source route"),
        148 => ("请路由器看一看（RFC 2113）", "router alert (RFC 2113)"),
        _ => ("", ""),
    }
}

/// The name of a protocol number.
pub(crate) fn protocol_name(number: u8) -> (&'static str, &'static str) {
    match number {
        1 => ("ICMP", "ICMP"),
        2 => ("IGMP", "IGMP"),
        0 => ("逐跳选项", "hop-by-hop options"),
        6 => ("TCP", "TCP"),
        17 => ("UDP", "UDP"),
        41 => ("IPv6", "IPv6"),
        43 => ("路由首部", "routing header"),
        44 => ("分片首部", "fragment header"),
        47 => ("GRE", "GRE"),
        58 => ("ICMPv6", "ICMPv6"),
        59 => ("后面没有了", "nothing follows"),
        60 => ("目的选项", "destination options"),
        89 => ("OSPF", "OSPF"),
        _ => ("", ""),
    }
}
