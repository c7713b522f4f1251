//! 服务器的小表，和怎样用它回答。也不碰网络：字节进，字节出。
//! The server's small table, and how it answers. No network either: bytes in, bytes out.
use std::net::IpAddr;

use anyhow::{Context, Result, bail};

use crate::message::{
    AUTHORITATIVE, Data, IN, Message, OPCODE, Question, RECURSION_DESIRED, RESPONSE, Record,
};
use crate::name::Name;

/// 名字 → 记录。 Names and their records.
pub(crate) struct Table(Vec<Record>);

// ANCHOR: table
impl Table {
    /// .test 和 .example 留给测试和文档（RFC 2606），192.0.2.x 和 2001:db8:: 也是。
    /// .test and .example are for tests and documents (RFC 2606); so are 192.0.2.x and 2001:db8::.
    pub(crate) fn new(more: &[String]) -> Result<Self> {
        let web: Name = "web.example.test".parse()?;
        let mut records = vec![
            record("www.example.test", Data::Cname(web))?,
            record("web.example.test", Data::A([192, 0, 2, 80].into()))?,
            record("web.example.test", Data::Aaaa("2001:db8::80".parse()?))?,
        ];
        // 40 个地址装不进 512 字节：看服务器怎样说“只有一部分”。
        // 40 addresses do not fit in 512 bytes: see how the server says "only a part".
        for n in 1..=40 {
            records.push(record("many.example.test", Data::A([192, 0, 2, n].into()))?);
        }
        let mut given = Vec::new();
        for word in more {
            let wrong = format!("看不懂，要写 not understood, write NAME=IP: {word}");
            let Some((name, ip)) = word.split_once('=') else {
                bail!(wrong);
            };
            let data = match ip.parse().context(wrong.clone())? {
                IpAddr::V4(ip) => Data::A(ip),
                IpAddr::V6(ip) => Data::Aaaa(ip),
            };
            given.push(record(name, data).context(wrong)?);
        }
        // 你给了地址的名字，表里原来的就不算了。
        // For a name that you give, what the table had goes away.
        records.retain(|old| given.iter().all(|new| new.name != old.name));
        records.extend(given);
        Ok(Self(records))
    }
}

fn record(name: &str, data: Data) -> Result<Record> {
    let (name, ttl) = (name.parse()?, 300);
    Ok(Record { name, ttl, data })
}
// ANCHOR_END: table

// ANCHOR: answer
impl Table {
    /// 对一个数据报的回答；`None`：不该回答。 The answer to a datagram; `None`: none is due.
    pub(crate) fn answer(&self, datagram: &[u8]) -> Option<Message> {
        let bytes = datagram.get(..4)?;
        let (id, flags) = (
            u16::from_be_bytes([bytes[0], bytes[1]]),
            u16::from_be_bytes([bytes[2], bytes[3]]),
        );
        // 对回答再回答，两台服务器就会永远聊下去。
        // If answers were answered, two servers would talk for ever.
        if flags & RESPONSE != 0 {
            return None;
        }
        // 协议允许一次问几个，但没有人这样问，也没有说清该怎样答。
        // The format allows several questions; nobody asks so, and no rule says how to answer.
        let parsed = Message::parse(datagram)
            .ok()
            .filter(|message| message.questions.len() == 1);
        let (rcode, questions, answers) = match parsed {
            _ if flags & OPCODE != 0 => (NOT_IMPLEMENTED, Vec::new(), Vec::new()),
            None => (FORMAT_ERROR, Vec::new(), Vec::new()),
            Some(message) => {
                let (rcode, answers) = self.look_up(&message.questions[0]);
                (rcode, message.questions, answers)
            }
        };
        // 编号和 RD 照抄回去：对方靠编号知道答的是哪一问。
        // The id and RD go back as they came: by the id the peer knows which question this answers.
        let copied = flags & (OPCODE | RECURSION_DESIRED);
        // AA：这是管名字的服务器说的。不归我们管的，我们没有资格这样说。
        // AA: the server that keeps the name says so. Of names that are not ours we cannot.
        let authority = match rcode {
            0 | NO_SUCH_NAME => AUTHORITATIVE,
            _ => 0,
        };
        let flags = RESPONSE | authority | copied | rcode;
        Some(Message {
            id,
            flags,
            questions,
            answers,
        })
    }

    fn look_up(&self, question: &Question) -> (u16, Vec<Record>) {
        let mut name = question.name.clone();
        // 别人的名字不归我们管：拒绝，不能说“没有”。
        // Other names are not ours to judge: refuse. "No such name" would be a lie.
        if question.class != IN || !is_ours(&name) {
            return (REFUSED, Vec::new());
        }
        let mut answers = Vec::new();
        // 别名先写上，再找它指的名字：一问得到全程（RFC 1034 §4.3.2）。表再怪，也只走 8 步。
        // An alias goes in, then the name it stands for: the whole way in one answer. At most 8 steps.
        for _ in 0..8 {
            // “没有这个名字”和“有名字，没有这种记录”是两回事：后者是成功，0 条。
            // "No such name" is not "the name has no such record": that is success, with 0 records.
            if is_ours(&name) && !self.exists(&name) {
                return (NO_SUCH_NAME, answers);
            }
            let mut alias = None;
            for record in &self.0 {
                if record.name != name {
                    continue;
                }
                if record.data.kind() == question.kind {
                    answers.push(record.clone());
                } else if let Data::Cname(target) = &record.data {
                    answers.push(record.clone());
                    alias = Some(target.clone());
                }
            }
            match alias {
                Some(target) => name = target,
                None => break,
            }
        }
        (0, answers)
    }

    /// 下面还有名字的，自己也存在，只是没有记录（RFC 8020 §2、RFC 4592 §2.2.2）：有了
    /// www.example.test，说 example.test 不存在，信的人就连 www 也不问了。
    /// A name with names below it exists too, without records (RFC 8020 §2, RFC 4592 §2.2.2): with
    /// www.example.test there, a client that believes example.test does not exist never asks for
    /// www.
    fn exists(&self, name: &Name) -> bool {
        let top = name.0.len() == 1;
        top || self.0.iter().any(|record| record.name.is_within(name))
    }
}

/// 归我们管的是 .test 和 .example。 Ours are .test and .example.
fn is_ours(name: &Name) -> bool {
    let top = name.0.last().map(|label| label.to_ascii_lowercase());
    matches!(top.as_deref(), Some(b"test" | b"example"))
}
// ANCHOR_END: answer

// RFC 1035 §4.1.1：回答里的 4 位结果码。
// RFC 1035 §4.1.1: the 4 bits of the result in an answer.
pub(crate) const FORMAT_ERROR: u16 = 1;
pub(crate) const NO_SUCH_NAME: u16 = 3;
pub(crate) const NOT_IMPLEMENTED: u16 = 4;
pub(crate) const REFUSED: u16 = 5;
