//! DNS: the header bit by bit, questions, records, and names with their pointers.

mod name;
mod record;

use std::ops::Range;

use crate::bits::{Header, be16, kinds, nothing, octets, say, text};
use crate::names::sentence;
use crate::{Kind, Layer};
use bilingual::Text;

kinds! {
LENGTH "dns.length" "消息长度" "message length"
    "TCP 没有消息边界，所以先写这条消息有几个字节。" "TCP keeps no message boundaries, so the length comes first." "RFC 1035 §4.2.2"
ID "dns.id" "标识" "identifier"
    "应答原样送回，提问者由此知道答的是哪一问。" "The answer carries it back, so that it can be matched to its question." "RFC 1035 §4.1.1"
QR "dns.qr" "QR 问或答" "QR"
    "0 是问，1 是答。" "0 is a question, 1 an answer." "RFC 1035 §4.1.1"
OPCODE "dns.opcode" "操作码" "opcode"
    "哪一种查询；0 是普通的。" "Which kind of query; 0 is the usual one." "RFC 1035 §4.1.1"
AA "dns.aa" "AA 权威" "AA"
    "1 表示：答的服务器就是管这个域名的。" "1 means: the server that answers is responsible for this name." "RFC 1035 §4.1.1"
TC "dns.tc" "TC 截短" "TC"
    "1 表示：太长，截掉了一部分，请改用 TCP。" "1 means: the answer was too long and is truncated; ask again over TCP." "RFC 1035 §4.1.1"
RD "dns.rd" "RD 请递归" "RD"
    "请服务器替我一路问到底。" "Asks the server to find the answer for me." "RFC 1035 §4.1.1"
RA "dns.ra" "RA 可递归" "RA"
    "服务器愿意替人一路问到底。" "The server is willing to do that." "RFC 1035 §4.1.1"
Z "dns.z" "保留" "reserved"
    "没有用，是 0。" "Not used, 0." "RFC 1035 §4.1.1"
AD "dns.ad" "AD 已验证" "AD"
    "服务器用 DNSSEC 验证过这些数据。" "The server has checked these data with DNSSEC." "RFC 4035 §3.2.3"
CD "dns.cd" "CD 不要验证" "CD"
    "请服务器不要用 DNSSEC 验证。" "Asks the server not to check with DNSSEC." "RFC 4035 §3.2.2"
RCODE "dns.rcode" "应答码" "response code"
    "查得怎么样。" "The result of the query." "RFC 1035 §4.1.1"
QDCOUNT "dns.qdcount" "问题数" "questions"
    "后面有几个问题。" "How many questions follow." "RFC 1035 §4.1.1"
ANCOUNT "dns.ancount" "回答数" "answers"
    "后面有几条回答。" "How many answer records follow." "RFC 1035 §4.1.1"
NSCOUNT "dns.nscount" "授权记录数" "authority records"
    "后面有几条授权记录。" "How many authority records follow." "RFC 1035 §4.1.1"
ARCOUNT "dns.arcount" "附加记录数" "additional records"
    "后面有几条附加记录。" "How many additional records follow." "RFC 1035 §4.1.1"
QTYPE "dns.qtype" "查询类型" "query type"
    "想要哪一种记录。" "Which kind of record is wanted." "RFC 1035 §4.1.2"
QCLASS "dns.qclass" "查询类" "query class"
    "哪一种网络，总是 1（互联网）。" "Which kind of network: always 1, the Internet." "RFC 1035 §4.1.2"
}

/// Number of bytes of the header.
const HEADER_BYTES: usize = 12;

/// What a message is, for its label.
pub(crate) struct Message {
    pub(crate) layer: Layer,
    pub(crate) label: String,
    pub(crate) said: Text,
}

/// A message in a datagram; over TCP (`prefixed`) its length comes first.
pub(crate) fn message(frame: &[u8], bytes: Range<usize>, prefixed: bool, from: &Text) -> Message {
    let mut header = Header::new(frame, bytes.clone());
    if prefixed {
        let length = header.peek(16);
        let meaning = octets(length);
        header.put(&LENGTH, 16, length.to_string(), meaning);
    }
    let start = header.place();
    let message = &frame[start..bytes.end.min(frame.len())];
    let answer = head(&mut header);
    let mut asked = None;
    let count = |at: usize| be16(message, at);
    for _ in 0..count(4) {
        if header.left() == 0 {
            break;
        }
        let name = name::fields(&mut header, message, start);
        let number = be16(frame, header.place());
        let (zh, en) = record::type_name(number);
        header.put(&QTYPE, 16, number.to_string(), say(zh, en));
        let class = header.peek(16);
        header.put(&QCLASS, 16, class.to_string(), record::class_name(class));
        asked.get_or_insert((name, number));
    }
    let mut found = Vec::new();
    let answers = usize::from(count(6));
    let records = answers + usize::from(count(8)) + usize::from(count(10));
    for index in 0..records {
        if header.left() == 0 {
            break;
        }
        let record = record::fields(&mut header, message, start);
        if index < answers {
            found.push(record);
        }
    }
    let rcode = message.get(3).copied().unwrap_or(0) & 15;
    let (name, number) = asked.unwrap_or_default();
    let (label, said) = if answer {
        answered(rcode, &found, &name, from)
    } else {
        asks(&name, number, from)
    };
    Message {
        layer: header.finish(7, "DNS"),
        label,
        said,
    }
}

