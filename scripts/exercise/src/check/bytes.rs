//! Bytes in the notation: a line, `"text\r\n\x00"`, `8MiB of "x"`.

use session::script::line::{Mismatch, mismatch};

/// No peer sends more at once.
const MOST: u64 = 16 << 20;

/// What is sent, or expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload {
    /// A line: the text and `\n`.
    Line(String),
    /// These bytes.
    Bytes(Vec<u8>),
    /// These bytes again and again, until there are so many.
    Repeat {
        /// What is repeated.
        unit: Vec<u8>,
        /// How many bytes there are in the end.
        size: usize,
    },
}

impl Payload {
    /// The bytes, with `{n}` in a line as the number of a peer of many.
    #[must_use]
    pub fn bytes(&self, number: Option<usize>) -> Vec<u8> {
        match self {
            Self::Line(text) => {
                let mut bytes = numbered(text, number).into_bytes();
                bytes.push(b'\n');
                bytes
            }
            Self::Bytes(bytes) => match (number, std::str::from_utf8(bytes)) {
                (Some(_), Ok(text)) => numbered(text, number).into_bytes(),
                _ => bytes.clone(),
            },
            Self::Repeat { unit, size } => unit.iter().copied().cycle().take(*size).collect(),
        }
    }

    /// As it stands in the notation: `> text` or `>> "bytes"`, and so for `|`.
    pub(super) fn marked(&self, mark: char) -> String {
        match self {
            Self::Line(text) => format!("{mark} {text}"),
            Self::Bytes(bytes) => format!("{mark}{mark} {}", quoted(bytes)),
            Self::Repeat { unit, size: all } => {
                format!("{mark}{mark} {} of {}", size(*all as u64), quoted(unit))
            }
        }
    }

    /// How many bytes these are, about.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::Line(text) => text.len() + 1,
            Self::Bytes(bytes) => bytes.len(),
            Self::Repeat { size, .. } => *size,
        }
    }
}

/// `text` as the peer of this number says it.
#[must_use]
pub(crate) fn numbered(text: &str, number: Option<usize>) -> String {
    match number {
        Some(number) => text.replace("{n}", &number.to_string()),
        None => text.to_owned(),
    }
}

/// Bytes as the notation writes them.
#[must_use]
pub fn quoted(bytes: &[u8]) -> String {
    let mut text = String::from("\"");
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\r' => text.push_str("\\r"),
                '\n' => text.push_str("\\n"),
                '\t' => text.push_str("\\t"),
                '\0' => text.push_str("\\0"),
                '"' | '\\' => text.extend(['\\', c]),
                c if c.is_ascii_control() => text.push_str(&format!("\\x{:02x}", u32::from(c))),
                // What could rewrite a screen.
                c if c.is_control() => text.extend(c.escape_unicode()),
                c => text.push(c),
            }
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text.push('"');
    text
}

/// `64MiB`, `3KiB`, `17`.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0 => "0".to_owned(),
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

/// Reads `"bytes"` or `8MiB of "x"`.
pub(super) fn payload(text: &str) -> Result<Payload, Mismatch> {
    let text = text.trim();
    if text.starts_with('"') {
        return unquoted(text).map(Payload::Bytes);
    }
    let Some((size, unit)) = text.split_once(" of ") else {
        return mismatch("bytes such as \"a\\r\\n\\x00\", or 8MiB of \"x\"", text);
    };
    let size = parse_size(size.trim())?;
    let unit = unquoted(unit.trim())?;
    if size > MOST {
        return mismatch("at most 16MiB", text);
    }
    if unit.is_empty() {
        return mismatch("something to repeat", text);
    }
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    Ok(Payload::Repeat { unit, size })
}

fn unquoted(text: &str) -> Result<Vec<u8>, Mismatch> {
    let inside = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .filter(|_| text.len() > 1);
    let Some(inside) = inside else {
        return mismatch("bytes in quotes: \"…\"", text);
    };
    let mut bytes = Vec::new();
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => return mismatch("`\\\"` for a quote inside quotes", text),
            '\\' => bytes.push(escape(&mut chars, text)?),
            c => bytes.extend(c.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    Ok(bytes)
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
        let bytes = payload.bytes(None);
        assert_eq!(
            (bytes.len(), &bytes[..4], bytes[1023]),
            (1024, &b"abca"[..], b'a')
        );
    }

    #[test]
    fn each_peer_of_many_says_its_number() {
        let line = Payload::Line("我是 {n}".to_owned());
        assert_eq!(line.bytes(Some(7)), "我是 7\n".as_bytes());
        assert_eq!(line.bytes(None), "我是 {n}\n".as_bytes());
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

    proptest! {
        #[test]
        fn bytes_written_and_read_again_are_the_same(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            // A control character outside ASCII has no escape in the notation.
            prop_assume!(!String::from_utf8_lossy(&bytes).chars().any(|c| c.is_control() && !c.is_ascii()));
            prop_assert_eq!(payload(&quoted(&bytes)), Ok(Payload::Bytes(bytes)));
        }
    }
}
