//! Resource records.

use core::net::{Ipv4Addr, Ipv6Addr};

use super::name;
use crate::bits::{Header, be16, be32, byte, hex_of, kinds, nothing, octets, say, text};
use bilingual::Text;

kinds! {
TYPE "dns.type" "记录类型" "record type"
    "这条记录说的是什么。" "What this record says." "RFC 1035 §4.1.3"
CLASS "dns.class" "类" "class"
    "哪一种网络，总是 1（互联网）。" "Which kind of network: always 1, the Internet." "RFC 1035 §4.1.3"
UDP_SIZE "dns.opt.size" "UDP 大小" "UDP size"
    "我收得下这么大的 UDP 应答。" "The largest UDP answer that I can take." "RFC 6891 §6.1.2"
TTL "dns.ttl" "可缓存时间" "TTL"
    "这条记录可以记住几秒，不必再问。" "How many seconds the record may be cached." "RFC 1035 §4.1.3"
EXTENDED "dns.opt.flags" "扩展标志" "extended flags"
    "扩展的应答码、版本和标志。" "An extended response code, a version, and flags." "RFC 6891 §6.1.3"
RDLENGTH "dns.rdlength" "数据长度" "data length"
    "后面的数据有几个字节。" "How many bytes of data follow." "RFC 1035 §4.1.3"
A "dns.a" "IPv4 地址" "IPv4 address"
    "这个名字的 IPv4 地址。" "The name's IPv4 address." "RFC 1035 §3.4.1"
AAAA "dns.aaaa" "IPv6 地址" "IPv6 address"
    "这个名字的 IPv6 地址。" "The name's IPv6 address." "RFC 3596 §2.2"
PREFERENCE "dns.preference" "优先级" "preference"
    "有几个可选时，数小的先用。" "Where there are several, the smallest is tried first." "RFC 1035 §3.3.9"
STRING "dns.txt" "文字" "text"
    "先是长度，再是这么多字节的文字。" "A length, then that many bytes of text." "RFC 1035 §3.3.14"
SOA_NUMBER "dns.soa" "SOA 的数" "SOA number"
    "依次是：版本号、刷新、重试、过期、最短时间。" "In order: serial, refresh, retry, expire, minimum." "RFC 1035 §3.3.13"
DATA "dns.rdata" "记录数据" "record data"
    "含义由记录类型决定。" "What it means depends on the record type." "RFC 1035 §4.1.3"
}

/// EDNS: a record that describes the message itself.
const OPT: u16 = 41;

/// What a record says.
pub(crate) struct Record {
    number: u16,
    pub(crate) value: String,
}

impl Record {
    /// `A 192.0.2.80`.
    pub(crate) fn label(&self) -> String {
        format!("{} {}", short(self.number), self.value)
    }
}

/// Names the fields of one record.
pub(crate) fn fields(header: &mut Header, message: &[u8], start: usize) -> Record {
    name::fields(header, message, start);
    let number = be16(header.bytes(2), 0);
    let (zh, en) = type_name(number);
    header.put(&TYPE, 16, number.to_string(), say(zh, en));
    if number == OPT {
        let size = header.peek(16);
        let meaning = octets(size);
        header.put(&UDP_SIZE, 16, size.to_string(), meaning);
        header.hex(&EXTENDED, 32, nothing());
    } else {
        let class = header.peek(16);
        header.put(&CLASS, 16, class.to_string(), class_name(class));
        let ttl = header.peek(32);
        let meaning = text(format!("{ttl} 秒"), format!("{ttl} s"));
        header.put(&TTL, 32, ttl.to_string(), meaning);
    }
    let length = usize::from(be16(header.bytes(2), 0));
    header.number(&RDLENGTH, 16);
    let length = length.min(header.left() / 8);
    Record {
        number,
        value: data(header, number, length, message, start),
    }
}

/// Names the data of a record, and nothing after it, whatever the data says.
fn data(header: &mut Header, number: u16, length: usize, message: &[u8], start: usize) -> String {
    let place = header.place() - start;
    let bytes = header.bytes(length);
    let fits = name::skip(message, place) == Some(place + length);
    match number {
        1 if length == 4 => {
            let value = Ipv4Addr::from(be32(bytes, 0)).to_string();
            header.put(&A, 32, value.clone(), nothing());
            value
        }
        28 if length == 16 => {
            let octets: [u8; 16] = std::array::from_fn(|at| byte(bytes, at));
            let value = Ipv6Addr::from(octets).to_string();
            header.put(&AAAA, 128, value.clone(), nothing());
            value
        }
        2 | 5 | 12 if fits => name::fields(header, message, start),
        15 if name::skip(message, place + 2) == Some(place + length) => {
            header.number(&PREFERENCE, 16);
            name::fields(header, message, start)
        }
        6 if soa_fits(message, place, length) => {
            let value = name::fields(header, message, start);
            name::fields(header, message, start);
            for _ in 0..5 {
                header.number(&SOA_NUMBER, 32);
            }
            value
        }
        16 => strings(header, length),
        _ => {
            header.octets(&DATA, length, nothing());
            hex_of(bytes)
        }
    }
}

fn soa_fits(message: &[u8], place: usize, length: usize) -> bool {
    let names = name::skip(message, place).and_then(|next| name::skip(message, next));
    names.is_some_and(|next| next + 20 == place + length)
}

fn strings(header: &mut Header, length: usize) -> String {
    let mut left = length;
    let mut all = String::new();
    while left > 0 {
        let count = (1 + usize::from(byte(header.bytes(1), 0))).min(left);
        let value = String::from_utf8_lossy(&header.bytes(count)[1..]).into_owned();
        all.push_str(&value);
        header.put(&STRING, count * 8, value, nothing());
        left -= count;
    }
    all
}

/// What a record type is for.
pub(crate) fn type_name(number: u16) -> (&'static str, &'static str) {
    match number {
        1 => ("A：IPv4 地址", "A: an IPv4 address"),
        2 => ("NS：管这个域的服务器", "NS: the server for this domain"),
        5 => (
            "CNAME：这是别名，真名在后面",
            "CNAME: an alias; the real name follows",
        ),
        6 => ("SOA：这个域的基本数据", "SOA: basic data of the domain"),
        12 => ("PTR：地址对应的名字", "PTR: the name of an address"),
        15 => ("MX：收邮件的服务器", "MX: the server that takes mail"),
        16 => ("TXT：文字", "TXT: text"),
        28 => ("AAAA：IPv6 地址", "AAAA: an IPv6 address"),
        33 => ("SRV：服务在哪里", "SRV: where a service is"),
        OPT => ("OPT：扩展（EDNS）", "OPT: an extension (EDNS)"),
        255 => ("ANY：全部", "ANY: everything"),
        _ => ("", ""),
    }
}

/// The name alone: `A`, `TYPE99`.
pub(crate) fn short(number: u16) -> String {
    let (_, name) = type_name(number);
    match name.split_once(':') {
        Some((short, _)) => short.to_owned(),
        None => format!("TYPE{number}"),
    }
}

/// The Internet, nearly always.
pub(crate) fn class_name(class: u64) -> Text {
    match class {
        1 => say("互联网（IN）", "the Internet (IN)"),
        255 => say("任何", "any"),
        _ => nothing(),
    }
}
