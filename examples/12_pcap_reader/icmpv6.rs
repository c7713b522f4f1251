//! ICMPv6：字段的表，和写成一行的话。邻居请求和邻居通告做的是 ARP 的事。
//! ICMPv6: the tables of its fields, and its words in a line. Neighbor solicitations and
//! advertisements do the work of ARP.
use super::headers::Show::{Checksum, Decimal, Hex, Ip, Named};
use super::headers::{Kind, Packet, Row};
use super::line::length;
use super::screen::{ip, paint};

const TYPES: super::headers::Show = Named(&[
    (1, "不可达 unreachable"),
    (2, "包太大 packet too big"),
    (3, "超时 time exceeded"),
    (4, "参数有错 parameter problem"),
    (128, "回显请求 echo request"),
    (129, "回显应答 echo reply"),
    (133, "路由器请求 router solicitation"),
    (134, "路由器通告 router advertisement"),
    (135, "邻居请求 neighbor solicitation"),
    (136, "邻居通告 neighbor advertisement"),
    (137, "改道 redirect"),
]);
const TYPE: Row = (8, "类型", "type", TYPES);
const CODE: Row = (8, "代码", "code", Decimal);
const SUM: Row = (16, "校验和", "checksum", Checksum);
#[rustfmt::skip]
const ECHO: &[Row] = &[
    TYPE, CODE, SUM,
    (16, "标识", "identifier", Decimal), (16, "序号", "sequence number", Decimal),
];
const TOO_BIG: &[Row] = &[TYPE, CODE, SUM, (32, "MTU", "MTU", Decimal)];
#[rustfmt::skip]
const NEIGHBOR: &[Row] = &[
    TYPE, CODE, SUM,
    (32, "标志和保留", "flags and reserved", Hex), (128, "目标地址", "target address", Ip),
];
const OTHER: &[Row] = &[TYPE, CODE, SUM, (32, "其余", "rest", Hex)];

/// 这种消息有哪些字段（RFC 4443，RFC 4861 §4）。
/// The fields of this kind of message (RFC 4443, RFC 4861 §4).
pub fn rows(kind: usize) -> &'static [Row] {
    match kind {
        2 => TOO_BIG,
        128 | 129 => ECHO,
        135 | 136 => NEIGHBOR,
        _ => OTHER,
    }
}

/// 首部有多长：邻居的消息还有一个目标地址。
/// How long the header is: a message about neighbors has a target address too.
pub fn size(kind: usize) -> usize {
    if matches!(kind, 135 | 136) { 24 } else { 8 }
}

/// 像 tcpdump 那样写成一行。
/// In a line, as tcpdump writes it.
pub(super) fn words(packet: &Packet<'_>, at: usize) -> String {
    let [two, last] = [at + 4, at + 6].map(|at| packet.number(at, 2));
    // 引用的包：它的目的地址，和它后面的目的端口。
    // The cited packet: its destination, and the destination port behind it.
    let cited = packet.headers.iter().filter(|header| header.quoted);
    let cited = Vec::from_iter(cited);
    let to = cited
        .first()
        .map_or_else(String::new, |header| ip(packet, header.at + 24, 16));
    let target = ip(packet, at + 8, 16);
    let words = match (packet.number(at, 1), packet.number(at + 1, 1)) {
        (1, 0) => format!("destination unreachable, unreachable route {to}"),
        (1, 1) => format!("destination unreachable, unreachable prohibited {to}"),
        (1, 3) => format!("destination unreachable, unreachable address {to}"),
        (1, 4) => format!(
            "destination unreachable, unreachable port, {to} {}",
            port(packet, cited.get(1).map(|header| (header.kind, header.at)))
        ),
        (2, _) => format!("packet too big, mtu {}", packet.number(at + 4, 4)),
        (3, 0) => format!("time exceeded in-transit for {to}"),
        (3, 1) => "time exceeded in-transit (reassembly)".to_owned(),
        (128, _) => format!("echo request, id {two}, seq {last}"),
        (129, _) => format!("echo reply, id {two}, seq {last}"),
        (133, _) => "router solicitation".to_owned(),
        (134, _) => "router advertisement".to_owned(),
        (135, _) => format!("neighbor solicitation, who has {target}"),
        (136, _) => format!("neighbor advertisement, tgt is {target}"),
        (kind, code) => format!("type {kind} code {code}"),
    };
    let words = paint(3, &format!("ICMP6, {words}"));
    format!("{words}, {}", length(packet, at))
}

fn port(packet: &Packet<'_>, cited: Option<(Kind, usize)>) -> String {
    let Some((kind, at)) = cited else {
        return "port ?".to_owned();
    };
    let name = if kind == Kind::Tcp { "tcp" } else { "udp" };
    format!("{name} port {}", packet.number(at + 2, 2))
}
