//! The extension headers of IPv6 (RFC 8200 §4): options, routing, fragments.

use super::{Ip, next};
use crate::Layer;
use crate::bits::{Header, byte, kinds, nothing, octets, say, text};

kinds! {
NEXT "ipv6.ext.next" "下一个首部" "next header"
    "这个扩展首部后面是谁。" "What follows this extension header." "RFC 8200 §4"
LENGTH "ipv6.ext.length" "扩展首部长度" "header extension length"
    "前 8 字节之后，还有几个 8 字节。" "The number of units of 8 bytes after the first 8." "RFC 8200 §4.3"
OPTION "ipv6.option.type" "选项类型" "option type"
    "哪一种选项。头 2 比特说明不认识它时怎么办。" "Which option this is. Its first 2 bits say what to do if it is not known." "RFC 8200 §4.2"
OPTION_LENGTH "ipv6.option.length" "选项长度" "option length"
    "后面的值有几个字节。" "The number of bytes of the value that follows." "RFC 8200 §4.2"
OPTION_DATA "ipv6.option.data" "选项内容" "option data"
    "选项带的值。" "The option's value." "RFC 8200 §4.2"
ROUTING "ipv6.routing.type" "路由类型" "routing type"
    "哪一种路由首部。" "Which kind of routing header this is." "RFC 8200 §4.4"
SEGMENTS "ipv6.routing.left" "剩余站数" "segments left"
    "还要依次经过几个指定的节点。" "How many of the named nodes are still to be visited." "RFC 8200 §4.4"
ROUTE "ipv6.routing.data" "路由内容" "type-specific data"
    "含义由路由类型决定。" "What it means depends on the routing type." "RFC 8200 §4.4"
RESERVED "ipv6.fragment.reserved" "保留" "reserved"
    "没有用，填 0。" "Not used, 0." "RFC 8200 §4.5"
OFFSET "ipv6.fragment.offset" "片偏移" "fragment offset"
    "这一片从原来数据的哪里开始，以 8 字节为单位。" "Where in the original data this fragment begins, in units of 8 bytes." "RFC 8200 §4.5"
MORE "ipv6.fragment.more" "M 还有分片" "M, more fragments"
    "1 表示：后面还有同一个包的分片。" "1 means: more fragments of the same packet follow." "RFC 8200 §4.5"
ID "ipv6.fragment.id" "标识" "identification"
    "同一个包切成的分片，标识相同。" "The fragments of one packet have the same identification." "RFC 8200 §4.5"
}

/// What a fragment header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    /// In bytes.
    pub(crate) offset: usize,
    pub(crate) more: bool,
}

/// The next extension header; `ip` is then about what follows it. `None`: there is none, it is not
/// whole, or this is not the first fragment, which alone has what follows.
pub(super) fn header(frame: &[u8], ip: &mut Ip) -> Option<Layer> {
    let start = ip.contents.start;
    let later = ip.part.is_some_and(|part| part.offset > 0);
    if later || ip.contents.len() < 8 {
        return None;
    }
    let units = match ip.next {
        0 | 43 | 60 => usize::from(byte(frame, start + 1)) + 1,
        44 => 1,
        _ => return None,
    };
    let bytes = start..start + units * 8;
    if bytes.end > ip.contents.end {
        return None;
    }
    ip.contents.start = bytes.end;
    let kind = ip.next;
    let mut header = Header::new(frame, bytes);
    ip.next = next(&mut header, &NEXT);
    if kind == 44 {
        ip.part = Some(fragment(&mut header));
        return Some(header.finish(3, "IPv6 fragment"));
    }
    let more = header.peek(8);
    header.put(&LENGTH, 8, more.to_string(), octets(more * 8 + 8));
    if kind == 43 {
        header.number(&ROUTING, 8);
        header.number(&SEGMENTS, 8);
        let left = header.left() / 8;
        header.octets(&ROUTE, left, nothing());
        return Some(header.finish(3, "IPv6 routing"));
    }
    options(&mut header);
    Some(header.finish(3, "IPv6 options"))
}

fn fragment(header: &mut Header) -> Part {
    header.number(&RESERVED, 8);
    let units = header.peek(13);
    let offset = usize::try_from(units).unwrap_or_default() * 8;
    let meaning = text(
        format!("从第 {offset} 字节开始"),
        format!("starts at byte {offset}"),
    );
    header.put(&OFFSET, 13, units.to_string(), meaning);
    header.number(&RESERVED, 2);
    let more = header.peek(1) == 1;
    let meaning = match more {
        true => say("后面还有", "more follow"),
        false => say("最后一片", "the last fragment"),
    };
    header.put(&MORE, 1, u8::from(more).to_string(), meaning);
    header.hex(&ID, 32, nothing());
    Part { offset, more }
}

fn options(header: &mut Header) {
    while header.left() >= 8 {
        let kind = header.peek(8);
        let meaning = match kind {
            0 => say("填 1 个字节，用来对齐", "one byte of padding"),
            1 => say("填几个字节，用来对齐", "padding"),
            5 => say("请路由器看一看（RFC 2711）", "router alert (RFC 2711)"),
            194 => say("巨型包（RFC 2675）", "jumbo payload (RFC 2675)"),
            _ => nothing(),
        };
        header.put(&OPTION, 8, kind.to_string(), meaning);
        if kind == 0 {
            continue;
        }
        let length = usize::try_from(header.peek(8)).unwrap_or_default();
        header.number(&OPTION_LENGTH, 8);
        let data = length.min(header.left() / 8);
        header.octets(&OPTION_DATA, data, nothing());
    }
}
