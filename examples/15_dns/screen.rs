//! 屏幕上的样子：和区域文件一样，名字、TTL、类型、数据（RFC 1035 §5.1）。
//! How it looks on the screen: as in a zone file, name, TTL, type, data (RFC 1035 §5.1).
use std::fmt;

use crate::message::{A, AAAA, CNAME, Data, Question, Record};

pub(crate) fn kind_name(kind: u16) -> String {
    match kind {
        A => "A".to_owned(),
        CNAME => "CNAME".to_owned(),
        AAAA => "AAAA".to_owned(),
        // 不认识的类型，写成 TYPE 加数字（RFC 3597 §5）。
        // A type that we do not know is written as TYPE and its number (RFC 3597 §5).
        other => format!("TYPE{other}"),
    }
}

/// 结果码的意思。 What a result code means.
pub(crate) fn rcode_words(rcode: u16) -> String {
    match rcode {
        0 => "成功 NOERROR".to_owned(),
        1 => "服务器看不懂这个问题 the server cannot read the question (FORMERR)".to_owned(),
        2 => "服务器出了错，过一会儿再问 the server failed, ask again later (SERVFAIL)".to_owned(),
        3 => "没有这个名字 no such name (NXDOMAIN)".to_owned(),
        4 => "服务器不会这种操作 the server does not do this (NOTIMP)".to_owned(),
        5 => "服务器不管这个名字 not a name of this server (REFUSED)".to_owned(),
        other => format!("结果码 result code {other}"),
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, kind_name(self.kind))
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = kind_name(self.data.kind());
        write!(f, "{} {} {kind} ", self.name, self.ttl)?;
        match &self.data {
            Data::A(ip) => write!(f, "{ip}"),
            Data::Aaaa(ip) => write!(f, "{ip}"),
            Data::Cname(name) => write!(f, "{name}"),
            Data::Other(_, _, bytes) => write!(f, "({} 字节 bytes)", bytes.len()),
        }
    }
}
