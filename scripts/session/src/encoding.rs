//! Text that was saved in an encoding other than UTF-8: the line where that shows, and the encoding
//! that it looks like. Pure.

use std::fmt;

/// Why bytes are not UTF-8 text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotUtf8 {
    /// The line of the first bad byte, counted from 1.
    pub line: usize,
    /// What the bytes look like.
    pub looks: Looks,
}

/// An encoding that the bytes look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looks {
    /// UTF-16 or UTF-32, which Windows programs call "Unicode".
    Utf16,
    /// GBK, which Chinese Windows calls "ANSI".
    Gbk,
    /// Nothing in particular.
    Unknown,
}

/// The bytes as text, without a byte order mark.
///
/// # Errors
/// They are not UTF-8, or hold a NUL byte, which no text has.
pub fn text(bytes: Vec<u8>) -> Result<String, NotUtf8> {
    if is_utf16(&bytes) {
        let looks = Looks::Utf16;
        return Err(NotUtf8 { line: 1, looks });
    }
    let at = match String::from_utf8(bytes) {
        Ok(text) => match text.find('\0') {
            Some(at) => (at, text.into_bytes()),
            None => {
                return Ok(match text.strip_prefix('\u{feff}') {
                    Some(rest) => rest.to_owned(),
                    None => text,
                });
            }
        },
        Err(error) => (error.utf8_error().valid_up_to(), error.into_bytes()),
    };
    let (at, bytes) = at;
    let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
    let looks = match is_gbk(&bytes) {
        true => Looks::Gbk,
        false => Looks::Unknown,
    };
    Err(NotUtf8 { line, looks })
}

/// Whether there is a byte order mark, or a line end of two bytes.
fn is_utf16(bytes: &[u8]) -> bool {
    let marked = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    let little = |pair: &[u8]| matches!(pair, [b'\n' | b' ', 0]);
    let big = |pair: &[u8]| matches!(pair, [0, b'\n' | b' ']);
    let even = bytes.len().is_multiple_of(2);
    // Nearly every text holds no zero byte at all, and that is quickly seen.
    let paired = || bytes.contains(&0) && bytes.chunks(2).any(|pair| little(pair) || big(pair));
    marked || even && paired()
}

/// Whether every byte above ASCII belongs to a pair of GBK, and nearly all pairs are of GB2312, the
/// part that people write: other encodings fit into GBK by accident.
fn is_gbk(bytes: &[u8]) -> bool {
    let (mut pairs, mut common) = (0_usize, 0_usize);
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, tail) {
            (0, _) => return false,
            (0x01..=0x7f, _) => {}
            (0x81..=0xfe, [second @ (0x40..=0x7e | 0x80..=0xfe), tail @ ..]) => {
                pairs += 1;
                let written = matches!(first, 0xa1..=0xa3 | 0xb0..=0xf7) && *second >= 0xa1;
                common += usize::from(written);
                rest = tail;
            }
            _ => return false,
        }
    }
    pairs > 0 && common * 10 >= pairs * 9
}

impl NotUtf8 {
    /// What is wrong and what to do, without the place.
    #[must_use]
    pub fn zh(&self) -> String {
        match self.looks.name() {
            Some(name) => format!(
                "不是 UTF-8 文本，看起来是 {name}：在编辑器里按 {name} 打开，再另存为 UTF-8"
            ),
            None => "有不是 UTF-8 文本的字节：在编辑器里另存为 UTF-8".to_owned(),
        }
    }

    /// The same in English.
    #[must_use]
    pub fn en(&self) -> String {
        match self.looks.name() {
            Some(name) => format!(
                "not UTF-8 text, it looks like {name}: open it as {name} in your editor and save it as UTF-8"
            ),
            None => {
                "bytes that are not UTF-8 text: save the file as UTF-8 in your editor".to_owned()
            }
        }
    }
}

impl Looks {
    fn name(self) -> Option<&'static str> {
        match self {
            Looks::Utf16 => Some("UTF-16"),
            Looks::Gbk => Some("GBK"),
            Looks::Unknown => None,
        }
    }
}

impl fmt::Display for NotUtf8 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.en())
    }
}

impl std::error::Error for NotUtf8 {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], line: usize, looks: Looks) {
        assert_eq!(text(bytes.to_vec()), Err(NotUtf8 { line, looks }));
    }

    fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(order).collect()
    }

    #[test]
    fn utf8_is_text_with_or_without_its_mark() {
        assert_eq!(text("你好\n".into()).unwrap(), "你好\n");
        assert_eq!(text(b"\xef\xbb\xbfab".to_vec()).unwrap(), "ab");
        assert_eq!(text(Vec::new()).unwrap(), "");
    }

    #[test]
    fn gbk_is_recognized_by_its_pairs_at_the_line_of_the_first() {
        // 甲 and 你好，世界
        check(b"# \xbc\xd7 {#a}\n", 1, Looks::Gbk);
        let world = b"\xc4\xe3\xba\xc3\xa3\xac\xca\xc0\xbd\xe7";
        check(
            &[b"# A\n\n", world.as_slice(), b"\n"].concat(),
            3,
            Looks::Gbk,
        );
    }

    #[test]
    fn utf16_is_recognized_with_and_without_a_mark_in_both_orders() {
        for order in [u16::to_le_bytes, u16::to_be_bytes] {
            check(&utf16("\u{feff}# 甲\n", order), 1, Looks::Utf16);
            check(&utf16("# 甲\n", order), 1, Looks::Utf16);
            check(&utf16("a page\n", order), 1, Looks::Utf16);
        }
    }

    #[test]
    fn an_encoding_that_is_neither_is_not_named() {
        check(b"ok\ncaf\xe9\n", 2, Looks::Unknown);
        check("你好".as_bytes().get(..5).unwrap(), 1, Looks::Unknown);
        check(b"ab\n\0c", 2, Looks::Unknown);
        // é followed by an a looks like a pair, but like none that people write.
        check(b"pr\xe9alable\n", 1, Looks::Unknown);
    }
}
