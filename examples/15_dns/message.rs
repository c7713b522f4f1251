//! DNS 报文（RFC 1035 §4）：名字变成字节，字节变成名字。这里不碰网络，坏报文也就好测试。
//! The DNS message (RFC 1035 §4): names to bytes and back. No network, so bad bytes are easy to test.
use std::net::{Ipv4Addr, Ipv6Addr};

use anyhow::{Result, bail, ensure};

use crate::name::{Name, Writer};

// ANCHOR: numbers
// 类型：问什么。IN 是“互联网”，别的类今天几乎见不到。
// Types: what is asked. IN is "Internet"; other classes are hardly seen today.
pub(crate) const A: u16 = 1;
pub(crate) const CNAME: u16 = 5;
pub(crate) const AAAA: u16 = 28;
pub(crate) const IN: u16 = 1;
// 16 个标志位里，有的是一个开关，有的是一个小数字。
// In the 16 bits of flags, some are switches and some are small numbers.
pub(crate) const RESPONSE: u16 = 0x8000;
pub(crate) const OPCODE: u16 = 0x7800;
pub(crate) const AUTHORITATIVE: u16 = 0x0400;
pub(crate) const TRUNCATED: u16 = 0x0200;
pub(crate) const RECURSION_DESIRED: u16 = 0x0100;
pub(crate) const RCODE: u16 = 0x000f;
// 没有 EDNS（RFC 6891）时，UDP 上的报文最多 512 字节。
// Without EDNS (RFC 6891), a message over UDP has at most 512 bytes.
pub(crate) const UDP_LIMIT: usize = 512;
// ANCHOR_END: numbers

// ANCHOR: message
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Message {
    pub(crate) id: u16,
    pub(crate) flags: u16,
    pub(crate) questions: Vec<Question>,
    pub(crate) answers: Vec<Record>,
}
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Question {
    pub(crate) name: Name,
    pub(crate) kind: u16,
    pub(crate) class: u16,
}
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Record {
    pub(crate) name: Name,
    /// 可以缓存几秒。 How many seconds it may be kept.
    pub(crate) ttl: u32,
    pub(crate) data: Data,
}
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Data {
    A(Ipv4Addr),
    Aaaa(Ipv6Addr),
    Cname(Name),
    /// 不认识的类型：长度字段让我们跳得过去。 An unknown type: its length lets us skip it.
    Other(u16, u16, Vec<u8>),
}
// ANCHOR_END: message

impl Data {
    pub(crate) fn kind(&self) -> u16 {
        match self {
            Self::A(_) => A,
            Self::Aaaa(_) => AAAA,
            Self::Cname(_) => CNAME,
            Self::Other(kind, ..) => *kind,
        }
    }
}

// ANCHOR: write
impl Message {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::default();
        // 首部：6 个 16 位数，高位字节在前。后两个数是“授权”和“附加”部分的条数。
        // The header: six 16-bit numbers, high byte first. The last two count other sections.
        let counts = [self.questions.len(), self.answers.len(), 0, 0];
        out.two(self.id);
        out.two(self.flags);
        for count in counts {
            out.two(count as u16);
        }
        for question in &self.questions {
            out.name(&question.name);
            out.two(question.kind);
            out.two(question.class);
        }
        for (n, record) in self.answers.iter().enumerate() {
            let before = out.bytes.len();
            write_record(&mut out, record);
            if out.bytes.len() > UDP_LIMIT {
                // 装不下的整条不发，并且明说：TC = 1，条数只算装下的。
                // A record that does not fit stays out, and we say so: TC = 1, and the lower count.
                out.bytes.truncate(before);
                out.set(2, self.flags | TRUNCATED);
                out.set(6, n as u16);
                break;
            }
        }
        out.bytes
    }
}

fn write_record(out: &mut Writer, record: &Record) {
    out.name(&record.name);
    out.two(record.data.kind());
    out.two(match record.data {
        Data::Other(_, class, _) => class,
        _ => IN,
    });
    // 32 位的 TTL 也是高位在前。
    // The TTL has 32 bits, and the high ones come first as well.
    out.two((record.ttl >> 16) as u16);
    out.two(record.ttl as u16);
    // 数据有多长，写完才知道（名字会压缩）：先占位，再回来填。
    // The length of the data is known when it is written (names shrink): fill it in afterwards.
    let start = out.bytes.len();
    out.two(0);
    match &record.data {
        Data::A(ip) => out.bytes.extend(ip.octets()),
        Data::Aaaa(ip) => out.bytes.extend(ip.octets()),
        Data::Cname(name) => out.name(name),
        Data::Other(_, _, bytes) => out.bytes.extend(bytes),
    }
    out.set(start, (out.bytes.len() - start - 2) as u16);
}
// ANCHOR_END: write

