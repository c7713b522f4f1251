//! Cuts a header into fields, bit by bit, so that none is left out.

use std::ops::Range;

use bilingual::Text;
use bilingual::visible::is_trick;

use crate::{Field, Kind, Layer};

/// Bytes without a name: a header that goes on where its format ends, or one that was cut off.
static REST: Kind = kind(
    "rest",
    ("其余字节", "remaining bytes"),
    (
        "格式里没有讲到的字节，或者被截断的首部。",
        "Bytes that the format does not name, or a header that was cut off.",
    ),
    "",
);

/// A field's description, for the tables.
pub(crate) const fn kind(
    id: &'static str,
    name: (&'static str, &'static str),
    duty: (&'static str, &'static str),
    source: &'static str,
) -> Kind {
    Kind {
        id,
        name,
        duty,
        source,
    }
}

/// A table of fields: NAME, id, name and duty in Chinese and English, source.
macro_rules! kinds {
    ($($name:ident $id:literal $zh:literal $en:literal
        $duty_zh:literal $duty_en:literal $source:literal)*) => {
        $(static $name: $crate::Kind =
            $crate::bits::kind($id, ($zh, $en), ($duty_zh, $duty_en), $source);)*
    };
}
pub(crate) use kinds;

/// The same words in both languages.
pub(crate) fn say(zh: &str, en: &str) -> Text {
    Text {
        zh: zh.to_owned(),
        en: en.to_owned(),
    }
}

/// The same words in both languages, made by `format!`.
pub(crate) fn text(zh: String, en: String) -> Text {
    Text { zh, en }
}

/// `1 byte`, `2 bytes`.
pub(crate) fn octets(count: u64) -> Text {
    let plural = if count == 1 { "" } else { "s" };
    text(format!("{count} 字节"), format!("{count} byte{plural}"))
}

/// Nothing to add.
pub(crate) fn nothing() -> Text {
    Text::default()
}

/// A header that is being cut: every field starts where the last one ended.
pub(crate) struct Header<'a> {
    frame: &'a [u8],
    bytes: Range<usize>,
    /// The next bit.
    at: usize,
    fields: Vec<Field>,
}

impl<'a> Header<'a> {
    /// A header in these bytes of the frame; what lies outside the frame is left out.
    pub(crate) fn new(frame: &'a [u8], bytes: Range<usize>) -> Self {
        let end = bytes.end.min(frame.len());
        let start = bytes.start.min(end);
        Self {
            frame,
            bytes: start..end,
            at: start * 8,
            fields: Vec::new(),
        }
    }

    /// How many bits have no name yet.
    pub(crate) fn left(&self) -> usize {
        self.bytes.end * 8 - self.at
    }

    /// The next byte's place in the frame.
    pub(crate) fn place(&self) -> usize {
        self.at / 8
    }

    /// The value of the next bits (64 at most), missing ones read as 0.
    pub(crate) fn peek(&self, bits: usize) -> u64 {
        let mut value = 0;
        for bit in self.at..self.at + bits {
            let set = bit < self.bytes.end * 8 && self.frame[bit / 8] & (0x80 >> (bit % 8)) != 0;
            value = value << 1 | u64::from(set);
        }
        value
    }

    /// The next bytes, fewer if the header ends before.
    pub(crate) fn bytes(&self, count: usize) -> &'a [u8] {
        let start = self.at / 8;
        &self.frame[start..self.bytes.end.min(start.saturating_add(count))]
    }

    /// Names the next bits; a field that the header has no room for becomes a remainder.
    pub(crate) fn put(&mut self, kind: &'static Kind, bits: usize, value: String, meaning: Text) {
        if bits == 0 {
            return;
        }
        if bits > self.left() {
            return self.rest();
        }
        self.fields.push(Field {
            bits: self.at..self.at + bits,
            kind,
            value: tame(value),
            meaning: tame_text(meaning),
        });
        self.at += bits;
    }

    /// Names the next bits as a number that needs no words.
    pub(crate) fn number(&mut self, kind: &'static Kind, bits: usize) -> u64 {
        let value = self.peek(bits);
        self.put(kind, bits, value.to_string(), nothing());
        value
    }

    /// Names the next bits as a number written in hexadecimal.
    pub(crate) fn hex(&mut self, kind: &'static Kind, bits: usize, meaning: Text) -> u64 {
        let value = self.peek(bits);
        let width = bits.div_ceil(4);
        self.put(kind, bits, format!("0x{value:0width$x}"), meaning);
        value
    }

    /// Names the next bytes, shown in hexadecimal, the first 16 of them.
    pub(crate) fn octets(&mut self, kind: &'static Kind, count: usize, meaning: Text) {
        let value = hex_of(self.bytes(count));
        self.put(kind, count * 8, value, meaning);
    }

    /// The finished layer. What has no name by now is called the remainder.
    pub(crate) fn finish(mut self, number: u8, protocol: &'static str) -> Layer {
        self.rest();
        Layer {
            number,
            protocol,
            bytes: self.bytes,
            fields: self.fields,
        }
    }

    fn rest(&mut self) {
        let left = self.left();
        if left == 0 {
            return;
        }
        let value = if self.at.is_multiple_of(8) {
            hex_of(self.bytes(left / 8))
        } else {
            String::new()
        };
        self.fields.push(Field {
            bits: self.at..self.at + left,
            kind: &REST,
            value,
            meaning: nothing(),
        });
        self.at += left;
    }
}

/// Words for a page or a screen: a character that is unsafe there, such as the line end that would
/// end a block of HTML, becomes U+FFFD; so does the wide space that separates languages.
pub(crate) fn tame(text: String) -> String {
    let wild = |c: char| is_trick(c) || c == '\u{2003}';
    match text.contains(wild) {
        true => text.replace(wild, "\u{fffd}"),
        false => text,
    }
}

/// The same in both languages.
pub(crate) fn tame_text(text: Text) -> Text {
    Text {
        zh: tame(text.zh),
        en: tame(text.en),
    }
}

/// The words, cut off where no more fit beside an arrow.
pub(crate) fn short(words: &str) -> String {
    const LABEL_CHARACTERS_MAX: usize = 28;
    if words.chars().count() <= LABEL_CHARACTERS_MAX {
        return words.to_owned();
    }
    let cut: String = words.chars().take(LABEL_CHARACTERS_MAX - 1).collect();
    format!("{cut}…")
}

/// `e4 bd a0`, and how many more there are after the first 16.
pub(crate) fn hex_of(bytes: &[u8]) -> String {
    const HEX_BYTES_SHOWN_MAX: usize = 16;
    let mut text = String::with_capacity(3 * HEX_BYTES_SHOWN_MAX + 8);
    for (index, byte) in bytes.iter().take(HEX_BYTES_SHOWN_MAX).enumerate() {
        if index > 0 {
            text.push(' ');
        }
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or('?'));
        }
    }
    if bytes.len() > HEX_BYTES_SHOWN_MAX {
        text.push_str(" …");
    }
    text
}

/// A big-endian number in the frame; missing bytes read as 0.
pub(crate) fn be16(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([byte(bytes, at), byte(bytes, at + 1)])
}

/// A big-endian number in the frame; missing bytes read as 0.
pub(crate) fn be32(bytes: &[u8], at: usize) -> u32 {
    u32::from(be16(bytes, at)) << 16 | u32::from(be16(bytes, at + 2))
}

/// One byte; 0 if it is missing.
pub(crate) fn byte(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}
