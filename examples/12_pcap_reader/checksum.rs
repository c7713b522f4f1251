//! 校验和：连它自己一起加，得 0 才对（RFC 1071）。
//! Checksums: add everything, the checksum too, and 0 means correct (RFC 1071).
use super::headers::{Header, Kind, Packet};

/// 这个首部的校验和对不对；数据不全就算不了。
/// Is the checksum of this header correct? On part of the data it cannot be computed.
pub fn verdict(packet: &Packet<'_>, header: Header, value: usize) -> String {
    let Header { kind, at, .. } = header;
    let end = match kind {
        // IPv4 的校验和只管首部；别的管到数据的末尾。
        // IPv4's covers the header only, the others cover all data too.
        Kind::Ipv4 => at + header.size,
        _ => packet.end,
    };
    let part = header.quoted || packet.fragment();
    let bytes = packet
        .bytes
        .get(at..end)
        .filter(|_| kind == Kind::Ipv4 || !part);
    let pseudo = match kind {
        Kind::Udp if value == 0 => return "没有 none".to_owned(),
        Kind::Udp => pseudo_header(packet, at, 17),
        Kind::Tcp => pseudo_header(packet, at, 6),
        Kind::Icmpv6 => pseudo_header(packet, at, 58),
        _ => Some(0),
    };
    let Some((bytes, pseudo)) = bytes.zip(pseudo) else {
        return "数据不全，算不了 not all data is here".to_owned();
    };
    let sum = sum(bytes) + pseudo;
    if fold(sum) == 0xffff {
        return "正确 correct".to_owned();
    }
    // 加上写着的值的反码，等于把它去掉；剩下的取反，就是应该写的值。
    // Adding the inverse of the value takes it away; the rest inverted is what it should be.
    let right = !fold(sum + u64::from(!(value as u16)));
    format!("错，应为 wrong, should be 0x{right:04x}")
}

/// TCP、UDP 和 ICMPv6 还算上 IP 地址、协议号和长度（伪首部），所以送错机器的段对不上。
/// TCP, UDP and ICMPv6 also cover IP addresses, protocol and length (the pseudo-header), so a segment at
/// the wrong machine fails.
fn pseudo_header(packet: &Packet<'_>, at: usize, protocol: u64) -> Option<u64> {
    let length = packet.end.saturating_sub(at) as u64;
    let (from, size) = match (packet.find(Kind::Ipv4), packet.find(Kind::Ipv6)) {
        (Some(ip), _) => (ip.at + 12, 8),
        (_, Some(ip)) => (ip.at + 8, 32),
        _ => return None,
    };
    Some(sum(packet.bytes.get(from..from + size)?) + protocol + length)
}

fn sum(bytes: &[u8]) -> u64 {
    let mut sum = 0;
    for pair in bytes.chunks(2) {
        // 字节是奇数个，末尾就当作还有一个 0。
        // With an odd number of bytes, a 0 counts as the last one.
        let low = if pair.len() == 2 { pair[1] } else { 0 };
        sum += u64::from(u16::from_be_bytes([pair[0], low]));
    }
    sum
}

fn fold(mut sum: u64) -> u16 {
    while sum > 0xffff {
        sum = (sum >> 16) + (sum & 0xffff);
    }
    sum as u16
}
