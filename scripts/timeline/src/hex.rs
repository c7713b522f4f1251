//! Bytes as text: offset, hexadecimal, and the characters they stand for.

use bilingual::html::escape;

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Sixteen bytes a line: `0000  45 00 …  E.`.
pub(crate) fn dump(out: &mut String, bytes: &[u8], text_from: usize) {
    let text = characters(bytes, text_from);
    for (line, row) in bytes.chunks(16).enumerate() {
        let start = line * 16;
        if line > 0 {
            out.push('\n');
        }
        offset(out, start);
        out.push_str("  ");
        pairs(out, row);
        for _ in row.len()..16 {
            out.push_str("   ");
        }
        out.push_str("  ");
        for piece in text.iter().skip(start).take(row.len()) {
            out.push_str(piece);
        }
    }
}

/// `c3 50`.
pub(crate) fn pairs(out: &mut String, bytes: &[u8]) {
    for (at, byte) in bytes.iter().enumerate() {
        if at > 0 {
            out.push(' ');
        }
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

fn offset(out: &mut String, offset: usize) {
    for shift in [12, 8, 4, 0] {
        out.push(char::from(DIGITS[(offset >> shift) & 15]));
    }
}

/// What each byte shows: a character stands at its first byte, in UTF-8 only from the payload on.
fn characters(bytes: &[u8], text_from: usize) -> Vec<String> {
    let mut shown = Vec::with_capacity(bytes.len());
    let split = text_from.min(bytes.len());
    shown.extend(bytes[..split].iter().map(|byte| ascii(*byte)));
    for chunk in bytes[split..].utf8_chunks() {
        for character in chunk.valid().chars() {
            if character.is_ascii() {
                shown.push(ascii(character as u8));
            } else {
                shown.push(character.to_string());
                shown.extend((1..character.len_utf8()).map(|_| String::new()));
            }
        }
        shown.extend(chunk.invalid().iter().map(|byte| ascii(*byte)));
    }
    shown
}

fn ascii(byte: u8) -> String {
    match byte {
        b' '..=b'~' => escape(char::from(byte).encode_utf8(&mut [0; 4])),
        _ => "·".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::dump;

    #[track_caller]
    fn dumped(bytes: &[u8], text_from: usize, expected: &str) {
        let mut out = String::new();
        dump(&mut out, bytes, text_from);
        assert_eq!(out, expected);
    }

    #[test]
    fn text_stands_beside_the_bytes_and_a_character_at_its_first() {
        dumped(
            b"A\x00<\xe4\xbd\xa0",
            6,
            "0000  41 00 3c e4 bd a0                                A·&lt;···",
        );
        dumped(
            b"A\x00<\xe4\xbd\xa0",
            3,
            "0000  41 00 3c e4 bd a0                                A·&lt;你",
        );
        dumped(
            b"0123456789abcdef\xff",
            0,
            "0000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef\n\
             0010  ff                                               ·",
        );
    }
}