// ANCHOR: read
impl Message {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self> {
        let mut reader = Reader { bytes, at: 0 };
        let mut header = [0; 6];
        for word in &mut header {
            *word = reader.two()?;
        }
        let [id, flags, questions, answers, authority, additional] = header;
        let mut message = Self {
            id,
            flags,
            questions: Vec::new(),
            answers: Vec::new(),
        };
        // 条数只是对方的说法：不按它预留内存，读不下去就停。
        // Counts are only what the peer says: reserve nothing for them, stop where bytes end.
        for _ in 0..questions {
            message.questions.push(reader.question()?);
        }
        for n in 0..u32::from(answers) + u32::from(authority) + u32::from(additional) {
            match reader.record() {
                Ok(record) if n < answers.into() => message.answers.push(record),
                Ok(_) => {}
                // 有的服务器从中间切断：TC 已经说了不完整。
                // Some servers cut in the middle: TC has said that it is not complete.
                Err(_) if flags & TRUNCATED != 0 => return Ok(message),
                Err(error) => return Err(error),
            }
        }
        let rest = bytes.len() - reader.at;
        ensure!(
            rest == 0,
            "{}多出 {rest} 字节 {rest} bytes too many",
            reader.place()
        );
        Ok(message)
    }
}

/// 报文和读到的位置。 A message, and how far it has been read.
#[derive(Clone)]
pub(crate) struct Reader<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) at: usize,
}

impl<'a> Reader<'a> {
    // 从前往后读，每个字段读完，`at` 就停在下一个字段上。
    // Front to back: after each field, `at` stands at the next one.
    fn question(&mut self) -> Result<Question> {
        Ok(Question {
            name: self.name()?,
            kind: self.two()?,
            class: self.two()?,
        })
    }

    fn record(&mut self) -> Result<Record> {
        let name = self.name()?;
        let (kind, class) = (self.two()?, self.two()?);
        let ttl = u32::from(self.two()?) << 16 | u32::from(self.two()?);
        let length = usize::from(self.two()?);
        let place = self.place();
        let end = self.at + length;
        let data = match (class, kind) {
            (IN, A) if length == 4 => {
                let ip: [u8; 4] = self.take(4)?.try_into()?;
                Data::A(ip.into())
            }
            (IN, AAAA) if length == 16 => {
                let ip: [u8; 16] = self.take(16)?.try_into()?;
                Data::Aaaa(ip.into())
            }
            (IN, A | AAAA) => bail!("{place}地址的长度不对 not the length of an address: {length}"),
            // 数据里的名字也会用指针，指到报文的任何地方：所以从整个报文里读。
            // A name in the data may point anywhere in the message, so the whole message is read.
            (IN, CNAME) => Data::Cname(self.name()?),
            _ => Data::Other(kind, class, self.take(length)?.to_vec()),
        };
        // 名字自己知道在哪里结束，长度字段又说一遍：两个说法要一致。
        // A name knows its own end, and the length says it again: the two must agree.
        ensure!(
            self.at == end,
            "{place}数据的长度不对 wrong length of the data: {length}"
        );
        // 最高位是 1 的 TTL 当作 0（RFC 2181 §8）。
        // A TTL with its highest bit set counts as 0 (RFC 2181 §8).
        let ttl = if ttl >> 31 == 0 { ttl } else { 0 };
        Ok(Record { name, ttl, data })
    }

    pub(crate) fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        // 长度是对方写的：先看还有没有这么多字节，再去拿。
        // The peer wrote the length: look whether there are so many bytes before taking them.
        let Some(bytes) = self.bytes.get(self.at..self.at + length) else {
            bail!("{}报文在这里断了 the message ends too early", self.place());
        };
        self.at += length;
        Ok(bytes)
    }

    fn two(&mut self) -> Result<u16> {
        Ok(u16::from_be_bytes(self.take(2)?.try_into()?))
    }

    /// 错误要说在第几个字节。 An error says at which byte.
    pub(crate) fn place(&self) -> String {
        format!("偏移 offset {}：", self.at)
    }
}
// ANCHOR_END: read
