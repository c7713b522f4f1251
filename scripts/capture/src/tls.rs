//! TLS: records, and the messages of the handshake that can be read without keys.

mod hello;

use std::ops::Range;

use crate::Layer;
use crate::bits::{Header, be16, byte, hex_of, kinds, nothing, octets, say};
use crate::names::sentence;
use bilingual::Text;

kinds! {
TYPE "tls.type" "记录类型" "record type"
    "这条记录装的是什么。" "What this record carries." "RFC 8446 §5.1"
VERSION "tls.version" "记录版本" "record version"
    "为了老设备，写的是旧版本号；真正的版本在握手里谈。" "An old number, for old equipment. The real version is agreed on in the handshake." "RFC 8446 §5.1"
LENGTH "tls.length" "记录长度" "record length"
    "后面有几个字节属于这条记录。" "How many bytes of this record follow." "RFC 8446 §5.1"
MESSAGE "tls.handshake" "握手消息" "handshake message"
    "哪一条握手消息。" "Which message of the handshake." "RFC 8446 §4"
MESSAGE_LENGTH "tls.handshake.length" "消息长度" "message length"
    "这条消息有几个字节。" "How many bytes this message has." "RFC 8446 §4"
MESSAGE_BODY "tls.handshake.body" "消息内容" "message body"
    "这条消息的内容，明文。" "The contents of the message, in plain text." "RFC 8446 §4"
CHANGE "tls.ccs" "更换密码" "change cipher spec"
    "TLS 1.3 里没有作用，只为了让老设备放行。" "Does nothing in TLS 1.3; it is there for old equipment." "RFC 8446 §5, §D.4"
ALERT_LEVEL "tls.alert.level" "警报级别" "alert level"
    "1 是警告，2 是致命。" "1 is a warning, 2 is fatal." "RFC 8446 §6"
ALERT "tls.alert" "警报" "alert"
    "出了什么事。" "What has happened." "RFC 8446 §6"
ENCRYPTED "tls.encrypted" "密文" "encrypted data"
    "没有密钥就读不懂；外人只看得见长度。" "Unreadable without the key; others see only its length." "RFC 8446 §5.2"
CONTINUED "tls.continued" "接上一段" "continued"
    "一条记录的一部分，其余的在别的段里。" "A part of a record; the rest of it is in other segments." "RFC 8446 §5.1"
}

/// Number of bytes of a record's header.
pub(crate) const HEADER_BYTES: usize = 5;
/// Number of bytes of the longest record (RFC 8446 §5.2).
const RECORD_BYTES_MAX: u16 = (1 << 14) + 256;

/// Where a stream of records stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct State {
    /// Number of bytes of a record that are still to come.
    pending: usize,
    /// Whether that record is encrypted.
    hidden: bool,
    /// Whether the ciphers have changed: nothing after that can be read.
    encrypted: bool,
    /// The beginning of a record's header, at the end of a segment.
    head: [u8; HEADER_BYTES],
    /// How much of it.
    begun: usize,
}

impl State {
    /// Whether it is in the middle of a record.
    pub(crate) fn goes_on(&self) -> bool {
        self.pending > 0 || self.begun > 0
    }

    /// Takes bytes of a header that is cut, and returns how many.
    fn take(&mut self, bytes: &[u8]) -> usize {
        let mut taken = 0;
        for (place, byte) in self.head[self.begun..].iter_mut().zip(bytes) {
            *place = *byte;
            taken += 1;
        }
        self.begun += taken;
        if self.begun == HEADER_BYTES {
            let kind = self.head[0];
            self.begun = 0;
            self.pending = usize::from(be16(&self.head, 3));
            self.hidden = kind == 23 || (self.encrypted && kind != 20);
            self.encrypted |= kind == 20;
        }
        taken
    }
}

/// Whether a record starts here.
pub(crate) fn is_record(bytes: &[u8]) -> bool {
    bytes.len() >= HEADER_BYTES
        && (20..=23).contains(&bytes[0])
        && bytes[1] == 3
        && bytes[2] <= 4
        && be16(bytes, 3) <= RECORD_BYTES_MAX
}

/// The records in these bytes; what each one is goes to `names`.
pub(crate) fn records(
    frame: &[u8],
    bytes: Range<usize>,
    state: &mut State,
    names: &mut Vec<String>,
) -> Vec<Layer> {
    let mut layers = Vec::new();
    let mut at = bytes.start;
    while at < bytes.end {
        let cut = bytes.end - at < HEADER_BYTES && state.pending == 0;
        let end = if state.begun > 0 || cut {
            let end = at + state.take(&frame[at..bytes.end]);
            let mut header = Header::new(frame, at..end);
            header.octets(&CONTINUED, end - at, size(end - at));
            layers.push(header.finish(6, "TLS"));
            names.push("continued".to_owned());
            end
        } else if state.pending > 0 {
            let end = bytes.end.min(at + state.pending);
            let mut header = Header::new(frame, at..end);
            let kind = if state.hidden { &ENCRYPTED } else { &CONTINUED };
            header.octets(kind, end - at, size(end - at));
            layers.push(header.finish(6, "TLS"));
            names.push("continued".to_owned());
            state.pending -= end - at;
            end
        } else {
            let length = HEADER_BYTES + usize::from(be16(frame, at + 3));
            let end = bytes.end.min(at + length);
            layers.push(record(frame, at..end, state, names));
            state.pending = at + length - end;
            end
        };
        at = end;
    }
    layers
}

