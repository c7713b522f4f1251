//! ARP: asking which card has an IP address.

use core::net::Ipv4Addr;
use std::ops::Range;

use crate::bits::{Header, be16, kind, nothing, say};
use crate::ethernet::{ether_type, mac, owner};
use crate::names::{Names, sentence};
use crate::{Kind, Layer};
use bilingual::Text;

static HARDWARE: Kind = kind(
    "arp.hardware",
    ("硬件类型", "hardware type"),
    (
        "要问的是哪种硬件的地址。",
        "The kind of hardware whose address is wanted.",
    ),
    "RFC 826",
);
static PROTOCOL: Kind = kind(
    "arp.protocol",
    ("协议类型", "protocol type"),
    (
        "拿哪种协议的地址来问。",
        "The protocol whose address the question names.",
    ),
    "RFC 826",
);
static HARDWARE_LENGTH: Kind = kind(
    "arp.hlen",
    ("硬件地址长度", "hardware address length"),
    (
        "一个硬件地址有几个字节。",
        "Number of bytes of a hardware address.",
    ),
    "RFC 826",
);
static PROTOCOL_LENGTH: Kind = kind(
    "arp.plen",
    ("协议地址长度", "protocol address length"),
    (
        "一个协议地址有几个字节。",
        "Number of bytes of a protocol address.",
    ),
    "RFC 826",
);
static OPERATION: Kind = kind(
    "arp.operation",
    ("操作", "operation"),
    ("是问还是答。", "Whether this asks or answers."),
    "RFC 826",
);
static SENDER_MAC: Kind = kind(
    "arp.sender.mac",
    ("发送方 MAC", "sender MAC"),
    (
        "发送方自己的硬件地址。收到的主机可以顺手记下来。",
        "The sender's own hardware address. A host that receives it may remember it.",
    ),
    "RFC 826",
);
static SENDER_IP: Kind = kind(
    "arp.sender.ip",
    ("发送方 IP", "sender IP"),
    ("发送方自己的 IP 地址。", "The sender's own IP address."),
    "RFC 826",
);
static TARGET_MAC: Kind = kind(
    "arp.target.mac",
    ("目标 MAC", "target MAC"),
    (
        "问的时候还不知道，填 0；答的时候是提问的一方。",
        "Not known in a question, so 0; in an answer, that of the host that asked.",
    ),
    "RFC 826",
);
static TARGET_IP: Kind = kind(
    "arp.target.ip",
    ("目标 IP", "target IP"),
    (
        "问的时候，是想知道谁的 MAC；答的时候，是提问的一方。",
        "In a question, the address whose MAC is wanted; in an answer, that of the host that asked.",
    ),
    "RFC 826",
);

/// Number of bytes of a packet about Ethernet and IPv4.
pub(crate) const PACKET_BYTES: usize = 28;

/// The fields of an ARP packet, and what it says.
pub(crate) fn packet(
    frame: &[u8],
    bytes: Range<usize>,
    names: &Names,
    from: &Text,
) -> (Layer, String, Text) {
    let start = bytes.start;
    let mut header = Header::new(frame, bytes);
    let meaning = if header.peek(16) == 1 {
        "以太网|Ethernet"
    } else {
        ""
    };
    let (zh, en) = meaning.split_once('|').unwrap_or_default();
    let value = header.peek(16).to_string();
    header.put(&HARDWARE, 16, value, say(zh, en));
    let (zh, en) = ether_type(header.peek(16));
    header.hex(&PROTOCOL, 16, say(zh, en));
    let hardware = header.number(&HARDWARE_LENGTH, 8);
    let protocol = header.number(&PROTOCOL_LENGTH, 8);
    let operation = be16(frame, start + 6);
    let (zh, en) = match operation {
        1 => ("请求：问", "request: a question"),
        2 => ("应答：答", "reply: an answer"),
        _ => ("", ""),
    };
    header.put(&OPERATION, 16, operation.to_string(), say(zh, en));
    if (hardware, protocol) != (6, 4) {
        let said = sentence(
            from,
            "发出一个不认识的 ARP 包",
            "sends an ARP packet of another kind",
        );
        return (header.finish(2, "ARP"), "ARP".to_owned(), said);
    }
    let sender_mac = mac_field(&mut header, &SENDER_MAC, names);
    let sender = ip_field(&mut header, &SENDER_IP, names);
    mac_field(&mut header, &TARGET_MAC, names);
    let target = ip_field(&mut header, &TARGET_IP, names);
    let (label, said) = match operation {
        // The sender has no address yet, and asks whether this one is free (RFC 2131 §4.4.1).
        1 if sender.is_unspecified() => (
            format!("who has {target}? (probe)"),
            sentence(
                from,
                &format!("问：有人在用 {target} 吗？"),
                &format!("asks: does anyone use {target}?"),
            ),
        ),
        1 => (
            format!("who has {target}?"),
            sentence(
                from,
                &format!("问：谁是 {target}？"),
                &format!("asks: who has {target}?"),
            ),
        ),
        2 => (
            format!("{sender} is at {sender_mac}"),
            sentence(
                from,
                &format!("答：{sender} 是我，MAC 是 {sender_mac}"),
                &format!("answers: {sender} is me, my MAC is {sender_mac}"),
            ),
        ),
        _ => (format!("ARP operation {operation}"), nothing()),
    };
    (header.finish(2, "ARP"), label, said)
}

fn mac_field(header: &mut Header, kind: &'static Kind, names: &Names) -> String {
    let bytes = header.bytes(6);
    let value = mac(bytes);
    header.put(kind, 48, value.clone(), owner(bytes, names));
    value
}

fn ip_field(header: &mut Header, kind: &'static Kind, names: &Names) -> Ipv4Addr {
    let bits = u32::try_from(header.peek(32)).unwrap_or_default();
    let address = Ipv4Addr::from(bits);
    header.put(kind, 32, address.to_string(), names.owner(address.into()));
    address
}
