//! Bytes in an encoding other than UTF-8: which one it probably is, and the text in it. Pure.
//!
//! A program on a Chinese Windows prints GBK, PowerShell writes UTF-16. Where the expected text is
//! known, its bytes in each encoding are compared with what came: a match is proof. Otherwise an
//! encoding is named only where all bytes make ordinary text in it.

use encoding_rs::{BIG5, EUC_KR, Encoding, GB18030, SHIFT_JIS, WINDOWS_1252};

/// What bytes that are not plain UTF-8 look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Guess {
    /// UTF-8 after a byte order mark.
    Mark,
    /// Text in this encoding; `sure` where it is the expected text.
    Text {
        encoding: &'static str,
        text: String,
        sure: bool,
    },
    /// Neither UTF-8 nor another known encoding.
    Unknown,
}

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The encodings in the order in which they are tried: GBK is by far the most frequent.
fn known() -> [(&'static str, &'static Encoding); 5] {
    [
        ("GBK", GB18030),
        ("Big5", BIG5),
        ("Shift_JIS", SHIFT_JIS),
        ("EUC-KR", EUC_KR),
        ("Windows-1252 (Latin-1)", WINDOWS_1252),
    ]
}

/// What `came` is, where it is not plain UTF-8; `expected` is what should have come. Both may be the
/// end of something longer, which may begin inside a character.
pub(super) fn guess(expected: &[u8], came: &[u8], an_end: bool) -> Option<Guess> {
    let (expected, came) = match an_end {
        true => (inside(expected), inside(came)),
        false => (expected, came),
    };
    if came.starts_with(BYTE_ORDER_MARK) && !expected.starts_with(BYTE_ORDER_MARK) {
        return Some(Guess::Mark);
    }
    if let Some(guess) = same_text(expected, came).or_else(|| utf16(came)) {
        return Some(guess);
    }
    // Where bytes that are not text were sent, some may come back.
    let riddles = is_foreign(expected) || holds(expected, "\u{fffd}".as_bytes());
    if riddles || !is_foreign(came) {
        return None;
    }
    Some(plausible(came).unwrap_or(Guess::Unknown))
}

/// What a line that a program printed is, where it is not UTF-8; what it should be is not known.
pub(super) fn guess_line(line: &[u8]) -> Option<Guess> {
    utf16(line).or_else(|| is_foreign(line).then(|| plausible(line).unwrap_or(Guess::Unknown)))
}

/// Whether it is not UTF-8; a character that is cut by the edge of the window proves nothing.
fn is_foreign(bytes: &[u8]) -> bool {
    match std::str::from_utf8(bytes) {
        Ok(_) => false,
        Err(error) => error.error_len().is_some(),
    }
}

/// The bytes without the rest of a character at the beginning.
fn inside(bytes: &[u8]) -> &[u8] {
    let rest = bytes
        .iter()
        .take(3)
        .take_while(|&&byte| byte & 0xc0 == 0x80);
    &bytes[rest.count()..]
}

/// The expected text, in another encoding.
fn same_text(expected: &[u8], came: &[u8]) -> Option<Guess> {
    let text = String::from_utf8_lossy(expected);
    // Of a pattern, the part that is fixed; the end of the line may differ.
    let part = text.split("[..]").max_by_key(|part| part.len())?.trim();
    if part.is_empty() {
        return None;
    }
    let units: Vec<u16> = part.encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    let sure = |encoding, text: &str| {
        Some(Guess::Text {
            encoding,
            text: text.to_owned(),
            sure: true,
        })
    };
    if holds(came, &little) {
        return sure("UTF-16LE", part);
    }
    if holds(came, &big) {
        return sure("UTF-16BE", part);
    }
    if part.is_ascii() {
        return None;
    }
    known().into_iter().find_map(|(name, encoding)| {
        let (bytes, _, lost) = encoding.encode(part);
        let found = !lost && holds(came, &bytes);
        found.then(|| sure(name, part)).flatten()
    })
}

/// Whether all of `part` is in `came`, or, where `came` is shorter, at least two characters of it.
fn holds(came: &[u8], part: &[u8]) -> bool {
    let whole = came.windows(part.len().max(1)).any(|window| window == part);
    whole || (came.len() >= 4 && came.len() < part.len() && part.starts_with(came))
}