fn record(frame: &[u8], bytes: Range<usize>, state: &mut State, names: &mut Vec<String>) -> Layer {
    let mut header = Header::new(frame, bytes);
    let kind = byte(header.bytes(1), 0);
    let (zh, en) = match kind {
        20 => ("更换密码", "change cipher spec"),
        21 => ("警报", "alert"),
        22 => ("握手", "handshake"),
        23 => ("应用数据（密文）", "application data (encrypted)"),
        _ => ("", ""),
    };
    header.put(&TYPE, 8, kind.to_string(), say(zh, en));
    header.hex(&VERSION, 16, nothing());
    let length = header.peek(16);
    let meaning = octets(length);
    header.put(&LENGTH, 16, length.to_string(), meaning);
    state.hidden = kind == 23 || (state.encrypted && kind != 20);
    let left = header.left() / 8;
    match kind {
        _ if state.hidden => {
            header.octets(&ENCRYPTED, left, size(left));
            names.push("encrypted".to_owned());
        }
        20 => {
            header.octets(&CHANGE, left, nothing());
            names.push("ChangeCipherSpec".to_owned());
            state.encrypted = true;
        }
        21 => {
            header.number(&ALERT_LEVEL, 8);
            let alert = header.peek(8);
            let (zh, en) = alert_name(alert);
            header.put(&ALERT, 8, alert.to_string(), say(zh, en));
            names.push("Alert".to_owned());
        }
        _ => handshake(&mut header, names),
    }
    header.finish(6, "TLS")
}

/// The messages in one record.
fn handshake(header: &mut Header, names: &mut Vec<String>) {
    while header.left() > 0 {
        let kind = byte(header.bytes(1), 0);
        let name = message_name(kind);
        header.put(&MESSAGE, 8, kind.to_string(), say(name, name));
        let length = usize::try_from(header.peek(24)).unwrap_or_default();
        header.number(&MESSAGE_LENGTH, 24);
        let length = length.min(header.left() / 8);
        match kind {
            1 => hello::client(header, length),
            2 => hello::server(header, length),
            _ => header.octets(&MESSAGE_BODY, length, size(length)),
        }
        names.push(if name.is_empty() { "handshake" } else { name }.to_owned());
    }
}

fn message_name(kind: u8) -> &'static str {
    match kind {
        1 => "ClientHello",
        2 => "ServerHello",
        4 => "NewSessionTicket",
        8 => "EncryptedExtensions",
        11 => "Certificate",
        12 => "ServerKeyExchange",
        13 => "CertificateRequest",
        14 => "ServerHelloDone",
        15 => "CertificateVerify",
        16 => "ClientKeyExchange",
        20 => "Finished",
        _ => "",
    }
}

fn alert_name(alert: u64) -> (&'static str, &'static str) {
    match alert {
        0 => ("说完了（close_notify）", "I am done (close_notify)"),
        40 => (
            "谈不拢（handshake_failure）",
            "no agreement (handshake_failure)",
        ),
        42 => ("证书不对（bad_certificate）", "bad certificate"),
        48 => (
            "不认识签发者（unknown_ca）",
            "unknown authority (unknown_ca)",
        ),
        70 => ("版本不行（protocol_version）", "protocol version"),
        _ => ("", ""),
    }
}

/// The words for an arrow that carries these records.
pub(crate) fn words(names: &[String], from: &Text) -> (String, Text) {
    let mut parts: Vec<(&str, usize)> = Vec::new();
    for name in names {
        match parts.last_mut() {
            Some((last, count)) if last == name => *count += 1,
            _ => parts.push((name, 1)),
        }
    }
    let written = |(name, count): &(&str, usize)| match count {
        1 => (*name).to_owned(),
        count => format!("{count} × {name}"),
    };
    let label = parts.iter().map(written).collect::<Vec<_>>().join(", ");
    let has = |name: &str| names.iter().any(|other| other == name);
    let hidden = names
        .iter()
        .all(|name| name == "encrypted" || name == "continued");
    let (zh, en) = if hidden {
        (
            "发出密文，外人读不懂",
            "sends encrypted data that others cannot read",
        )
    } else if has("ClientHello") {
        (
            "打招呼：列出自己会的密码套件",
            "says hello and lists the cipher suites it knows",
        )
    } else if has("ServerHello") {
        (
            "挑好密码套件，接着握手",
            "picks a cipher suite and goes on with the handshake",
        )
    } else if has("Alert") {
        ("发出警报", "sends an alert")
    } else {
        ("继续握手", "goes on with the handshake")
    };
    let said = sentence(from, zh, en);
    (label, said)
}

fn size(bytes: usize) -> Text {
    octets(bytes as u64)
}

/// Names bytes that need no more words.
fn opaque(header: &mut Header, kind: &'static crate::Kind, length: usize) {
    let value = hex_of(header.bytes(length));
    header.put(kind, length * 8, value, size(length));
}
