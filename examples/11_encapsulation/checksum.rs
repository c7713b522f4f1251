//! 校验和：IPv4 的管首部，TCP 的还管数据和两端的地址。
//! Checksums: that of IPv4 covers its header, that of TCP also the data and both addresses.

// ANCHOR: checksum
/// RFC 1071：每 16 比特一组相加，进位绕回末位，取反。接收方连校验和一起加：得 0 才对。
/// RFC 1071: add 16-bit words, carry around, invert. The receiver adds all: 0 means correct.
pub(crate) fn checksum(bytes: &[u8]) -> u16 {
    let mut sum = 0;
    for pair in bytes.chunks(2) {
        // 字节是奇数个，末尾就当作还有一个 0。
        // With an odd number of bytes, a 0 counts as the last one.
        let low = if pair.len() == 2 { pair[1] } else { 0 };
        sum += u32::from(u16::from_be_bytes([pair[0], low]));
        let carry = sum >> 16;
        sum = (sum & 0xffff) + carry;
    }
    !(sum as u16)
}

/// TCP 的还算上 IP 地址、协议号和段长（伪首部）：送错机器的段，对不上。
/// TCP's also covers IP addresses, protocol and length: a segment at the wrong machine fails.
pub(crate) fn tcp_checksum(addresses: &[u8], segment: &[u8]) -> u16 {
    let length = (segment.len() as u16).to_be_bytes();
    checksum(&[addresses, &[0, 6], &length, segment].concat())
}
// ANCHOR_END: checksum
