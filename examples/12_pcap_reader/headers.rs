//! 首部：有哪些，每个字段几个比特、叫什么、怎样显示。
//! Headers: which there are, how wide each field is, its name, how to show it.
use super::icmpv6;
use Kind::{Arp, Cooked, Cooked2, Ethernet, Icmp, Icmpv6, Ipv4, Ipv6, Loopback, Tcp, Udp, Vlan};
use Show::{Checksum, Decimal, Family, Flags, Hex, Ip, Mac, Named};

// ANCHOR: packet
/// 一个首部：是什么，从包的第几个字节起，多长。`quoted`：它在 ICMP 引用的包里。
/// A header: what, from which byte of the packet, how long. `quoted`: in a packet cited by ICMP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub kind: Kind,
    pub at: usize,
    pub size: usize,
    pub quoted: bool,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Ethernet,
    Vlan,
    Cooked,
    Cooked2,
    Loopback,
    Arp,
    Ipv4,
    Ipv6,
    Icmp,
    Icmpv6,
    Udp,
    Tcp,
}

/// 拆开的包。`end`：最里面的数据到哪里为止；`trouble`：第一处说不通的字节。
/// A packet taken apart. `end`: where the innermost data ends; `trouble`: the first invalid
/// byte.
pub struct Packet<'a> {
    pub bytes: &'a [u8],
    pub original: usize,
    pub headers: Vec<Header>,
    pub end: usize,
    pub trouble: Option<(usize, &'static str)>,
}
// ANCHOR_END: packet

impl<'a> Packet<'a> {
    /// 一个还没有拆的包。
    /// A packet that has not been taken apart.
    pub fn new(bytes: &'a [u8], original: usize) -> Self {
        let (headers, end, trouble) = (Vec::new(), original, None);
        Self {
            bytes,
            original,
            headers,
            end,
            trouble,
        }
    }

    // ANCHOR: number
    /// 网络字节序：高位字节在前。没有的字节算 0，所以不会越界。
    /// Network byte order: the high byte first. Bytes that are not there count as 0: no overrun.
    pub fn number(&self, at: usize, size: usize) -> usize {
        let mut number = 0;
        for byte in self.bytes.iter().skip(at).take(size) {
            number = number << 8 | usize::from(*byte);
        }
        number
    }
    // ANCHOR_END: number

    pub fn find(&self, kind: Kind) -> Option<Header> {
        let mut own = self.headers.iter().filter(|header| !header.quoted);
        own.find(|header| header.kind == kind).copied()
    }

    /// 是不是一片：标志 MF 是 1，或者片偏移不是 0。
    /// Is it a fragment: the flag MF is 1, or the fragment offset is not 0?
    pub fn fragment(&self) -> bool {
        let ip = self.find(Kind::Ipv4);
        ip.is_some_and(|ip| self.number(ip.at + 6, 2) & 0x3fff != 0)
    }
}

// ANCHOR: tables
/// 一行：几个比特，中文名，英文名，怎样显示。
/// A row: how many bits, the Chinese name, the English name, how to show it.
pub type Row = (usize, &'static str, &'static str, Show);
#[derive(Clone, Copy)]
pub enum Show {
    Decimal,
    Hex,
    Mac,
    Ip,
    Checksum,
    Family,
    Flags(&'static [&'static str]),
    Named(&'static [(usize, &'static str)]),
}

