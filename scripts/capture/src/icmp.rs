//! ICMP: echo, and the errors that routers and hosts report, with the datagram they quote.

use std::ops::Range;

use crate::Layer;
use crate::bits::{Header, be16, byte, kinds, nothing, octets, say};
use crate::checksum;
use crate::names::sentence;
use bilingual::Text;

kinds! {
TYPE "icmp.type" "类型" "type"
    "哪一种 ICMP 消息。" "Which ICMP message this is." "RFC 792"
CODE "icmp.code" "代码" "code"
    "类型里再细分。" "A finer distinction within the type." "RFC 792"
CHECKSUM "icmp.checksum" "校验和" "checksum"
    "发现路上出的错，算的是整个 ICMP 消息。" "Detects damage in transit. It covers the whole ICMP message." "RFC 792; RFC 1071"
ID "icmp.id" "标识" "identifier"
    "哪一个程序在问，应答里原样送回。" "Which program asks. The answer carries it back." "RFC 792"
SEQUENCE "icmp.seq" "序号" "sequence number"
    "第几次问，应答里原样送回。" "The number of the question. The answer carries it back." "RFC 792"
UNUSED "icmp.unused" "未用" "unused"
    "没有用，填 0。" "Not used, 0." "RFC 792"
MTU "icmp.mtu" "下一跳 MTU" "next-hop MTU"
    "前面的线路一次最多装这么多字节。" "The most bytes that the next wire carries at once." "RFC 1191 §4"
GATEWAY "icmp.gateway" "网关地址" "gateway address"
    "以后去那里请走这个路由器。" "Use this router to go there." "RFC 792"
REST "icmp.rest" "消息内容" "rest of the header"
    "含义由类型决定。" "What it means depends on the type." "RFC 792"
}

/// Number of bytes of the header.
pub(crate) const HEADER_BYTES: usize = 8;

/// What a message is, for its label.
pub(crate) struct Message {
    pub(crate) layer: Layer,
    pub(crate) label: String,
    pub(crate) said: Text,
    /// Whether it quotes the datagram that it is about.
    pub(crate) quotes: bool,
}

/// The fields of a message. `whole`: all its bytes are in this frame.
pub(crate) fn message(frame: &[u8], bytes: Range<usize>, whole: bool, from: &Text) -> Message {
    let start = bytes.start;
    let (kind, code) = (byte(frame, start), byte(frame, start + 1));
    let end = bytes.end;
    let mut header = Header::new(frame, start..end.min(start + HEADER_BYTES));
    let (zh, en) = type_name(kind);
    header.put(&TYPE, 8, kind.to_string(), say(zh, en));
    let (zh, en) = code_name(kind, code);
    header.put(&CODE, 8, code.to_string(), say(zh, en));
    let verdict = if whole {
        checksum::verdict(checksum::holds(&frame[bytes]))
    } else {
        checksum::unknown()
    };
    header.hex(&CHECKSUM, 16, verdict);
    match (kind, code) {
        (0 | 8, _) => {
            header.number(&ID, 16);
            header.number(&SEQUENCE, 16);
        }
        (3, 4) => {
            header.hex(&UNUSED, 16, nothing());
            let mtu = header.peek(16);
            let meaning = octets(mtu);
            header.put(&MTU, 16, mtu.to_string(), meaning);
        }
        (3 | 11, _) => {
            header.hex(&UNUSED, 32, nothing());
        }
        (5, _) => {
            let address = u32::try_from(header.peek(32)).unwrap_or_default();
            let value = core::net::Ipv4Addr::from(address).to_string();
            header.put(&GATEWAY, 32, value, nothing());
        }
        _ => header.octets(&REST, 4, nothing()),
    }
    let (label, said) = words(kind, code, be16(frame, start + 6), from);
    Message {
        layer: header.finish(3, "ICMP"),
        label,
        said,
        quotes: matches!(kind, 3 | 4 | 5 | 11 | 12),
    }
}

fn words(kind: u8, code: u8, sequence: u16, from: &Text) -> (String, Text) {
    match kind {
        8 => (
            format!("echo request, seq {sequence}"),
            sentence(from, "问：你在吗？", "asks: are you there?"),
        ),
        0 => (
            format!("echo reply, seq {sequence}"),
            sentence(from, "答：我在", "answers: I am here"),
        ),
        3 => {
            let (zh, en) = code_name(kind, code);
            let label = if en.is_empty() {
                format!("unreachable, code {code}")
            } else {
                en.to_owned()
            };
            let said = sentence(
                from,
                &format!("报告：送不到（{zh}）"),
                &format!("reports: cannot be delivered ({en})"),
            );
            (label, said)
        }
        11 => (
            "time exceeded".to_owned(),
            sentence(
                from,
                "报告：生存时间用完了，包丢掉了",
                "reports: the time to live has run out, the packet is dropped",
            ),
        ),
        _ => {
            let (zh, en) = type_name(kind);
            let label = if en.is_empty() {
                format!("ICMP type {kind} code {code}")
            } else {
                en.to_owned()
            };
            (
                label,
                sentence(
                    from,
                    &format!("发出 ICMP：{zh}"),
                    &format!("sends ICMP: {en}"),
                ),
            )
        }
    }
}

fn type_name(kind: u8) -> (&'static str, &'static str) {
    match kind {
        0 => ("回显应答", "echo reply"),
        3 => ("目的不可达", "destination unreachable"),
        4 => ("源抑制（已不用）", "source quench (no longer used)"),
        5 => ("改走别的路由器", "redirect"),
        8 => ("回显请求", "echo request"),
        11 => ("超时", "time exceeded"),
        12 => ("首部有错", "parameter problem"),
        _ => ("", ""),
    }
}

fn code_name(kind: u8, code: u8) -> (&'static str, &'static str) {
    match (kind, code) {
        (3, 0) => ("网络不可达", "net unreachable"),
        (3, 1) => ("主机不可达", "host unreachable"),
        (3, 2) => ("协议不可达", "protocol unreachable"),
        (3, 3) => ("端口不可达：没有程序用这个端口", "port unreachable"),
        (3, 4) => ("需要分片，但 DF 不许", "fragmentation needed and DF set"),
        (3, 13) => ("被管理员禁止", "administratively prohibited"),
        (11, 0) => ("路上 TTL 减到了 0", "TTL reached 0 in transit"),
        (11, 1) => ("分片没有等齐", "fragments did not arrive in time"),
        _ => ("", ""),
    }
}
