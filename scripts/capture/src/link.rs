//! What precedes the packet of the network layer: Ethernet with its tags, the header that
//! Linux writes for `-i any`, the family of a loopback interface, or nothing.
//! The numbers are those of <https://www.tcpdump.org/linktypes.html>.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use crate::bits::{Header, be16, be32, byte, kinds, nothing, say};
use crate::names::Names;
use crate::{Layer, ethernet};
use bilingual::Text;

kinds! {
PRIORITY "vlan.pcp" "优先级" "priority (PCP)"
    "交换机忙的时候，先送数字大的。" "A busy switch sends the greater number first." "IEEE 802.1Q"
DROP "vlan.dei" "可丢弃" "drop eligible (DEI)"
    "1：装不下时可以先丢这一帧。" "1: where there is no room, this frame may be dropped first." "IEEE 802.1Q"
VLAN "vlan.id" "VLAN 编号" "VLAN ID"
    "一台交换机当几台用：只有同一个编号的口子才收得到。" "One switch used as several: only ports with the same number get the frame." "IEEE 802.1Q"
TAGGED "vlan.type" "类型" "EtherType"
    "标签后面是什么。" "What follows the tag." "IEEE 802.1Q"
DIRECTION "sll.pkttype" "方向" "packet type"
    "抓包的机器和这个包的关系：收下的、路过的、还是自己发的。" "What the packet is to the machine that captured it: for it, passing by, or its own." "LINKTYPE_LINUX_SLL"
CARD "sll.hatype" "网卡种类" "ARPHRD type"
    "包是在哪一种网卡上抓到的。" "The kind of interface on which the packet was captured." "LINKTYPE_LINUX_SLL"
LENGTH "sll.halen" "地址长度" "address length"
    "发送方的链路层地址有几个字节。" "The number of bytes in the sender's link-layer address." "LINKTYPE_LINUX_SLL"
ADDRESS "sll.src" "发送方 MAC" "sender MAC"
    "发送方的链路层地址。收方的没有记下。" "The sender's link-layer address. The receiver's is not kept." "LINKTYPE_LINUX_SLL"
UNUSED "sll.unused" "未用" "unused"
    "为更长的地址留的。" "Room for longer addresses." "LINKTYPE_LINUX_SLL"
PROTOCOL "sll.etype" "类型" "EtherType"
    "后面是什么，编号和以太网的一样。" "What follows, by the numbers of Ethernet." "LINKTYPE_LINUX_SLL"
INTERFACE "sll.ifindex" "网卡编号" "interface index"
    "抓到它的网卡在那台机器上的编号。" "The number that the interface has on the machine that captured it." "LINKTYPE_LINUX_SLL2"
FAMILY "null.family" "地址族" "address family"
    "后面是哪一种 IP。按抓包机器的字节顺序写。" "Which IP follows, in the byte order of the machine that captured it." "LINKTYPE_NULL"
}

/// What the first header of a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    /// 1.
    Ethernet,
    /// 0 and 108: `lo0` of macOS and the BSDs.
    Loopback,
    /// 113: `-i any` on Linux.
    Cooked,
    /// 276: the same, version 2.
    Cooked2,
    /// 101, 228, 229, and 12 and 14 as some systems write 101: no header at all.
    Ip,
}

impl Link {
    /// The link of this number in a file.
    ///
    /// # Errors
    /// The link is not supported: its number, its name where it is common, and what to do.
    pub(crate) fn of(number: i32) -> Result<Self, String> {
        Ok(match number {
            0 | 108 => Self::Loopback,
            1 => Self::Ethernet,
            12 | 14 | 101 | 228 | 229 => Self::Ip,
            113 => Self::Cooked,
            276 => Self::Cooked2,
            _ => return Err(unknown(number)),
        })
    }

    /// Minimum number of bytes of its header.
    pub(crate) fn least(self) -> usize {
        match self {
            Self::Ethernet => ethernet::HEADER_BYTES,
            Self::Loopback => 4,
            Self::Cooked => 16,
            Self::Cooked2 => 20,
            Self::Ip => 1,
        }
    }
}

fn unknown(number: i32) -> String {
    let (name, advice) = match number {
        105 | 119 | 127 | 163 => (
            " (802.11)",
            "capture without monitor mode, and the frames are Ethernet",
        ),
        9 | 50 | 51 | 166 => (" (PPP)", "capture with `-i any` on Linux"),
        149 | 258 => (" (PKTAP)", "capture on one interface, such as `-i lo0`"),
        _ => ("", "Wireshark may know it"),
    };
    format!("an interface of link type {number}{name}, which is not supported: {advice}")
}

/// The EtherType of what the link carries, where that starts, and where each VLAN tag starts.
pub(crate) struct Carried {
    pub(crate) ether_type: u16,
    pub(crate) start: usize,
    pub(crate) tags: Vec<usize>,
}

/// What follows the headers of the link.
pub(crate) fn carried(link: Link, frame: &[u8]) -> Carried {
    let mut ether_type = match link {
        Link::Ethernet => be16(frame, 12),
        Link::Cooked => be16(frame, 14),
        Link::Cooked2 => be16(frame, 0),
        Link::Loopback => of_family(family(frame)),
        Link::Ip if byte(frame, 0) >> 4 == 6 => 0x86dd,
        Link::Ip => 0x0800,
    };
    let mut start = match link {
        Link::Ip => 0,
        _ => link.least().min(frame.len()),
    };
    let mut tags = Vec::new();
    while matches!(ether_type, 0x8100 | 0x88a8 | 0x9100) && start + 4 <= frame.len() {
        tags.push(start);
        ether_type = be16(frame, start + 2);
        start += 4;
    }
    Carried {
        ether_type,
        start,
        tags,
    }
}