/// The 12 bytes in front; whether it is an answer.
fn head(header: &mut Header) -> bool {
    header.hex(&ID, 16, nothing());
    let answer = header.peek(1) == 1;
    flag(header, &QR, ("问", "a question"), ("答", "an answer"));
    let opcode = header.peek(4);
    let (zh, en) = if opcode == 0 {
        ("普通查询", "a usual query")
    } else {
        ("", "")
    };
    header.put(&OPCODE, 4, opcode.to_string(), say(zh, en));
    flag(
        header,
        &AA,
        ("", ""),
        ("权威的回答", "an authoritative answer"),
    );
    flag(header, &TC, ("完整", "complete"), ("截短了", "truncated"));
    flag(
        header,
        &RD,
        ("不用", "no need"),
        ("请问到底", "please find it for me"),
    );
    flag(header, &RA, ("", ""), ("愿意问到底", "willing to"));
    header.number(&Z, 1);
    flag(header, &AD, ("", ""), ("验证过", "checked"));
    flag(header, &CD, ("", ""), ("不要验证", "do not check"));
    let rcode = header.peek(4);
    header.put(&RCODE, 4, rcode.to_string(), rcode_meaning(rcode, answer));
    for kind in [&QDCOUNT, &ANCOUNT, &NSCOUNT, &ARCOUNT] {
        header.number(kind, 16);
    }
    answer
}

fn flag(header: &mut Header, kind: &'static Kind, zero: (&str, &str), one: (&str, &str)) {
    let value = header.peek(1);
    let (zh, en) = if value == 1 { one } else { zero };
    header.put(kind, 1, value.to_string(), say(zh, en));
}

fn rcode_meaning(rcode: u64, answer: bool) -> Text {
    match rcode {
        _ if !answer => nothing(),
        0 => say("没有出错", "no error"),
        1 => say(
            "问题的格式不对（FORMERR）",
            "the question is malformed (FORMERR)",
        ),
        2 => say(
            "服务器出了问题（SERVFAIL）",
            "the server has a problem (SERVFAIL)",
        ),
        3 => say("没有这个域名（NXDOMAIN）", "no such name (NXDOMAIN)"),
        4 => say(
            "不支持这种查询（NOTIMP）",
            "this kind of query is not supported (NOTIMP)",
        ),
        5 => say("拒绝回答（REFUSED）", "refuses to answer (REFUSED)"),
        _ => nothing(),
    }
}

fn asks(name: &str, number: u16, from: &Text) -> (String, Text) {
    let wanted = match number {
        1 => text(
            format!("{name} 的 IPv4 地址"),
            format!("the IPv4 address of {name}"),
        ),
        28 => text(
            format!("{name} 的 IPv6 地址"),
            format!("the IPv6 address of {name}"),
        ),
        _ => text(
            format!("{name} 的 {} 记录", record::short(number)),
            format!("the {} record of {name}", record::short(number)),
        ),
    };
    let label = format!("{}? {name}", record::short(number));
    let zh = format!("问：{}是什么？", wanted.zh);
    (
        label,
        sentence(from, &zh, &format!("asks for {}", wanted.en)),
    )
}

fn answered(rcode: u8, found: &[record::Record], name: &str, from: &Text) -> (String, Text) {
    const RECORDS_SHOWN_MAX: usize = 3;
    match rcode {
        0 if found.is_empty() => (
            "no answer".to_owned(),
            sentence(
                from,
                &format!("答：{name} 没有这种记录"),
                &format!("answers: {name} has no such record"),
            ),
        ),
        0 => {
            let all: Vec<String> = found
                .iter()
                .take(RECORDS_SHOWN_MAX)
                .map(record::Record::label)
                .collect();
            let more = if found.len() > RECORDS_SHOWN_MAX {
                ", …"
            } else {
                ""
            };
            let label = format!("{}{more}", all.join(", "));
            let value = found.last().map_or("", |record| record.value.as_str());
            let said = sentence(
                from,
                &format!("答：{name} 是 {value}"),
                &format!("answers: {name} is {value}"),
            );
            (label, said)
        }
        3 => (
            "NXDOMAIN".to_owned(),
            sentence(
                from,
                &format!("答：没有 {name} 这个域名"),
                &format!("answers: there is no {name}"),
            ),
        ),
        other => (
            format!("error {other}"),
            sentence(from, "答：查不了", "answers: cannot be looked up"),
        ),
    }
}

/// Whether these bytes, on a port of no known service, are one whole message.
pub(crate) fn is_message(bytes: &[u8]) -> bool {
    let count = |at: usize| usize::from(be16(bytes, at));
    if bytes.len() < HEADER_BYTES + 5 || count(4) != 1 || count(6) + count(8) + count(10) > 64 {
        return false;
    }
    let skip_question = name::skip(bytes, HEADER_BYTES).map(|at| at + 4);
    let records = count(6) + count(8) + count(10);
    let end = (0..records).try_fold(skip_question.unwrap_or(usize::MAX), |at, _| {
        let at = name::skip(bytes, at)?;
        Some(at + 10 + usize::from(be16(bytes, at + 8)))
    });
    end == Some(bytes.len())
}
