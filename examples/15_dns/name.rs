//! 域名：一串标签，和它的压缩写法（RFC 1035 §3.1、§4.1.4）。
//! A domain name: a row of labels, and how it is compressed (RFC 1035 §3.1, §4.1.4).
use std::fmt;
use std::str::FromStr;

use anyhow::{Error, Result, bail, ensure};

use crate::message::Reader;

/// 标签可以是任何字节，所以不用 `String`。 A label may hold any byte: no `String`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Name(pub(crate) Vec<Vec<u8>>);

// ANCHOR: read_name
impl Reader<'_> {
    /// `3 www 7 example 4 test 0` → `www.example.test`
    pub(crate) fn name(&mut self) -> Result<Name> {
        // 指针只会带走 `walk`；`self` 停在名字后面，接着读别的字段。
        // A pointer moves only `walk`; `self` stays behind the name, where other fields go on.
        let (mut walk, mut after) = (self.clone(), None);
        let (mut labels, mut size, mut start) = (Vec::new(), 1, self.at);
        // 255 字节以内，最多 127 个标签，各有一个指针：再多就是攻击。
        // In 255 bytes there are at most 127 labels, with a pointer each: more is an attack.
        for _ in 0..256 {
            let place = walk.place();
            match walk.take(1)?[0] {
                0 => {
                    self.at = after.unwrap_or(walk.at);
                    return Ok(Name(labels));
                }
                length @ 1..=63 => {
                    labels.push(walk.take(length.into())?.to_vec());
                    size += 1 + usize::from(length);
                    ensure!(size <= 255, "{place}名字超过 255 字节 name over 255 bytes");
                }
                // 高两位是 11：余下 14 位是指针，“后面的和那里一样”。
                // The two high bits are 11: the other 14 are a pointer, "the rest is as there".
                high @ 192.. => {
                    let target = usize::from(high & 63) << 8 | usize::from(walk.take(1)?[0]);
                    after.get_or_insert(walk.at);
                    // 只许指向更前面：每跳一次都往前退，就不可能转圈。
                    // Only ever further back: jumps that all go back cannot go in circles.
                    ensure!(
                        target < start,
                        "{place}指针没有往前指 a pointer that does not go back: {target}"
                    );
                    (start, walk.at) = (target, target);
                }
                other => bail!("{place}不是标签也不是指针 neither label nor pointer: {other:#04x}"),
            }
        }
        bail!(
            "{}名字里的指针太多 too many pointers in a name",
            self.place()
        )
    }
}
// ANCHOR_END: read_name

// ANCHOR: write_name
/// 写出的字节，和哪个名字写在哪里。 The bytes, and which name stands where.
#[derive(Default)]
pub(crate) struct Writer {
    pub(crate) bytes: Vec<u8>,
    places: Vec<(Name, u16)>,
}

impl Writer {
    pub(crate) fn name(&mut self, name: &Name) {
        for n in 0..name.0.len() {
            // 这个后缀写过吗？写过就只写 2 字节的指针。
            // Has this end of the name been written before? Then 2 bytes point at it.
            let rest = Name(name.0[n..].to_vec());
            if let Some((_, place)) = self.places.iter().find(|(known, _)| *known == rest) {
                return self.two(0xc000 | *place);
            }
            // 指针只有 14 位，指不到 16384 以后。
            // A pointer has 14 bits: it cannot reach 16384 or beyond.
            if self.bytes.len() < 1 << 14 {
                self.places.push((rest, self.bytes.len() as u16));
            }
            // 没写过：长度一个字节，再写标签本身。
            // It has not: a byte for the length, and then the label itself.
            self.bytes.push(name.0[n].len() as u8);
            self.bytes.extend(&name.0[n]);
        }
        self.bytes.push(0);
    }

    pub(crate) fn two(&mut self, number: u16) {
        self.bytes.extend(number.to_be_bytes());
    }

    pub(crate) fn set(&mut self, at: usize, number: u16) {
        self.bytes[at..at + 2].copy_from_slice(&number.to_be_bytes());
    }
}
// ANCHOR_END: write_name

impl FromStr for Name {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        // 线上只有 ASCII 主机名；汉字域名先变成 xn-- 开头的写法（RFC 5891）。
        // Host names on the wire are ASCII; 汉字 names first become xn--… (RFC 5891).
        ensure!(
            text.bytes().all(|byte| byte.is_ascii_graphic()),
            "名字只能用 ASCII（汉字域名写成 xn--…） ASCII names only (others are written xn--…): {text}"
        );
        // 末尾的点代表根，写不写都一样。
        // A dot at the end stands for the root; with or without it, the name is the same.
        let labels = text.strip_suffix('.').unwrap_or(text).split('.');
        let labels: Vec<_> = labels.map(|label| label.as_bytes().to_vec()).collect();
        for label in &labels {
            ensure!(
                (1..=63).contains(&label.len()),
                "两个点之间要有 1 到 63 个字符 1 to 63 characters between dots: {text}"
            );
        }
        // 每个标签多 1 字节的长度，最后还有 1 字节的 0：一共不超过 255。
        // Each label has a byte more for its length, and a 0 ends it: 255 in all.
        let size: usize = labels.iter().map(|label| label.len() + 1).sum();
        ensure!(size < 255, "名字超过 255 字节 name over 255 bytes: {text}");
        Ok(Self(labels))
    }
}

/// 不分大小写，但只对 ASCII（RFC 4343）。 Case makes no difference, in ASCII only (RFC 4343).
impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        let same = |(a, b): (&Vec<u8>, &Vec<u8>)| a.eq_ignore_ascii_case(b);
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(same)
    }
}

impl Name {
    /// 是不是这个名字，或者在它下面：后面的标签都一样。
    /// Is it this name, or below it? Then the last labels are the same.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        let above = self.0.len().checked_sub(other.0.len());
        above.is_some_and(|above| Self(self.0[above..].to_vec()) == *other)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str(".");
        }
        for (n, label) in self.0.iter().enumerate() {
            f.write_str(if n == 0 { "" } else { "." })?;
            for &byte in label {
                // 点、反斜杠、看不见的字节写成 \DDD：名字里的字节不能摆布终端（RFC 1035 §5.1）。
                // Dots, backslashes and what cannot be seen: \DDD. No name may drive a terminal.
                if byte.is_ascii_graphic() && !b".\\".contains(&byte) {
                    write!(f, "{}", byte as char)?;
                } else {
                    write!(f, "\\{byte:03}")?;
                }
            }
        }
        Ok(())
    }
}