/// The text in UTF-16, recognized by its mark or by the zeros of its ASCII.
fn utf16(bytes: &[u8]) -> Option<Guess> {
    let zeros = |first: usize| {
        let of_pairs = bytes.iter().skip(first).step_by(2);
        of_pairs.filter(|&&byte| byte == 0).count()
    };
    let (encoding, rest, little) = match bytes {
        [0xff, 0xfe, rest @ ..] => ("UTF-16LE", rest, true),
        [0xfe, 0xff, rest @ ..] => ("UTF-16BE", rest, false),
        _ if bytes.len() < 4 => return None,
        _ if zeros(0) == 0 && zeros(1) * 4 >= bytes.len() => ("UTF-16LE", bytes, true),
        _ if zeros(1) == 0 && zeros(0) * 4 >= bytes.len() => ("UTF-16BE", bytes, false),
        _ => return None,
    };
    let units = rest.chunks_exact(2).map(|pair| match little {
        true => u16::from_le_bytes([pair[0], pair[1]]),
        false => u16::from_be_bytes([pair[0], pair[1]]),
    });
    let text: String = char::decode_utf16(units)
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    let usual = !text.is_empty() && text.chars().all(is_usual);
    usual.then(|| Guess::Text {
        encoding,
        text: text.trim().to_owned(),
        sure: false,
    })
}

/// The first encoding in which all bytes make ordinary text.
fn plausible(bytes: &[u8]) -> Option<Guess> {
    // The edge of a window, or of a read, may have cut a character at both ends.
    let cuts = [(0, 0), (0, 1), (1, 0), (1, 1)];
    for (name, encoding) in known() {
        for (first, last) in cuts {
            let Some(part) = bytes.get(first..bytes.len().saturating_sub(last)) else {
                continue;
            };
            let high = part.iter().filter(|&&byte| byte >= 0x80).count();
            if high == 0 || !fits(name, part) {
                continue;
            }
            let (text, lost) = encoding.decode_without_bom_handling(part);
            if !lost && text.chars().all(|c| c != '\u{fffd}' && is_usual(c)) {
                return Some(Guess::Text {
                    encoding: name,
                    text: text.trim().to_owned(),
                    sure: false,
                });
            }
        }
    }
    None
}

/// Whether the bytes lie where the usual characters of this encoding are: nearly any bytes decode
/// as something in most of them.
fn fits(name: &str, bytes: &[u8]) -> bool {
    let pairs = || Pairs { bytes };
    match name {
        // GB 2312: both bytes from A1 on, the signs first, then the common characters.
        "GBK" => pairs().all(|pair| {
            pair.is_some_and(|[lead, trail]| {
                trail >= 0xa1 && matches!(lead, 0xa1..=0xa9 | 0xb0..=0xf7)
            })
        }),
        // The signs, then the common characters.
        "Big5" => pairs().all(|pair| {
            pair.is_some_and(|[lead, trail]| {
                matches!(lead, 0xa1..=0xc6) && matches!(trail, 0x40..=0x7e | 0xa1..=0xfe)
            })
        }),
        // Kana at least.
        "Shift_JIS" => pairs().any(|pair| matches!(pair, Some([0x82 | 0x83, _]))),
        "EUC-KR" => pairs().all(|pair| matches!(pair, Some([0xb0..=0xc8, 0xa1..=0xfe]))),
        // A letter with an accent, among letters.
        _ => {
            let high = bytes.iter().filter(|&&byte| byte >= 0x80).count();
            let letters = bytes
                .iter()
                .filter(|byte| byte.is_ascii_alphabetic())
                .count();
            letters >= 2 * high && bytes.iter().all(|byte| *byte < 0x80 || *byte >= 0xc0)
        }
    }
}

/// The pairs of bytes that begin with a high one; `None` for half a pair.
struct Pairs<'a> {
    bytes: &'a [u8],
}

impl Iterator for Pairs<'_> {
    type Item = Option<[u8; 2]>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.bytes.iter().position(|&byte| byte >= 0x80)?;
        match self.bytes[start..] {
            [lead, trail, ..] => {
                self.bytes = &self.bytes[start + 2..];
                Some(Some([lead, trail]))
            }
            _ => {
                self.bytes = &[];
                Some(None)
            }
        }
    }
}

