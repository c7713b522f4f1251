//! TCP: the header with every flag, and what it says in its conversation.

mod options;

use core::net::{IpAddr, SocketAddr};
use std::ops::Range;

use crate::bits::{Header, be16, be32, byte, kinds, nothing, octets, say, text};
use crate::checksum::{self, Pseudo};
use crate::ports;
use crate::segment::{Seen, Segment};
use crate::{Kind, Layer};
use bilingual::Text;

kinds! {
SOURCE "tcp.src" "源端口" "source port"
    "发送方的哪个套接字。" "Which socket of the sender." "RFC 9293 §3.1"
DESTINATION "tcp.dst" "目的端口" "destination port"
    "给对方主机的哪个套接字。" "Which socket of the receiving host." "RFC 9293 §3.1"
SEQ "tcp.seq" "序号" "sequence number"
    "这一段第一个字节的编号。SYN 和 FIN 也各占一个号。" "The number of the segment's first byte. SYN and FIN take a number each." "RFC 9293 §3.1, §3.4"
ACK "tcp.ack" "确认号" "acknowledgment number"
    "期待的下一个字节的编号：此前的都收到了。" "The number of the next byte expected: all before it have arrived." "RFC 9293 §3.1"
OFFSET "tcp.offset" "数据偏移" "data offset"
    "首部有几个 4 字节，也就是数据从哪里开始。" "The header's length in units of 4 bytes: where the data begins." "RFC 9293 §3.1"
RESERVED "tcp.reserved" "保留" "reserved"
    "留给以后用，现在是 0。" "Reserved for the future, 0 for now." "RFC 9293 §3.1"
CWR "tcp.cwr" "CWR 已放慢" "CWR"
    "告诉对方：我知道路上拥堵，已经放慢。" "Tells the peer: I know about the congestion and have slowed down." "RFC 3168 §6.1"
ECE "tcp.ece" "ECE 有拥堵" "ECE"
    "告诉对方：你的包在路上遇到了拥堵。" "Tells the peer: your packets met congestion." "RFC 3168 §6.1"
URG "tcp.urg" "URG 紧急" "URG"
    "紧急指针有效。" "The urgent pointer is valid." "RFC 9293 §3.1"
ACK_FLAG "tcp.flag.ack" "ACK 确认" "ACK"
    "确认号有效。第一个 SYN 以外的段几乎都有。" "The acknowledgment number is valid. Nearly all segments after the first SYN have it." "RFC 9293 §3.1"
PSH "tcp.psh" "PSH 交付" "PSH"
    "请接收方不要等更多数据，把到手的交给程序。" "Asks the receiver not to wait for more, and to give the program what has arrived." "RFC 9293 §3.1, §3.9.1.2"
RST "tcp.rst" "RST 复位" "RST"
    "立即废止连接，或者拒绝一个段。" "Ends the connection at once, or refuses a segment." "RFC 9293 §3.5.2"
SYN "tcp.syn" "SYN 同步" "SYN"
    "想建立连接，序号字段是自己的起始序号。" "Asks to open a connection; the sequence number is my initial one." "RFC 9293 §3.5"
FIN "tcp.fin" "FIN 结束" "FIN"
    "我这个方向不再发数据。" "I have no more data to send in this direction." "RFC 9293 §3.6"
WINDOW "tcp.window" "窗口" "window"
    "我还能收多少。握手时谈好了扩大因子，就要再乘上它。" "How much more I can take, multiplied by the scale if both sides gave one in the handshake." "RFC 9293 §3.1; RFC 7323 §2"
CHECKSUM "tcp.checksum" "校验和" "checksum"
    "发现路上出的错。算的是 TCP 的首部和数据，加上伪首部：两个 IP 地址、协议号、长度。" "Detects damage in transit. It covers TCP's header and data, and a pseudo-header: both IP addresses, the protocol, the length." "RFC 9293 §3.1; RFC 1071"
URGENT "tcp.urgent" "紧急指针" "urgent pointer"
    "紧急数据到哪里为止；URG 为 0 时没有意义。" "Where urgent data ends; without URG it has no meaning." "RFC 9293 §3.1"
}

/// Number of bytes of the smallest header.
const HEADER_BYTES_MIN: usize = 20;

/// A header that was found.
pub(crate) struct Found {
    pub(crate) segment: Segment,
    /// Its bytes, options included.
    pub(crate) header: Range<usize>,
}

/// Reads the segment at `start`; `None` if these bytes cannot be one.
pub(crate) fn find(
    frame: &[u8],
    bytes: Range<usize>,
    addresses: (IpAddr, IpAddr),
) -> Option<Found> {
    let (start, end) = (bytes.start, bytes.end);
    let header = usize::from(byte(frame, start + 12) >> 4) * 4;
    if end - start < HEADER_BYTES_MIN || header < HEADER_BYTES_MIN || start + header > end {
        return None;
    }
    Some(Found {
        segment: Segment {
            source: SocketAddr::new(addresses.0, be16(frame, start)),
            destination: SocketAddr::new(addresses.1, be16(frame, start + 2)),
            seq: be32(frame, start + 4),
            ack: be32(frame, start + 8),
            flags: byte(frame, start + 13),
            window: be16(frame, start + 14),
            scale: options::scale(&frame[start + HEADER_BYTES_MIN..start + header]),
            block: options::first_block(&frame[start + HEADER_BYTES_MIN..start + header]),
            payload: u32::try_from(end - start - header).unwrap_or(u32::MAX),
        },
        header: start..start + header,
    })
}

