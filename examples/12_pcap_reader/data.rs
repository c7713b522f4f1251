//! 首部里面的数据，和整个包的字节。
//! The data inside the headers, and all bytes of a packet.
use super::foreign::plays_tricks;
use super::headers::{Kind, Packet, about};
use super::screen::paint;

/// 最里面的数据在哪里。
/// Where the innermost data is.
pub fn data(packet: &Packet<'_>) -> std::ops::Range<usize> {
    let start = packet.headers.last().map_or(0, |last| last.at + last.size);
    let end = packet.end.min(packet.bytes.len());
    start.min(end)..end
}

fn carries_data(packet: &Packet<'_>) -> bool {
    let last = packet.headers.last();
    let carrier =
        last.is_some_and(|last| matches!(last.kind, Kind::Tcp | Kind::Udp) && !last.quoted);
    carrier && !data(packet).is_empty()
}

/// TCP 和 UDP 里的数据，如果是文字，给开头几个字。
/// The data in TCP or UDP, if it is text: its first characters.
pub fn data_text(packet: &Packet<'_>) -> Option<String> {
    if !carries_data(packet) {
        return None;
    }
    let bytes = &packet.bytes[data(packet)];
    // 末尾可能是半个字；别处有坏字节，就不是文字。
    // The end may be half a character; bad bytes elsewhere mean that this is not text.
    let text = match str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => str::from_utf8(&bytes[..error.valid_up_to()]),
        text => text,
    };
    let text = text.ok()?;
    // 外来的字符会摆布你的终端：有这样的字符，也不当作文字。
    // Characters from outside would drive your terminal: with such characters this is no text.
    if text.chars().any(|c| c != '\r' && plays_tricks(c)) {
        return None;
    }
    let mut shown = String::new();
    for c in text.chars().take(TEXT) {
        match c {
            '\r' | '\n' | '\t' => shown.extend(c.escape_debug()),
            _ => shown.push(c),
        }
    }
    if text.chars().nth(TEXT).is_some() {
        shown.push('…');
    }
    Some(shown)
}
// 给几个字。
// How many characters are given.
const TEXT: usize = 24;

/// 每行 16 个字节，每个字节用它那一层的颜色。
/// 16 bytes in a row, each in the color of its layer.
pub(super) fn hex(packet: &Packet<'_>) -> String {
    let mut out = String::new();
    for (row, bytes) in packet.bytes.chunks(16).enumerate() {
        let mut painted = Vec::new();
        for (column, byte) in bytes.iter().enumerate() {
            let layer = layer_of(packet, row * 16 + column);
            painted.push(paint(layer, &format!("{byte:02x}")));
        }
        out += &format!("    {:>4} | {}\n", row * 16, painted.join(" "));
    }
    out
}

fn layer_of(packet: &Packet<'_>, at: usize) -> u8 {
    for header in &packet.headers {
        if (header.at..header.at + header.size).contains(&at) {
            return about(packet, *header).0;
        }
    }
    // 补的零是以太网的。
    // The zeros at the end are Ethernet's.
    if !data(packet).contains(&at) {
        return 2;
    }
    // ICMP 带的数据算它自己的。
    // What ICMP carries is its own.
    match packet.headers.last() {
        _ if carries_data(packet) => 7,
        Some(last) => about(packet, *last).0,
        None => 2,
    }
}