/// Whether it is in ordinary text: no control character, nothing private or unassigned, which a
/// wrong encoding would give.
fn is_usual(c: char) -> bool {
    match c {
        '\n' | '\r' | '\t' => true,
        c if c.is_control() => false,
        c => {
            c.is_ascii()
                || matches!(c, '\u{a0}'..='\u{24f}' | '\u{2010}'..='\u{2044}' | '\u{20ac}' | '\u{2190}'..='\u{25ff}'
                    | '\u{3000}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{ff00}'..='\u{ffef}')
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(expected: &[u8], came: &[u8]) -> Option<Guess> {
        super::guess(expected, came, false)
    }

    fn text(encoding: &'static str, text: &str, sure: bool) -> Option<Guess> {
        let text = text.to_owned();
        Some(Guess::Text {
            encoding,
            text,
            sure,
        })
    }

    fn in_encoding(encoding: &'static Encoding, text: &str) -> Vec<u8> {
        let (bytes, _, lost) = encoding.encode(text);
        assert!(!lost);
        bytes.into_owned()
    }

    #[test]
    fn the_text_that_should_have_come_is_known_in_any_encoding() {
        for (name, encoding) in [("GBK", GB18030), ("Big5", BIG5)] {
            let came = in_encoding(encoding, "你好\n");
            let found = guess("你好\n".as_bytes(), &came);
            assert_eq!(found, text(name, "你好", true));
        }
        for (name, bytes) in [
            ("UTF-16LE", &b"\x60\x4f\x7d\x59\n\0"[..]),
            ("UTF-16BE", b"\x4f\x60\x59\x7d\0\n"),
        ] {
            assert_eq!(guess("你好\n".as_bytes(), bytes), text(name, "你好", true));
        }
        let latin = guess("café\n".as_bytes(), b"caf\xe9\n");
        assert_eq!(latin, text("Windows-1252 (Latin-1)", "café", true));
        let pattern = guess(
            "[..]再见\n".as_bytes(),
            &in_encoding(GB18030, "alice: 再见\n"),
        );
        assert_eq!(pattern, text("GBK", "再见", true));
    }

    #[test]
    fn other_text_is_known_where_all_of_it_is_usual() {
        let gbk = in_encoding(GB18030, "客户端: 在吗？\n");
        assert_eq!(
            guess(b"hello\n", &gbk),
            text("GBK", "客户端: 在吗？", false)
        );
        // A window, or a read, may end inside a character.
        assert!(matches!(
            guess(b"hello\n", &gbk[..5]),
            Some(Guess::Text {
                encoding: "GBK",
                ..
            })
        ));
        let big5 = in_encoding(BIG5, "伺服器：你好嗎\n");
        assert_eq!(guess_line(&big5), text("Big5", "伺服器：你好嗎", false));
        let wide = b"\xff\xfeh\0i\0\n\0";
        assert_eq!(guess_line(wide), text("UTF-16LE", "hi", false));
        assert_eq!(
            guess_line(b"h\0e\0l\0l\0o\0\r\0\n\0"),
            text("UTF-16LE", "hello", false)
        );
        assert_eq!(
            guess_line(b"caf\xe9 creme"),
            text("Windows-1252 (Latin-1)", "café creme", false)
        );
    }

    #[test]
    fn a_mark_before_utf8_is_told_and_utf8_itself_is_not() {
        assert_eq!(
            guess("你好\n".as_bytes(), "\u{feff}你好\n".as_bytes()),
            Some(Guess::Mark)
        );
        for came in ["你好\n", "", "hello", "caf\u{e9}", "\u{fffd}"] {
            assert_eq!(guess("你\n".as_bytes(), came.as_bytes()), None, "{came}");
        }
        // Half a character at either end proves nothing.
        let cut = &"你好".as_bytes()[1..5];
        assert_eq!(super::guess("你好\n".as_bytes(), cut, true), None);
        // Where bytes that are not UTF-8 should come, others are no riddle.
        assert_eq!(guess(b"\xff\x00\xfe", b"\xff\x01\xfe"), None);
    }

    #[test]
    fn bytes_that_are_no_text_are_called_nothing_else() {
        for came in [
            &b"\xff\xff\xff\xff"[..],
            b"a\x80b\x81\x00",
            b"\xde\xad\xbe\xef\x01\x02",
        ] {
            assert_eq!(guess(b"hello\n", came), Some(Guess::Unknown), "{came:?}");
        }
    }
}
