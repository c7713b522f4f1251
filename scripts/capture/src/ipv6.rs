//! IPv6: the header bit by bit. What may stand behind it: `extension.rs`.

mod extension;

use core::net::{IpAddr, Ipv6Addr};
use std::ops::Range;

use crate::bits::{Header, be16, byte, kinds, nothing, octets, say};
use crate::ipv4::{protocol_name, service, ttl_meaning};
use crate::names::Names;
use crate::{Kind, Layer};
use bilingual::Text;

pub(crate) use extension::Part;

kinds! {
VERSION "ipv6.version" "版本" "version"
    "IP 的版本，决定后面怎么读。" "Which version of IP: how to read the rest." "RFC 8200 §3"
DSCP "ipv6.dscp" "区分服务" "DSCP"
    "请求路由器优先或普通对待。流量类别字段的前 6 比特。" "Asks routers for special treatment. The first 6 bits of the traffic class." "RFC 8200 §7; RFC 2474 §3"
ECN "ipv6.ecn" "显式拥塞通知" "ECN"
    "路由器拥堵时可以在这里做记号，而不丢包。流量类别字段的后 2 比特。" "A congested router can mark the packet here instead of dropping it. The last 2 bits of the traffic class." "RFC 8200 §7; RFC 3168 §5"
FLOW "ipv6.flow" "流标签" "flow label"
    "同一次通信的包有相同的标签。" "Packets of one conversation have the same label." "RFC 8200 §6; RFC 6437 §2"
LENGTH "ipv6.length" "载荷长度" "payload length"
    "首部的 40 字节之后还有几个字节，扩展首部也算。" "How many bytes follow the 40 of the header, extension headers included." "RFC 8200 §3"
NEXT "ipv6.next" "下一个首部" "next header"
    "后面是谁：扩展首部，或者上面的协议。编号和 IPv4 的协议字段相同。" "What follows: an extension header, or the protocol above, with the numbers of IPv4's protocol field." "RFC 8200 §3"
HOPS "ipv6.hops" "跳数限制" "hop limit"
    "还能经过几个路由器。每个路由器减 1，减到 0 就丢掉，同 IPv4 的 TTL。" "How many more routers it may pass. Each subtracts 1 and drops it at 0, as with IPv4's TTL." "RFC 8200 §3"
SOURCE "ipv6.src" "源地址" "source address"
    "谁发的。经过路由器也不变。" "The host that sent it. Routers leave it as it is." "RFC 8200 §3"
DESTINATION "ipv6.dst" "目的地址" "destination address"
    "给谁的。路由器按它选下一步。" "The host that it is for. Routers choose the next hop by it." "RFC 8200 §3"
}

/// Number of bytes of the header.
pub(crate) const HEADER_BYTES: usize = 40;

/// How many extension headers are read: real packets have one or two.
const EXTENSIONS_MAX: usize = 8;

/// What the layers above need to know.
#[derive(Clone)]
pub(crate) struct Ip {
    pub(crate) source: IpAddr,
    pub(crate) destination: IpAddr,
    /// What follows the last extension header.
    pub(crate) next: u8,
    pub(crate) hops: u8,
    /// Behind the last extension header.
    pub(crate) contents: Range<usize>,
    /// Whether all bytes of the packet are in this frame.
    pub(crate) whole: bool,
    /// What a fragment header says.
    pub(crate) part: Option<Part>,
}

/// The header and its extension headers at `bytes.start`, or `None` if these bytes cannot be one.
pub(crate) fn header(
    frame: &[u8],
    bytes: Range<usize>,
    names: &Names,
    protocol: &'static str,
) -> Option<(Vec<Layer>, Ip)> {
    let start = bytes.start;
    if bytes.len() < HEADER_BYTES || byte(frame, start) >> 4 != 6 {
        return None;
    }
    let mut header = Header::new(frame, start..start + HEADER_BYTES);
    header.put(&VERSION, 4, "6".to_owned(), say("IPv6", "IPv6"));
    service(&mut header, &DSCP, &ECN);
    header.hex(&FLOW, 20, nothing());
    let length = usize::from(be16(frame, start + 4));
    header.put(&LENGTH, 16, length.to_string(), octets(length as u64));
    let next = next(&mut header, &NEXT);
    let hops = header.peek(8);
    header.put(&HOPS, 8, hops.to_string(), hops_meaning(hops));
    let source = address(&mut header, &SOURCE, names);
    let destination = address(&mut header, &DESTINATION, names);
    let end = start + HEADER_BYTES + length;
    let mut ip = Ip {
        source,
        destination,
        next,
        hops: byte(frame, start + 7),
        contents: start + HEADER_BYTES..bytes.end.min(end),
        whole: end <= bytes.end,
        part: None,
    };
    let mut layers = vec![header.finish(3, protocol)];
    for _ in 0..EXTENSIONS_MAX {
        let Some(layer) = extension::header(frame, &mut ip) else {
            break;
        };
        layers.push(layer);
    }
    Some((layers, ip))
}

/// Neighbor discovery starts with 255, so that nothing from behind a router can be it.
fn hops_meaning(hops: u64) -> Text {
    match hops {
        255 => say(
            "最大的数：没有路由器转发过它",
            "the greatest number: no router has forwarded it",
        ),
        hops => ttl_meaning(hops),
    }
}

/// What follows this header, as a number.
fn next(header: &mut Header, kind: &'static Kind) -> u8 {
    let next = u8::try_from(header.peek(8)).unwrap_or_default();
    let (zh, en) = protocol_name(next);
    header.put(kind, 8, next.to_string(), say(zh, en));
    next
}

/// Names the next 128 bits as an address.
pub(crate) fn address(header: &mut Header, kind: &'static Kind, names: &Names) -> IpAddr {
    let bytes = header.bytes(16);
    let octets: [u8; 16] = std::array::from_fn(|at| byte(bytes, at));
    let address = IpAddr::from(Ipv6Addr::from(octets));
    header.put(kind, 128, address.to_string(), names.owner(address));
    address
}