#[rustfmt::skip]
const ETHERNET: &[Row] = &[
    (48, "目的 MAC", "destination MAC", Mac),
    (48, "源 MAC", "source MAC", Mac),
    (16, "类型", "EtherType", ETHER_TYPES),
];
const ETHER_TYPES: Show = Named(&[
    (0x0800, "IPv4"),
    (0x0806, "ARP"),
    (0x8100, "VLAN"),
    (0x86dd, "IPv6"),
    (0x88a8, "VLAN"),
]);
#[rustfmt::skip]
const ARP: &[Row] = &[
    (16, "硬件类型", "hardware type", Named(&[(1, "以太网 Ethernet")])),
    (16, "协议类型", "protocol type", Named(&[(0x0800, "IPv4")])),
    (8, "硬件地址长度", "hardware address length", Decimal),
    (8, "协议地址长度", "protocol address length", Decimal),
    (16, "操作", "operation", Named(&[(1, "请求 request"), (2, "应答 reply")])),
    (48, "发送方 MAC", "sender MAC", Mac), (32, "发送方 IP", "sender IP", Ip),
    (48, "目标 MAC", "target MAC", Mac), (32, "目标 IP", "target IP", Ip),
];
// ANCHOR_END: tables
#[rustfmt::skip]
const VLAN: &[Row] = &[
    (3, "优先级", "priority (PCP)", Decimal), (1, "可丢弃", "drop eligible (DEI)", Decimal),
    (12, "VLAN 编号", "VLAN ID", Decimal),
    (16, "类型", "EtherType", ETHER_TYPES),
];
#[rustfmt::skip]
const COOKED: &[Row] = &[
    (16, "方向", "packet type", DIRECTIONS),
    (16, "网卡种类", "ARPHRD type", ARPHRD), (16, "地址长度", "address length", Decimal),
    (48, "发送方 MAC", "sender MAC", Mac), (16, "未用", "unused", Hex),
    (16, "类型", "EtherType", ETHER_TYPES),
];
#[rustfmt::skip]
const COOKED2: &[Row] = &[
    (16, "类型", "EtherType", ETHER_TYPES), (16, "保留", "reserved", Hex),
    (32, "网卡编号", "interface index", Decimal),
    (16, "网卡种类", "ARPHRD type", ARPHRD), (8, "方向", "packet type", DIRECTIONS),
    (8, "地址长度", "address length", Decimal),
    (48, "发送方 MAC", "sender MAC", Mac), (16, "未用", "unused", Hex),
];
const LOOPBACK: &[Row] = &[(32, "地址族", "address family", Family)];
#[rustfmt::skip]
const DIRECTIONS: Show = Named(&[
    (0, "给我们的 to us"), (1, "广播 broadcast"), (2, "组播 multicast"),
    (3, "给别人的 to another host"), (4, "我们发的 sent by us"),
]);
const ARPHRD: Show = Named(&[(1, "以太网 Ethernet"), (772, "回环 loopback")]);
#[rustfmt::skip]
const IPV4: &[Row] = &[
    (4, "版本", "version", Decimal), (4, "首部长度", "IHL", Decimal),
    (6, "区分服务", "DSCP", Decimal), (2, "显式拥塞通知", "ECN", Decimal),
    (16, "总长度", "total length", Decimal),
    (16, "标识", "identification", Decimal),
    (3, "标志", "flags", Flags(&["MF", "DF"])), (13, "片偏移", "fragment offset", Decimal),
    (8, "生存时间", "TTL", Decimal),
    (8, "协议", "protocol", Named(&[(1, "ICMP"), (6, "TCP"), (17, "UDP")])),
    (16, "首部校验和", "header checksum", Checksum),
    (32, "源地址", "source address", Ip),
    (32, "目的地址", "destination address", Ip),
];
#[rustfmt::skip]
const IPV6: &[Row] = &[
    (4, "版本", "version", Decimal), (8, "流量类别", "traffic class", Hex), (20, "流标签", "flow label", Hex),
    (16, "载荷长度", "payload length", Decimal),
    (8, "下一个首部", "next header", Named(&[(6, "TCP"), (17, "UDP"), (58, "ICMPv6")])),
    (8, "跳数限制", "hop limit", Decimal),
    (128, "源地址", "source address", Ip),
    (128, "目的地址", "destination address", Ip),
];
const UDP: &[Row] = &[
    (16, "源端口", "source port", Decimal),
    (16, "目的端口", "destination port", Decimal),
    (16, "长度", "length", Decimal),
    (16, "校验和", "checksum", Checksum),
];
#[rustfmt::skip]
const TCP: &[Row] = &[
    (16, "源端口", "source port", Decimal), (16, "目的端口", "destination port", Decimal),
    (32, "序号", "sequence number", Decimal),
    (32, "确认号", "acknowledgment number", Decimal),
    (4, "数据偏移", "data offset", Decimal), (4, "保留", "reserved", Decimal),
    (8, "标志", "flags", Flags(&["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"])),
    (16, "窗口", "window", Decimal),
    (16, "校验和", "checksum", Checksum), (16, "紧急指针", "urgent pointer", Decimal),
];

// ICMP 的后 4 个字节，意思随类型变。
// The last 4 bytes of ICMP mean something else for each type.
const TYPES: Show = Named(&[
    (0, "回显应答 echo reply"),
    (3, "不可达 unreachable"),
    (5, "改道 redirect"),
    (8, "回显请求 echo request"),
    (11, "超时 time exceeded"),
    (12, "参数有错 parameter problem"),
]);
const TYPE: Row = (8, "类型", "type", TYPES);
const CODE: Row = (8, "代码", "code", Decimal);
const SUM: Row = (16, "校验和", "checksum", Checksum);
#[rustfmt::skip]
const ECHO: &[Row] = &[
    TYPE, CODE, SUM,
    (16, "标识", "identifier", Decimal), (16, "序号", "sequence number", Decimal),
];
#[rustfmt::skip]
const UNREACHABLE: &[Row] = &[
    TYPE, CODE, SUM,
    (16, "未用", "unused", Decimal), (16, "下一跳 MTU", "next-hop MTU", Decimal),
];
const REDIRECT: &[Row] = &[TYPE, CODE, SUM, (32, "网关", "gateway", Ip)];
const OTHER: &[Row] = &[TYPE, CODE, SUM, (32, "其余", "rest", Hex)];

/// 层、名字、出处、字段。
/// Layer, name, source, fields.
pub fn about(
    packet: &Packet<'_>,
    header: Header,
) -> (u8, &'static str, &'static str, &'static [Row]) {
    let icmp = match packet.number(header.at, 1) {
        0 | 8 => ECHO,
        3 => UNREACHABLE,
        5 => REDIRECT,
        _ => OTHER,
    };
    match header.kind {
        Ethernet => (2, "以太网 Ethernet", "RFC 894", ETHERNET),
        Vlan => (2, "VLAN 标签 tag", "IEEE 802.1Q", VLAN),
        Cooked => (2, "Linux cooked (SLL)", "LINKTYPE_LINUX_SLL", COOKED),
        Cooked2 => (2, "Linux cooked (SLL2)", "LINKTYPE_LINUX_SLL2", COOKED2),
        Loopback => (2, "回环 loopback", "LINKTYPE_NULL", LOOPBACK),
        Arp => (2, "ARP", "RFC 826", ARP),
        Ipv4 => (3, "IPv4", "RFC 791 §3.1", IPV4),
        Ipv6 => (3, "IPv6", "RFC 8200 §3", IPV6),
        Icmp => (3, "ICMP", "RFC 792", icmp),
        Icmpv6 => (
            3,
            "ICMPv6",
            "RFC 4443; RFC 4861",
            icmpv6::rows(packet.number(header.at, 1)),
        ),
        Udp => (4, "UDP", "RFC 768", UDP),
        Tcp => (4, "TCP", "RFC 9293 §3.1", TCP),
    }
}
