//! Text from elsewhere, made safe to show: it cannot rewrite the screen, and cannot turn the
//! direction of what stands around it.

/// Whether a character could rewrite a screen, end a line, hide, or turn the direction of the text
/// around it (UAX #9 §2). The joiners U+200C and U+200D are allowed: words and emoji need them.
#[must_use]
pub fn is_trick(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The text with U+FFFD in place of every character of [`is_trick`]. Line ends and tabs stay.
#[must_use]
pub fn visible(text: &str) -> String {
    text.replace(|c| is_trick(c) && !matches!(c, '\n' | '\t'), "\u{fffd}")
}

/// The beginning of one word that somebody typed, to be shown in a message: at most 40 characters,
/// made safe as by [`visible`].
#[must_use]
pub fn word(word: &str) -> String {
    word.chars().filter(|c| !is_trick(*c)).take(40).collect()
}

/// Text without the colors and cursor movements of a terminal (ECMA-48 §5.4), and made safe as by
/// [`visible`]. Line ends and tabs stay.
#[must_use]
pub fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\x1b' if chars.peek() == Some(&'[') => {
                let _ = chars.by_ref().skip(1).find(|c| ('@'..='~').contains(c));
            }
            '\n' | '\t' => plain.push(c),
            c if is_trick(c) => {}
            c => plain.push(c),
        }
    }
    plain
}

/// Bytes for a person: text as it is, and what is not UTF-8 as `\xNN`.
#[must_use]
pub fn bytes(bytes: &[u8]) -> String {
    with_invalid(bytes, |byte| format!("\\x{byte:02x}"))
}

/// Bytes as text; `invalid` writes each byte that is not UTF-8.
#[must_use]
pub fn with_invalid(bytes: &[u8], invalid: impl Fn(u8) -> String) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| invalid(*byte)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_the_direction_of_text_is_replaced() {
        assert_eq!(
            visible("a\u{202e}b\x1b[2Jc\u{200b}\n\td"),
            "a\u{fffd}b\u{fffd}[2Jc\u{fffd}\n\td"
        );
        assert_eq!(visible("套接字 é 😀"), "套接字 é 😀");
    }

    #[test]
    fn a_typed_word_is_short_and_plain() {
        assert_eq!(word("ec\u{202e}ho\x07"), "echo");
        assert_eq!(word(&"x".repeat(99)).len(), 40);
    }

    #[test]
    fn escape_sequences_are_removed_whole() {
        assert_eq!(without_escapes("\x1b[1;31mred\x1b[0m\n\x1bM"), "red\nM");
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_written_as_bytes() {
        assert_eq!(bytes(b"ab\xff\xe6\xb1"), "ab\\xff\\xe6\\xb1");
        assert_eq!(with_invalid(b"\xe9", |byte| format!("%{byte:02X}")), "%E9");
    }
}