/// How much of a segment is here, for its checksum.
pub(crate) enum Checksum<'a> {
    /// All of it.
    Over(Pseudo, &'a [u8]),
    /// A part.
    Unknown,
}

impl Checksum<'_> {
    pub(crate) fn is_ipv6(&self) -> bool {
        matches!(self, Self::Over(pseudo, _) if pseudo.source.is_ipv6())
    }

    pub(crate) fn verdict(&self) -> Text {
        match self {
            Self::Over(pseudo, bytes) => {
                checksum::verdict(checksum::holds_with_pseudo(pseudo, bytes))
            }
            Self::Unknown => checksum::unknown(),
        }
    }
}

/// The fields of a header; `seen` is missing for one that is quoted or cut.
pub(crate) fn fields(
    frame: &[u8],
    bytes: Range<usize>,
    seen: Option<&Seen>,
    checksum: &Checksum,
    protocol: &'static str,
) -> Layer {
    let mut header = Header::new(frame, bytes);
    let opener = seen.map(|seen| seen.opener);
    for (kind, calls) in [(&SOURCE, opener), (&DESTINATION, opener.map(|is| !is))] {
        let port = header.peek(16);
        header.put(kind, 16, port.to_string(), ports::meaning(port, calls));
    }
    let relative = |number: Option<u32>| match number {
        Some(number) => text(
            format!("相对序号 {number}"),
            format!("relative number {number}"),
        ),
        None => nothing(),
    };
    let value = header.peek(32).to_string();
    header.put(&SEQ, 32, value, relative(seen.map(|seen| seen.seq)));
    let flags = byte(frame, header.place() + 5);
    let value = header.peek(32).to_string();
    let meaning = if flags & crate::segment::ACK == 0 {
        say(
            "没有 ACK 标志，不算数",
            "without the ACK flag it is not valid",
        )
    } else {
        relative(seen.map(|seen| seen.ack))
    };
    header.put(&ACK, 32, value, meaning);
    let words = header.peek(4);
    let length = words * 4;
    let meaning = octets(length);
    header.put(&OFFSET, 4, words.to_string(), meaning);
    header.number(&RESERVED, 4);
    flag(&mut header, &CWR, ("我放慢了", "I have slowed down"));
    flag(&mut header, &ECE, ("路上有拥堵", "there is congestion"));
    flag(&mut header, &URG, ("有紧急数据", "there is urgent data"));
    flag(
        &mut header,
        &ACK_FLAG,
        ("确认号有效", "the acknowledgment number is valid"),
    );
    flag(
        &mut header,
        &PSH,
        ("到手的就交给程序", "give the program what has arrived"),
    );
    flag(&mut header, &RST, ("连接作废", "the connection is aborted"));
    flag(&mut header, &SYN, ("想建立连接", "asks to open"));
    flag(&mut header, &FIN, ("不再发数据", "will send no more"));
    let window = header.peek(16);
    header.put(
        &WINDOW,
        16,
        window.to_string(),
        window_meaning(window, flags, seen),
    );
    header.hex(&CHECKSUM, 16, checksum.verdict());
    let meaning = if flags & 0x20 == 0 {
        say(
            "没有 URG 标志，不算数",
            "without the URG flag it is not valid",
        )
    } else {
        nothing()
    };
    let value = header.peek(16).to_string();
    header.put(&URGENT, 16, value, meaning);
    options::fields(&mut header, seen);
    // A quoted header is not a transport: it is the contents of ICMP.
    header.finish(if protocol == "TCP" { 4 } else { 3 }, protocol)
}

fn flag(header: &mut Header, kind: &'static Kind, set: (&str, &str)) {
    let value = header.peek(1);
    let meaning = if value == 1 {
        say(set.0, set.1)
    } else {
        nothing()
    };
    header.put(kind, 1, value.to_string(), meaning);
}

fn window_meaning(window: u64, flags: u8, seen: Option<&Seen>) -> Text {
    match seen {
        _ if flags & crate::segment::RST != 0 => say("RST 里没有意义", "has no meaning in an RST"),
        _ if window == 0 => say("收不下了：先别发", "no room: send nothing for now"),
        Some(Seen {
            window: Some(bytes),
            shift: 0,
            ..
        }) => octets(u64::from(*bytes)),
        Some(Seen {
            window: Some(bytes),
            shift,
            ..
        }) => {
            let factor = 1_u32 << shift;
            text(
                format!("{window} × {factor} = {bytes} 字节"),
                format!("{window} × {factor} = {bytes} bytes"),
            )
        }
        Some(_) => say("扩大因子没有录到", "the scale was not recorded"),
        None => nothing(),
    }
}
