//! Names on the wire: labels, an end, and pointers to names that were written before.

use crate::bits::{Header, be16, byte, kinds, nothing, tame, text};

kinds! {
LABEL "dns.label" "域名的一段" "label"
    "先是长度，再是这么多字母。" "A length, then that many letters." "RFC 1035 §3.1, §4.1.2"
ROOT "dns.root" "域名结束" "end of the name"
    "长度为 0 的一段：根，域名到此为止。" "A label of length 0: the root, where a name ends." "RFC 1035 §3.1"
POINTER "dns.pointer" "指针" "pointer"
    "前两比特是 11：后面和消息里某处已有的名字相同，后 14 比特是它的位置。" "Begins with the bits 11: the rest is the same as a name earlier in the message, whose place the other 14 bits give." "RFC 1035 §4.1.4"
}

/// Maximum number of labels that are read: a name of 255 bytes has fewer.
const LABELS_MAX: usize = 128;

/// Names the pieces of a name, and says what it is. `start`: where the message stands in the frame.
pub(crate) fn fields(header: &mut Header, message: &[u8], start: usize) -> String {
    let whole = read(message, header.place() - start).unwrap_or_else(|| "?".to_owned());
    for _ in 0..LABELS_MAX {
        let length = byte(header.bytes(1), 0);
        match length {
            0 => {
                header.put(&ROOT, 8, "0".to_owned(), text(whole.clone(), whole.clone()));
                break;
            }
            0xc0.. => {
                let target = be16(header.bytes(2), 0) & 0x3fff;
                let rest = read(message, usize::from(target)).unwrap_or_else(|| "?".to_owned());
                let meaning = text(
                    format!("消息第 {target} 字节处的 {rest}；全名 {whole}"),
                    format!("{rest}, at byte {target} of the message; in full {whole}"),
                );
                header.put(&POINTER, 16, target.to_string(), meaning);
                break;
            }
            _ => {
                let letters = header.bytes(1 + usize::from(length));
                let label = String::from_utf8_lossy(letters.get(1..).unwrap_or_default());
                let value = format!("{length} {}", tame(label.into_owned()));
                header.put(&LABEL, 8 * (1 + usize::from(length)), value, nothing());
            }
        }
        if header.left() == 0 {
            break;
        }
    }
    whole
}

/// The whole name at this place; every pointer must lead further back, so that there is no loop.
pub(crate) fn read(message: &[u8], place: usize) -> Option<String> {
    let (mut at, mut limit) = (place, place);
    let mut name = String::new();
    for _ in 0..LABELS_MAX {
        let length = usize::from(*message.get(at)?);
        match length {
            0 => {
                let root = name.is_empty();
                return Some(if root { ".".to_owned() } else { name });
            }
            0xc0.. => {
                let target = usize::from(be16(message, at) & 0x3fff);
                if target >= limit {
                    return None;
                }
                (at, limit) = (target, target);
            }
            0x40.. => return None,
            _ => {
                let label = message.get(at + 1..at + 1 + length)?;
                if !name.is_empty() {
                    name.push('.');
                }
                name.push_str(&tame(String::from_utf8_lossy(label).into_owned()));
                at += 1 + length;
            }
        }
    }
    None
}

/// The place after the name at this place.
pub(crate) fn skip(message: &[u8], place: usize) -> Option<usize> {
    read(message, place)?;
    let mut at = place;
    loop {
        match *message.get(at)? {
            0 => return Some(at + 1),
            0xc0.. => return Some(at + 2),
            length => at += 1 + usize::from(length),
        }
    }
}
