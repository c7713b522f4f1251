//! UDP: two ports, a length, a checksum.

use std::ops::Range;

use crate::Layer;
use crate::bits::{Header, be16, kinds, say, text};
use crate::ports;
use crate::tcp::Checksum;

kinds! {
SOURCE "udp.src" "源端口" "source port"
    "发送方的哪个套接字，回信寄到这里。" "Which socket of the sender: answers go there." "RFC 768"
DESTINATION "udp.dst" "目的端口" "destination port"
    "给对方主机的哪个套接字。" "Which socket of the receiving host." "RFC 768"
LENGTH "udp.length" "长度" "length"
    "首部 8 字节加数据，一共几个字节。" "The header's 8 bytes and the data together." "RFC 768"
CHECKSUM "udp.checksum" "校验和" "checksum"
    "发现路上出的错，算法同 TCP。IPv4 里 0 表示没有算。" "Detects damage in transit, computed as TCP's. In IPv4, 0 means that it was not computed." "RFC 768; RFC 1071"
}

/// Number of bytes of the header.
pub(crate) const HEADER_BYTES: usize = 8;

/// The fields of a header; `opener`: the sender spoke first.
pub(crate) fn fields(
    frame: &[u8],
    start: usize,
    end: usize,
    opener: Option<bool>,
    checksum: &Checksum,
    protocol: &'static str,
) -> Layer {
    let mut header = Header::new(frame, start..end.min(start + HEADER_BYTES));
    for (kind, calls) in [(&SOURCE, opener), (&DESTINATION, opener.map(|is| !is))] {
        let port = header.peek(16);
        header.put(kind, 16, port.to_string(), ports::meaning(port, calls));
    }
    let length = header.peek(16);
    let data = length.saturating_sub(8);
    let meaning = text(
        format!("首部 8 + 数据 {data} 字节"),
        format!("8 header + {data} data, in bytes"),
    );
    header.put(&LENGTH, 16, length.to_string(), meaning);
    let meaning = match (header.peek(16), checksum.is_ipv6()) {
        (0, false) => say("没有算", "not computed"),
        // RFC 8200 §8.1.
        (0, true) => say("✗ IPv6 里不许不算", "✗ IPv6 does not permit 0"),
        _ => checksum.verdict(),
    };
    header.hex(&CHECKSUM, 16, meaning);
    // A quoted header is not a transport: it is the contents of ICMP.
    header.finish(if protocol == "UDP" { 4 } else { 3 }, protocol)
}

/// Where the contents are: the length field may say less, or be wrong.
pub(crate) fn contents(frame: &[u8], start: usize, end: usize) -> Range<usize> {
    let length = usize::from(be16(frame, start + 4));
    let stated = if length < HEADER_BYTES {
        end
    } else {
        start + length
    };
    (start + HEADER_BYTES).min(end)..stated.clamp((start + HEADER_BYTES).min(end), end)
}
