//! Ethernet: the frame's header, and the padding behind short contents.

use std::ops::Range;

use crate::bits::{Header, kind, say};
use crate::names::Names;
use crate::{Kind, Layer};
use bilingual::Text;

static DESTINATION: Kind = kind(
    "eth.dst",
    ("目的 MAC", "destination MAC"),
    (
        "这条线路上哪一块网卡收这一帧。全是 ff 表示每一块都收。",
        "Which network card on this wire takes the frame. All ff means every one.",
    ),
    "RFC 894; RFC 9542 §2.1",
);
static SOURCE: Kind = kind(
    "eth.src",
    ("源 MAC", "source MAC"),
    (
        "哪一块网卡把这一帧放到这条线路上。过了路由器就换一个。",
        "Which network card put the frame on this wire. It changes at every router.",
    ),
    "RFC 894; RFC 9542 §2.1",
);
static TYPE: Kind = kind(
    "eth.type",
    ("类型", "EtherType"),
    (
        "帧里装的是什么，应该交给哪个协议。",
        "What the frame carries: which protocol gets it.",
    ),
    "RFC 894; RFC 9542 §3",
);
static PADDING: Kind = kind(
    "eth.padding",
    ("填充", "padding"),
    (
        "内容太短时补上的字节，使帧不短于规定的长度。不属于 IP 包。",
        "Bytes added when the contents are too short for a frame. They do not belong to the IP packet.",
    ),
    "RFC 894",
);

/// Number of bytes of the header.
pub(crate) const HEADER_BYTES: usize = 14;

/// The 14 bytes of the header.
pub(crate) fn header(frame: &[u8], names: &Names) -> Layer {
    let mut header = Header::new(frame, 0..HEADER_BYTES);
    address(&mut header, &DESTINATION, names);
    address(&mut header, &SOURCE, names);
    let carried = header.peek(16);
    let (zh, en) = ether_type(carried);
    header.hex(&TYPE, 16, say(zh, en));
    header.finish(2, "Ethernet")
}

/// What follows the packet in the frame.
pub(crate) fn padding(frame: &[u8], bytes: Range<usize>) -> Layer {
    let mut header = Header::new(frame, bytes);
    let count = header.left() / 8;
    header.octets(
        &PADDING,
        count,
        say("不属于 IP 包", "not part of the IP packet"),
    );
    header.finish(2, "padding")
}

fn address(header: &mut Header, kind: &'static Kind, names: &Names) {
    let bytes = header.bytes(6);
    header.put(kind, 48, mac(bytes), owner(bytes, names));
}

/// The host that has this card.
pub(crate) fn owner(bytes: &[u8], names: &Names) -> Text {
    if bytes.iter().all(|&byte| byte == 0xff) {
        say("广播：每一台主机", "broadcast: every host")
    } else if bytes.iter().all(|&byte| byte == 0) {
        say("还不知道", "not known yet")
    } else if let Some(host) = names.card(bytes) {
        names.of(host)
    } else if bytes.first().is_some_and(|first| first & 1 == 1) {
        say("组播：一组主机", "multicast: a group of hosts")
    } else {
        Text::default()
    }
}

/// `02:00:00:00:01:01`.
pub(crate) fn mac(bytes: &[u8]) -> String {
    crate::bits::hex_of(bytes).replace(' ', ":")
}

/// What the number says.
pub(crate) fn ether_type(number: u64) -> (&'static str, &'static str) {
    match number {
        0x0800 => ("IPv4", "IPv4"),
        0x0806 => ("ARP", "ARP"),
        0x86dd => ("IPv6", "IPv6"),
        0x8100 => ("VLAN 标签", "VLAN tag"),
        0..=1500 => ("IEEE 802.3 的长度", "a length, as in IEEE 802.3"),
        _ => ("", ""),
    }
}
