//! Payload that no header describes: text by lines, anything else in hexadecimal.

use std::ops::Range;

use crate::bits::{Header, kinds, nothing, octets, say};
use crate::{Kind, Layer};
use bilingual::Text;

kinds! {
TEXT "data.text" "文字" "text"
    "程序写进套接字的文字，UTF-8 编码：一个汉字三个字节。" "Text that a program wrote into its socket, in UTF-8: a Chinese character takes three bytes." "RFC 3629"
BYTES "data.bytes" "数据" "data"
    "程序给的字节。网络不看它们的含义。" "Bytes from a program. The network does not interpret them." "RFC 9293 §3.1; RFC 768"
}

kinds! {
ECHO "icmp.data" "回显数据" "echo data"
    "请求里随便放的字节，应答原样送回。" "Arbitrary bytes of the request; the answer carries them back." "RFC 792"
ECHO_6 "icmpv6.data" "回显数据" "echo data"
    "请求里随便放的字节，应答原样送回。" "Arbitrary bytes of the request; the answer carries them back." "RFC 4443 §4.1"
QUOTED_6 "icmpv6.quoted" "引用的数据" "quoted data"
    "出事的那个包，尽量多引用，只要整个报文不超过 1280 字节。" "As much of the packet that caused the error as fits in a message of 1280 bytes." "RFC 4443 §3.1"
FRAGMENT "ip.fragment" "分片的数据" "data of a fragment"
    "原来数据的一截，凑齐了才交给上面的协议。" "A part of the original data. The protocol above gets the data once all parts have arrived." "RFC 791 §3.2"
QUOTED "icmp.quoted" "引用的数据" "quoted data"
    "出事的那个包的开头几个字节，发送方由此认出它。" "The first bytes of the packet that caused the error, so that its sender can recognize it." "RFC 792; RFC 1812 §4.3.2.3"
UNKNOWN "unknown" "没有解读的数据" "data that is not decoded"
    "这种协议的内容，书里没有讲。" "Contents of a protocol that the book does not cover." ""
}

/// The nature of bytes that belong to no program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Run {
    Echo,
    Echo6,
    Fragment,
    Quoted,
    Quoted6,
    Unknown,
}

/// Number of pieces of a payload that are shown one by one; the rest is one piece.
const PIECES_SHOWN_MAX: usize = 200;

/// Bytes that a program sent.
pub(crate) fn layer(frame: &[u8], bytes: Range<usize>) -> Layer {
    let mut header = Header::new(frame, bytes);
    let count = header.left() / 8;
    lines_of(&mut header, &TEXT, count, PIECES_SHOWN_MAX);
    header.finish(7, "data")
}

/// Bytes that no program sent, as one field.
pub(crate) fn run(frame: &[u8], bytes: Range<usize>, run: Run) -> Layer {
    let mut header = Header::new(frame, bytes);
    let kind = match run {
        Run::Echo => &ECHO,
        Run::Echo6 => &ECHO_6,
        Run::Quoted6 => &QUOTED_6,
        Run::Fragment => &FRAGMENT,
        Run::Quoted => &QUOTED,
        Run::Unknown => &UNKNOWN,
    };
    let count = header.left() / 8;
    let meaning = octets(count as u64);
    header.octets(kind, count, meaning);
    header.finish(3, "data")
}

/// Names the next `count` bytes by lines of text and runs of other bytes.
pub(crate) fn lines_of(header: &mut Header, line: &'static Kind, count: usize, pieces: usize) {
    let end = (header.left() / 8).saturating_sub(count);
    for _ in 0..pieces {
        let left = header.left() / 8 - end;
        if left == 0 {
            return;
        }
        let bytes = header.bytes(left);
        let (length, written) = piece(bytes);
        match written {
            Some(value) => {
                let meaning = line_meaning(&value);
                header.put(line, length * 8, value, meaning);
            }
            None => header.octets(&BYTES, length, size(length, bytes)),
        }
    }
    let left = header.left() / 8 - end;
    header.octets(&BYTES, left, size(left, &[]));
}

/// The next line or run: how many bytes, and the text if it is one.
fn piece(bytes: &[u8]) -> (usize, Option<String>) {
    let valid = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
    };
    let length = valid
        .char_indices()
        .find(|&(at, c)| (is_binary(c)) || (at > 0 && valid.as_bytes()[at - 1] == b'\n'))
        .map_or(valid.len(), |(at, _)| at);
    if length > 0 {
        return (length, Some(written(&valid[..length])));
    }
    // Up to where readable text starts again: 4 characters, since one may look readable by chance.
    let mut end = 1;
    while end < bytes.len() && !readable(&bytes[end..]) {
        end += 1;
    }
    (end, None)
}

fn readable(bytes: &[u8]) -> bool {
    const READABLE_CHARACTERS_MIN: usize = 4;
    let window = &bytes[..bytes.len().min(4 * READABLE_CHARACTERS_MIN)];
    let valid = match std::str::from_utf8(window) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&window[..error.valid_up_to()]).unwrap_or_default(),
    };
    let good = valid
        .chars()
        .take(READABLE_CHARACTERS_MIN)
        .take_while(|&c| !is_binary(c))
        .count();
    good == READABLE_CHARACTERS_MIN || (good > 0 && valid.len() == bytes.len())
}

fn is_binary(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\r' | '\t')
}

/// Control characters as programmers write them.
pub(crate) fn written(text: &str) -> String {
    text.replace('\r', "\\r")
        .replace('\n', "\\n")
        .replace('\t', "\\t")
}

fn line_meaning(value: &str) -> Text {
    if value.ends_with("\\r\\n") {
        say("行尾是 \\r\\n", "ends with \\r\\n")
    } else if value.ends_with("\\n") {
        say("行尾是 \\n", "ends with \\n")
    } else {
        nothing()
    }
}

fn size(length: usize, bytes: &[u8]) -> Text {
    let part = (1..4).contains(&length) && bytes.iter().take(length).all(|byte| byte & 0x80 != 0);
    if part {
        return say(
            "半个字：其余的字节在另一个段里",
            "part of a character: its other bytes are in another segment",
        );
    }
    octets(length as u64)
}
