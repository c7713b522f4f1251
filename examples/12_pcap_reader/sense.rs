//! 首部至少多长，哪些字节说不通。
//! How short a header may be, and which of its bytes are invalid.
use super::headers::{Kind, Packet};
use Kind::{Arp, Cooked, Cooked2, Ethernet, Icmp, Icmpv6, Ipv4, Ipv6, Loopback, Tcp, Udp, Vlan};

/// 首部至少几个字节。
/// The fewest bytes of a header.
pub fn least(kind: Kind) -> usize {
    match kind {
        Ethernet => 14,
        Vlan | Loopback => 4,
        Cooked => 16,
        Arp => 28,
        Ipv6 => 40,
        Cooked2 | Ipv4 | Tcp => 20,
        Icmp | Icmpv6 | Udp => 8,
    }
}

/// 一个首部里第一处说不通的字节：偏移和原因。
/// The first invalid byte of a header: its offset, and why.
pub fn nonsense(packet: &Packet<'_>, kind: Kind, at: usize) -> Option<(usize, &'static str)> {
    let one = |byte| packet.number(at + byte, 1);
    let two = |byte| packet.number(at + byte, 2);
    let (byte, why) = match kind {
        Arp if (two(0), two(2), two(4)) != (1, 0x0800, 0x0604) => {
            (0, "不是以太网上的 IPv4 not for IPv4 on Ethernet")
        }
        Ipv4 if one(0) / 16 != 4 => (0, "IP 版本不是 4 IP version is not 4"),
        Ipv4 if one(0) % 16 < 5 => (0, "IHL 小于 5 IHL is below 5"),
        Ipv4 if two(2) < one(0) % 16 * 4 => (2, "总长度短于首部 total length below the header's"),
        Ipv6 if one(0) / 16 != 6 => (0, "IP 版本不是 6 IP version is not 6"),
        Udp if two(4) < 8 => (4, "UDP 长度小于 8 UDP length is below 8"),
        Tcp if one(12) / 16 < 5 => (12, "数据偏移小于 5 data offset is below 5"),
        _ => return None,
    };
    Some((at + byte, why))
}
