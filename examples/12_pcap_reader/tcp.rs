//! 一个 TCP 段写成一行的后半，像 tcpdump：标志，从 0 数起的序号，窗口，长度。
//! A TCP segment as the second half of a line, as tcpdump writes it: flags, sequence numbers from 0,
//! window, length.
use super::headers::{Header, Packet};
use super::line::addresses;
use super::screen::paint;
use std::collections::HashMap;

// ANCHOR: relative
/// 每条连接两个方向的起点，让序号从 0 数起。真正的起点是随机的（RFC 9293 §3.4.1）。
/// Where both directions of each connection begin, to count from 0. The real start is random (RFC
/// 9293 §3.4.1).
#[derive(Default)]
pub struct Talks(HashMap<(Vec<u8>, Vec<u8>), [u32; 2]>);

// 记得住这么多条连接；再多，就忘掉旧的。
// We remember this many connections; if there are more, we forget.
const CONNECTIONS: usize = 10_000;

impl Talks {
    /// 减去起点：自己的序号，对方的确认号。像 tcpdump 一样，第一个带 ACK 的段才算开头，
    /// 所以 SYN 显示真正的序号。
    /// Less the start: our sequence number, the peer's acknowledged. As in tcpdump, the first
    /// segment with ACK is the beginning, so a SYN shows the real number.
    fn relative(&mut self, ends: (Vec<u8>, Vec<u8>), flags: usize, seq: u32, ack: u32) -> [u32; 2] {
        // 没有 ACK 的段，确认号没有意义；一条连接里只有第一个 SYN 和少数 RST 是这样。
        // Without ACK the acknowledgment means nothing: only the first SYN, and some RST, are so.
        if flags & ACK == 0 {
            return [seq, ack];
        }
        // 一个方向用 (a, b)，另一个方向用 (b, a)：一条连接只记一次。
        // One direction is (a, b), the other (b, a): a connection is kept once.
        let turned = ends.0 > ends.1;
        let key = if turned { (ends.1, ends.0) } else { ends };
        let [mine, other] = if turned { [1, 0] } else { [0, 1] };
        if flags & SYN != 0 || !self.0.contains_key(&key) {
            if self.0.len() == CONNECTIONS {
                self.0.clear();
            }
            let mut start = [0; 2];
            (start[mine], start[other]) = (seq, ack.wrapping_sub(1));
            self.0.insert(key, start);
            return [seq, ack];
        }
        // 序号只有 32 比特，数到头就从 0 再来：wrapping_sub 照样减得对。
        // Sequence numbers have 32 bits and go on from 0: wrapping_sub is right even then.
        let start = self.0[&key];
        [
            seq.wrapping_sub(start[mine]),
            ack.wrapping_sub(start[other]),
        ]
    }
}
// ANCHOR_END: relative

// ANCHOR: tcp
pub(super) fn tcp(packet: &Packet<'_>, header: Header, talks: &mut Talks) -> String {
    let at = header.at;
    let [seq, ack] = [at + 4, at + 8].map(|at| packet.number(at, 4) as u32);
    let flags = packet.number(at + 13, 1);
    let [seq, ack] = talks.relative(ends(packet, at), flags, seq, ack);
    let mut letters = String::new();
    for (letter, bit) in FLAGS {
        if flags & bit != 0 {
            letters.push(letter);
        }
    }
    if letters.is_empty() {
        letters += "none";
    }
    let mut words = format!("Flags [{letters}]");
    // 首部里没有数据的长度：到包的末尾还有几个字节，就是几个。
    // The header does not say how much data there is: it is what is left to the packet's end.
    let data = packet.end.saturating_sub(at + header.size) as u32;
    // SYN 和 FIN 各占一个序号；只有 ACK 的段不占，不必写。
    // SYN and FIN take a number each. A segment with ACK alone takes none: not written.
    match data {
        0 if flags & (FIN | SYN | RST) == 0 => {}
        0 => words += &format!(", seq {seq}"),
        data => words += &format!(", seq {seq}:{}", seq.wrapping_add(data)),
    }
    if flags & ACK != 0 {
        words += &format!(", ack {ack}");
    }
    words += &format!(", win {}", packet.number(at + 14, 2));
    if flags & URG != 0 {
        words += &format!(", urg {}", packet.number(at + 18, 2));
    }
    paint(4, &format!("{words}, length {data}"))
}
// 8 个标志，每个 1 比特；tcpdump 用一个字母表示，ACK 是一个点（RFC 9293 §3.1）。
// 8 flags of 1 bit each; tcpdump writes a letter, and a dot for ACK (RFC 9293 §3.1).
const FIN: usize = 1;
const SYN: usize = 2;
const RST: usize = 4;
const PSH: usize = 8;
const ACK: usize = 16;
const URG: usize = 32;
const ECE: usize = 64;
const CWR: usize = 128;
#[rustfmt::skip]
const FLAGS: [(char, usize); 8] = [
    ('F', FIN), ('S', SYN), ('R', RST), ('P', PSH), ('.', ACK), ('U', URG), ('E', ECE), ('W', CWR),
];
// ANCHOR_END: tcp

/// 一条连接的两端：地址和端口的字节。
/// The two ends of a connection: the bytes of addresses and ports.
fn ends(packet: &Packet<'_>, tcp: usize) -> (Vec<u8>, Vec<u8>) {
    let (from, to, size) = addresses(packet);
    (end(packet, from, size, tcp), end(packet, to, size, tcp + 2))
}

fn end(packet: &Packet<'_>, ip: usize, size: usize, port: usize) -> Vec<u8> {
    let ip = packet.bytes.get(ip..ip + size).unwrap_or_default();
    let port = packet.bytes.get(port..port + 2).unwrap_or_default();
    [ip, port].concat()
}