/// The family is below 256: whichever end is not zero is the low one.
fn family(frame: &[u8]) -> u32 {
    let family = be32(frame, 0);
    family.min(family.swap_bytes())
}

/// IPv4 is 2 everywhere; IPv6 is 24, 28 or 30, by system.
fn of_family(family: u32) -> u16 {
    match family {
        2 => 0x0800,
        24 | 28 | 30 => 0x86dd,
        _ => 0,
    }
}

/// The headers of the link, outermost first.
pub(crate) fn layers(link: Link, frame: &[u8], names: &Names) -> Vec<Layer> {
    let mut layers = match link {
        Link::Ethernet => vec![ethernet::header(frame, names)],
        Link::Cooked => vec![cooked(frame, names)],
        Link::Cooked2 => vec![cooked_2(frame, names)],
        Link::Loopback => vec![loopback(frame)],
        Link::Ip => Vec::new(),
    };
    let tags = carried(link, frame).tags;
    layers.extend(tags.into_iter().map(|start| tag(frame, start..start + 4)));
    layers
}

fn tag(frame: &[u8], bytes: Range<usize>) -> Layer {
    let mut header = Header::new(frame, bytes);
    header.number(&PRIORITY, 3);
    header.number(&DROP, 1);
    header.number(&VLAN, 12);
    ether_type(&mut header, &TAGGED);
    header.finish(2, "VLAN")
}

fn ether_type(header: &mut Header, kind: &'static crate::Kind) {
    let (zh, en) = ethernet::ether_type(header.peek(16));
    header.hex(kind, 16, say(zh, en));
}

fn cooked(frame: &[u8], names: &Names) -> Layer {
    let mut header = Header::new(frame, 0..Link::Cooked.least());
    direction(&mut header, 16);
    card(&mut header);
    header.number(&LENGTH, 16);
    sender(&mut header, names);
    ether_type(&mut header, &PROTOCOL);
    header.finish(2, "SLL")
}

fn cooked_2(frame: &[u8], names: &Names) -> Layer {
    let mut header = Header::new(frame, 0..Link::Cooked2.least());
    ether_type(&mut header, &PROTOCOL);
    header.hex(&UNUSED, 16, nothing());
    header.number(&INTERFACE, 32);
    card(&mut header);
    direction(&mut header, 8);
    header.number(&LENGTH, 8);
    sender(&mut header, names);
    header.finish(2, "SLL2")
}

fn direction(header: &mut Header, bits: usize) {
    let value = header.peek(bits);
    let meaning = match value {
        0 => say("给这台机器的", "for this machine"),
        1 => say("广播", "broadcast"),
        2 => say("组播", "multicast"),
        3 => say("给别的机器的", "for another machine"),
        4 => say("这台机器发的", "sent by this machine"),
        _ => Text::default(),
    };
    header.put(&DIRECTION, bits, value.to_string(), meaning);
}

fn card(header: &mut Header) {
    let value = header.peek(16);
    let meaning = match value {
        1 => say("以太网", "Ethernet"),
        772 => say("回环", "loopback"),
        _ => Text::default(),
    };
    header.put(&CARD, 16, value.to_string(), meaning);
}

fn sender(header: &mut Header, names: &Names) {
    let bytes = header.bytes(6);
    header.put(
        &ADDRESS,
        48,
        ethernet::mac(bytes),
        ethernet::owner(bytes, names),
    );
    header.hex(&UNUSED, 16, nothing());
}

fn loopback(frame: &[u8]) -> Layer {
    let mut header = Header::new(frame, 0..Link::Loopback.least());
    let family = family(frame);
    let meaning = match of_family(family) {
        0x0800 => say("IPv4", "IPv4"),
        0x86dd => say("IPv6", "IPv6"),
        _ => Text::default(),
    };
    header.put(&FAMILY, 32, family.to_string(), meaning);
    header.finish(2, "loopback")
}

/// The hosts at both ends of a frame: by card where the link names it, or else by address.
///
/// # Errors
/// The sender is not a host of the session: its address in the frame.
pub(crate) fn ends(
    link: Link,
    frame: &[u8],
    names: &Names,
) -> Result<(usize, Option<usize>), String> {
    let card = |at: usize| frame.get(at..at + 6);
    let host = |at| names.card(card(at)?);
    if link == Link::Ethernet {
        let from = host(6).ok_or_else(|| ethernet::mac(card(6).unwrap_or_default()));
        return Ok((from?, host(0)));
    }
    let Carried {
        ether_type, start, ..
    } = carried(link, frame);
    let address = |at: usize| IpAddr::V4(Ipv4Addr::from(be32(frame, at)));
    let address_6 = |at: usize| {
        let octets: [u8; 16] = std::array::from_fn(|index| byte(frame, at + index));
        IpAddr::V6(Ipv6Addr::from(octets))
    };
    // Of ARP: the protocol addresses of sender and target (RFC 826).
    let (source, destination) = match ether_type {
        0x0806 => (address(start + 14), address(start + 24)),
        0x86dd => (address_6(start + 8), address_6(start + 24)),
        _ => (address(start + 12), address(start + 16)),
    };
    let by_card = match link {
        Link::Cooked => host(6),
        Link::Cooked2 => host(12),
        Link::Ethernet | Link::Loopback | Link::Ip => None,
    };
    let from = by_card.or_else(|| names.address(source));
    let from = from.ok_or_else(|| source.to_string())?;
    Ok((from, names.address(destination)))
}
