//! Bytes in the notation: a line, `"text\r\n\x00"`, `8MiB of "x"`.

use bilingual::visible::is_trick;
use session::script::lexer::{Mismatch, mismatch};

/// The most bytes that a peer sends in one step.
const SENT_BYTES_MAX: u64 = 16 << 20;

/// The most bytes of what came that `\{A..B}` can repeat: a datagram.
const TAKEN_BYTES_MAX: usize = 1 << 16;

/// What is sent, or expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// A line: the text and `\n`.
    Line(String),
    /// These bytes.
    Bytes(Vec<u8>),
    /// These bytes again and again, up to a size.
    Repeat {
        /// What is repeated.
        unit: Vec<u8>,
        /// Number of bytes in the end.
        size: usize,
    },
    /// Bytes of which some are not fixed.
    Pieces(Vec<Piece>),
}

/// A part of a payload in which some bytes are not fixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// These bytes.
    Bytes(Vec<u8>),
    /// `\?`: any one byte.
    Any,
    /// `\{A..B}`: bytes A to B, B not included, of what this peer last took with `||`.
    Taken(usize, usize),
}

impl Payload {
    /// The bytes, with the peer's number in place of `{n}`, and with pieces of what this peer last
    /// took; `\?` comes out as 0.
    #[must_use]
    pub fn bytes(&self, number: Option<usize>, taken: &[u8]) -> Vec<u8> {
        match self {
            Self::Line(text) => {
                let mut bytes = numbered(text, number).into_bytes();
                bytes.push(b'\n');
                bytes
            }
            Self::Bytes(bytes) => numbered_bytes(bytes, number),
            Self::Repeat { unit, size } => {
                // Copied, not taken byte by byte: peers wait meanwhile.
                let mut bytes = unit.repeat(size.div_ceil(unit.len().max(1)));
                bytes.truncate(*size);
                bytes
            }
            Self::Pieces(pieces) => {
                let piece = |piece: &Piece| match piece {
                    Piece::Bytes(bytes) => numbered_bytes(bytes, number),
                    Piece::Any => vec![0],
                    Piece::Taken(from, to) => taken.get(*from..*to).unwrap_or_default().to_vec(),
                };
                pieces.iter().flat_map(piece).collect()
            }
        }
    }

    /// The indices in [`Self::bytes`] where any byte is right.
    #[must_use]
    pub fn any(&self, number: Option<usize>) -> Vec<usize> {
        let Self::Pieces(pieces) = self else {
            return Vec::new();
        };
        let mut at = 0;
        let mut places = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Bytes(bytes) => at += numbered_bytes(bytes, number).len(),
                Piece::Any => {
                    places.push(at);
                    at += 1;
                }
                Piece::Taken(from, to) => at += to - from,
            }
        }
        places
    }

    /// Number of bytes that must have been taken before this can be sent.
    pub(super) fn takes(&self) -> usize {
        let Self::Pieces(pieces) = self else {
            return 0;
        };
        let ends = pieces.iter().map(|piece| match piece {
            Piece::Taken(_, to) => *to,
            _ => 0,
        });
        ends.max().unwrap_or(0)
    }

    /// Whether some byte of it may be any.
    pub(super) fn has_any(&self) -> bool {
        matches!(self, Self::Pieces(pieces) if pieces.contains(&Piece::Any))
    }

    /// The payload in the notation: `> text` or `>> "bytes"`, and likewise with `|`.
    pub(super) fn marked(&self, mark: char) -> String {
        match self {
            Self::Line(text) => format!("{mark} {text}"),
            _ => format!("{mark}{mark} {}", self.literal()),
        }
    }

    /// The payload as it stands after its mark; a line as its bytes.
    #[must_use]
    pub fn literal(&self) -> String {
        match self {
            Self::Line(text) => quoted(format!("{text}\n").as_bytes()),
            Self::Bytes(bytes) => quoted(bytes),
            Self::Repeat { unit, size: all } => {
                format!("{} of {}", size(*all as u64), quoted(unit))
            }
            Self::Pieces(pieces) => {
                let mut text = String::from("\"");
                for piece in pieces {
                    match piece {
                        Piece::Bytes(bytes) => escaped(&mut text, bytes),
                        Piece::Any => text.push_str("\\?"),
                        Piece::Taken(from, to) => text.push_str(&format!("\\{{{from}..{to}}}")),
                    }
                }
                text.push('"');
                text
            }
        }
    }

    /// Number of bytes, before `{n}` is replaced.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::Line(text) => text.len() + 1,
            Self::Bytes(bytes) => bytes.len(),
            Self::Repeat { size, .. } => *size,
            Self::Pieces(_) => self.bytes(None, &[0; TAKEN_BYTES_MAX]).len(),
        }
    }
}

/// `text` as the peer with this number sends it.
#[must_use]
pub(crate) fn numbered(text: &str, number: Option<usize>) -> String {
    match number {
        Some(number) => text.replace("{n}", &number.to_string()),
        None => text.to_owned(),
    }
}

