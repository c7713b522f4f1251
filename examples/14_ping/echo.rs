//! ICMP 回显报文（RFC 792）：写请求，读回答。不碰网络。
//! The ICMP echo message (RFC 792): write a request, read what comes back. No network here.

// ANCHOR: request
pub(crate) fn request(id: u16, seq: u16, size: usize) -> Vec<u8> {
    // 类型 8 是请求，0 是回答；编号分清是谁问的，序号分清是第几次。
    // Type 8 asks, type 0 answers. The id names the program that asked, the number says which time.
    let mut message = vec![8, 0, 0, 0];
    message.extend(id.to_be_bytes());
    message.extend(seq.to_be_bytes());
    // 数据是循环的 0123456789：从任何一片里都看得出自己在第几字节。
    // The data is 0123456789 over and over: any fragment shows where it was cut.
    message.extend((b'0'..=b'9').cycle().take(size));
    // 先把校验和的位置当作 0，算完再填。
    // The checksum's own place counts as 0 while it is computed.
    let sum = checksum(&message);
    message[2..4].copy_from_slice(&sum.to_be_bytes());
    message
}

/// RFC 1071：每 16 比特一组相加，进位加回末位，最后取反。
/// RFC 1071: add 16-bit words, add the carries back in, invert.
pub(crate) fn checksum(bytes: &[u8]) -> u16 {
    let mut sum = 0;
    for pair in bytes.chunks(2) {
        // 字节是奇数个，末尾就当作还有一个 0。
        // With an odd number of bytes, a 0 counts as the last one.
        let low = if pair.len() == 2 { pair[1] } else { 0 };
        sum += u32::from(u16::from_be_bytes([pair[0], low]));
    }
    // 32 位装得下 32768 个 16 位数的和，所以进位可以留到最后再加。
    // 32 bits hold the sum of 32768 words, so the carries may wait until the end.
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}
// ANCHOR_END: request

// ANCHOR: read
#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    Reply {
        size: usize,
        ttl: Option<u8>,
        intact: bool,
    },
    /// 类型和代码：哪一种错误。 Type and code: which error it is.
    Error(u8, u8),
}

/// `None`：不是给这个请求的。 `None`: it does not answer this request.
pub(crate) fn read(packet: &[u8], request: &[u8]) -> Option<Answer> {
    // 有的套接字连 IP 首部一起给，有的不给。IP 首部以 4 开头，没有 ICMP 类型是 64 到 79。
    // Some sockets hand over the IP header too. It begins with a 4; no ICMP type is 64 to 79.
    let has_header = packet.first()? >> 4 == 4;
    let (message, ttl) = if has_header {
        (inside(packet)?, packet.get(8).copied())
    } else {
        (packet, None)
    };
    // 校验和连自己一起算，得 0 才对。
    // The sum over everything, the checksum included, must be 0.
    if message.len() < 8 || checksum(message) != 0 {
        return None;
    }
    match message[0] {
        // 编号和序号要和请求里的一样；同一台机器上可能有别人也在 ping。
        // The id and number must be those of the request: others may ping from this host as well.
        0 if message[4..8] == request[4..8] => Some(Answer::Reply {
            size: message.len(),
            ttl,
            intact: message[8..] == request[8..],
        }),
        // 错误报文带着出事的包：它的 IP 首部，和后面至少 8 字节。靠这 8 字节认出是我们的。
        // An error carries the packet it is about: its IP header and 8 bytes more. By these 8
        // bytes we know our own.
        kind @ (3 | 11 | 12) => {
            let ours = inside(&message[8..])?.get(..8)?;
            if ours[0] != 8 || ours[4..8] != request[4..8] {
                return None;
            }
            Some(Answer::Error(kind, message[1]))
        }
        _ => None,
    }
}

/// IP 包里面的部分；首部长度以 4 字节为单位，写在第一个字节的低 4 位。
/// What is inside an IP packet; its header's length, in units of 4 bytes, is in the first byte.
fn inside(packet: &[u8]) -> Option<&[u8]> {
    let length = usize::from(packet.first()? & 15) * 4;
    packet.get(length.max(20)..)
}
// ANCHOR_END: read

// 名字照 RFC 792，3 后面的代码还有 RFC 1812 §5.2.7.1。
// Named as in RFC 792; more codes of type 3 are in RFC 1812 §5.2.7.1.
pub(crate) fn error_words(kind: u8, code: u8) -> String {
    let words = match (kind, code) {
        (11, 0) => "TTL 用完了 time to live exceeded",
        (11, _) => "分片没有凑齐 a fragment did not come in time",
        (3, 0) => "网络不可达 network unreachable",
        (3, 1) => "主机不可达 host unreachable",
        (3, 2) => "协议不可达 protocol unreachable",
        (3, 3) => "端口不可达 port unreachable",
        (3, 4) => "太大，又不许分片 too large, and may not be fragmented",
        (3, 9 | 10 | 13) => "被管理员禁止 administratively prohibited",
        _ => "别的错误 another error",
    };
    format!("{words} ({kind}/{code})")
}