fn numbered_bytes(bytes: &[u8], number: Option<usize>) -> Vec<u8> {
    match (number, std::str::from_utf8(bytes)) {
        (Some(_), Ok(text)) => numbered(text, number).into_bytes(),
        _ => bytes.to_vec(),
    }
}

/// Bytes in the notation.
#[must_use]
pub fn quoted(bytes: &[u8]) -> String {
    let mut text = String::from("\"");
    escaped(&mut text, bytes);
    text.push('"');
    text
}

fn escaped(text: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\r' => text.push_str("\\r"),
                '\n' => text.push_str("\\n"),
                '\t' => text.push_str("\\t"),
                '\0' => text.push_str("\\0"),
                '"' | '\\' => text.extend(['\\', c]),
                c if c.is_ascii_control() => text.push_str(&format!("\\x{:02x}", u32::from(c))),
                c if is_trick(c) => text.extend(c.escape_unicode()),
                c => text.push(c),
            }
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
}

/// `64MiB`, `3KiB`, `17`.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        _ if bytes.is_multiple_of(1 << 20) => format!("{}MiB", bytes >> 20),
        _ if bytes.is_multiple_of(1 << 10) => format!("{}KiB", bytes >> 10),
        _ => bytes.to_string(),
    }
}

/// Reads `64MiB`, `3KiB`, `17`.
pub(super) fn parse_size(text: &str) -> Result<u64, Mismatch> {
    let (number, shift) = match (text.strip_suffix("MiB"), text.strip_suffix("KiB")) {
        (Some(number), _) => (number, 20),
        (_, Some(number)) => (number, 10),
        _ => (text, 0),
    };
    match number.parse::<u64>() {
        Ok(number @ 1..=4_000_000) => Ok(number << shift),
        _ => mismatch("a size such as 300, 64KiB or 8MiB", text),
    }
}

/// The pattern of a line, with `{"text"}` and `{64KiB of "x"}` replaced by what they stand for.
pub(super) fn pattern(text: &str) -> Result<String, Mismatch> {
    let mut pattern = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        pattern.push_str(before);
        // `{n}` stays, and so does a brace of the text itself.
        let inserted = after.starts_with(|c: char| c == '"' || c.is_ascii_digit());
        let Some((inside, after)) = after.split_once("\"}").filter(|_| inserted) else {
            pattern.push('{');
            rest = after;
            continue;
        };
        let bytes = payload(&format!("{inside}\""))?.bytes(None, &[]);
        match String::from_utf8(bytes) {
            Ok(inserted) if !inserted.contains('\n') => pattern.push_str(&inserted),
            _ => return mismatch("UTF-8 without `\\n` in braces", text),
        }
        rest = after;
    }
    pattern.push_str(rest);
    Ok(pattern)
}

/// Reads `"bytes"` or `8MiB of "x"`.
pub(super) fn payload(text: &str) -> Result<Payload, Mismatch> {
    let text = text.trim();
    if text.starts_with('"') {
        return unquoted(text);
    }
    let Some((size, unit)) = text.split_once(" of ") else {
        return mismatch("bytes such as \"a\\r\\n\\x00\", or 8MiB of \"x\"", text);
    };
    let size = parse_size(size.trim())?;
    let Payload::Bytes(unit) = unquoted(unit.trim())? else {
        return mismatch("plain bytes to repeat", text);
    };
    if size > SENT_BYTES_MAX {
        return mismatch("at most 16MiB", text);
    }
    if unit.is_empty() {
        return mismatch("something to repeat", text);
    }
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    Ok(Payload::Repeat { unit, size })
}

/// Reads bytes in quotes; in pieces, where some are not fixed.
fn unquoted(text: &str) -> Result<Payload, Mismatch> {
    let inside = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    let Some(inside) = inside else {
        return mismatch("bytes in quotes: \"…\"", text);
    };
    let mut pieces = Vec::new();
    let mut bytes = Vec::new();
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return mismatch("`\\\"` for a quote inside quotes", text),
            '\\' => match chars.clone().next() {
                Some('?' | '{') => {
                    if !bytes.is_empty() {
                        pieces.push(Piece::Bytes(std::mem::take(&mut bytes)));
                    }
                    pieces.push(piece(&mut chars, text)?);
                }
                _ => bytes.push(escape(&mut chars, text)?),
            },
            c => bytes.extend(c.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    if pieces.is_empty() {
        return Ok(Payload::Bytes(bytes));
    }
    if !bytes.is_empty() {
        pieces.push(Piece::Bytes(bytes));
    }
    Ok(Payload::Pieces(pieces))
}

/// Reads `?` or `{A..B}` after a backslash.
fn piece(chars: &mut std::str::Chars<'_>, text: &str) -> Result<Piece, Mismatch> {
    let rest = chars.as_str();
    if let Some(rest) = rest.strip_prefix('?') {
        *chars = rest.chars();
        return Ok(Piece::Any);
    }
    let range = rest
        .strip_prefix('{')
        .and_then(|rest| rest.split_once('}'))
        .and_then(|(range, rest)| {
            let (from, to) = range.split_once("..")?;
            Some((from.parse().ok()?, to.parse().ok()?, rest))
        });
    match range {
        Some((from, to, rest)) if from < to && to <= TAKEN_BYTES_MAX => {
            *chars = rest.chars();
            Ok(Piece::Taken(from, to))
        }
        _ => mismatch("`\\{A..B}`, A before B, up to 65536", text),
    }
}

fn escape(chars: &mut std::str::Chars<'_>, text: &str) -> Result<u8, Mismatch> {
    match chars.next() {
        Some('r') => Ok(b'\r'),
        Some('n') => Ok(b'\n'),
        Some('t') => Ok(b'\t'),
        Some('0') => Ok(0),
        Some(c @ ('\\' | '"')) => Ok(if c == '"' { b'"' } else { b'\\' }),
        Some('x') => {
            let digit = |c: Option<char>| c.and_then(|c| c.to_digit(16));
            match (digit(chars.next()), digit(chars.next())) {
                (Some(high), Some(low)) => Ok(u8::try_from(high << 4 | low).unwrap_or(u8::MAX)),
                _ => mismatch("two hexadecimal digits after `\\x`", text),
            }
        }
        _ => mismatch("\\r \\n \\t \\0 \\\\ \\\" or \\xHH after a backslash", text),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn escapes_stand_for_their_bytes() {
        let expected = [&b"a\r\n\t\0\\\"\xff"[..], "你".as_bytes()].concat();
        let source = r#""a\r\n\t\0\\\"\xff你""#;
        assert_eq!(payload(source), Ok(Payload::Bytes(expected.clone())));
        assert_eq!(quoted(&expected), source);
    }

    #[test]
    fn a_repeated_text_is_cut_at_its_size() {
        let payload = payload(r#"1KiB of "abc""#).unwrap();
        let bytes = payload.bytes(None, &[]);
        assert_eq!(
            (bytes.len(), &bytes[..4], bytes[1023]),
            (1024, &b"abca"[..], b'a')
        );
    }

    #[test]
    fn some_bytes_may_be_any_and_some_repeat_what_came() {
        for (source, bytes, any, takes) in [
            (r#""\?\?\x01\{0..2}a""#, &b"\0\0\x01ida"[..], vec![0, 1], 2),
            (r#""ab\?\{1..3}\?""#, b"ab\0dx\0", vec![2, 5], 3),
        ] {
            let payload = payload(source).unwrap();
            assert_eq!(payload.literal(), source);
            assert_eq!(payload.bytes(None, b"idx"), bytes);
            let found = (payload.any(None), payload.takes(), payload.size());
            assert_eq!(found, (any, takes, bytes.len()));
        }
    }

    #[test]
    fn a_pattern_may_hold_what_cannot_be_seen_and_what_is_long() {
        for (source, expected) in [
            (r#"[..]{"\xef\xbb\xbf"}你{4 of " "}"#, "[..]\u{feff}你    "),
            (r#"{5 of "ab"}[..]{"\r"}"#, "ababa[..]\r"),
            ("{n} {} {x", "{n} {} {x"),
            ("{\"", "{\""),
        ] {
            assert_eq!(pattern(source).as_deref(), Ok(expected));
        }
        for wrong in [r#"{"\n"}"#, r#"{"\xff"}"#, r#"{2 of ""}"#, r#"{9 x"}"#] {
            assert!(pattern(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn each_peer_of_many_sends_its_number() {
        let line = Payload::Line("我是 {n}".to_owned());
        assert_eq!(line.bytes(Some(7), &[]), "我是 7\n".as_bytes());
        assert_eq!(line.bytes(None, &[]), "我是 {n}\n".as_bytes());
    }

    #[test]
    fn what_is_not_bytes_is_refused() {
        for wrong in [
            "",
            "x",
            "\"",
            "\"a",
            "\"a\"b\"",
            r#""\q""#,
            r#""\{""#,
            r#""\{2}""#,
            r#""\{2..2}""#,
            r#""\{0..70000}""#,
            r#"1KiB of "\?""#,
            r#""\x1""#,
            r#""\""#,
            "17MiB of \"x\"",
            "1MiB of \"\"",
            "0 of \"x\"",
            "MiB of \"x\"",
            "99999999999999999999 of \"x\"",
        ] {
            assert!(payload(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_could_rewrite_a_screen_is_written_as_its_number() {
        let bytes = "\x1b[2J\u{9b}\u{202e}字".as_bytes();
        assert_eq!(quoted(bytes), "\"\\x1b[2J\\u{9b}\\u{202e}字\"");
    }

    proptest! {
        #[test]
        fn bytes_written_and_read_again_are_the_same(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            // A control character outside ASCII has no escape in the notation.
            prop_assume!(!String::from_utf8_lossy(&bytes).chars().any(|c| is_trick(c) && !c.is_ascii()));
            prop_assert_eq!(payload(&quoted(&bytes)), Ok(Payload::Bytes(bytes)));
        }
    }
}
