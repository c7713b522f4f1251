//! A frame cut into layers, from the outside in, with the words for its arrow.

mod transport;

use core::net::IpAddr;
use std::ops::Range;

use crate::bits::{nothing, say};
use crate::conversation::Conversations;
use crate::data::Run;
use crate::link::{self, Link};
use crate::names::{Names, sentence};
use crate::segment::Segment;
use crate::{Layer, arp, data, ethernet, ipv4, ipv6};
use bilingual::Text;

/// How many levels of datagrams in ICMP errors in datagrams are read: real ones have one.
const QUOTE_DEPTH_MAX: usize = 1;

/// A frame that was read.
pub(crate) struct Decoded {
    pub(crate) layers: Vec<Layer>,
    pub(crate) label: String,
    pub(crate) said: Text,
    /// Its TCP segment, if it carries a whole header of one.
    pub(crate) segment: Option<Segment>,
}

/// What is known about the frame before it is read.
pub(crate) struct Context<'a> {
    pub(crate) names: &'a Names<'a>,
    /// What to call its sender.
    pub(crate) from: Text,
    pub(crate) conversations: &'a mut Conversations,
}

/// Cuts a frame into layers. Together they cover every byte, whatever the bytes are.
pub(crate) fn decode(frame: &[u8], link: Link, context: Context) -> Decoded {
    let mut walk = Walk {
        frame,
        context,
        out: Decoded {
            layers: Vec::new(),
            label: format!("{} bytes", frame.len()),
            said: nothing(),
            segment: None,
        },
        quotes: 0,
        router: None,
    };
    walk.out.said = sentence(&walk.context.from, "发出一帧", "sends a frame");
    walk.link(link);
    if let Some((router, does)) = walk.router {
        let said = &walk.out.said;
        let zh = format!("{}：{}", does.zh, said.zh);
        walk.out.said = sentence(&router, &zh, &format!("{}: {}", does.en, said.en));
    }
    walk.out
}

struct Walk<'f, 'c> {
    frame: &'f [u8],
    context: Context<'c>,
    out: Decoded,
    /// How deep inside ICMP errors this is.
    quotes: usize,
    /// What to call the sender of the frame, if the packet in it names another host as its source,
    /// and what it does with that packet.
    router: Option<(Text, Text)>,
}

/// An IP packet around a transport header.
#[derive(Clone, Copy)]
struct Around {
    source: IpAddr,
    destination: IpAddr,
    protocol: u8,
    /// Whether all bytes of the datagram are in this frame.
    whole: bool,
}

impl<'f> Walk<'f, '_> {
    fn link(&mut self, link: Link) {
        let end = self.frame.len();
        self.out
            .layers
            .extend(link::layers(link, self.frame, self.context.names));
        let carried = link::carried(link, self.frame);
        let rest = carried.start..end;
        let used = match carried.ether_type {
            0x0800 => self.ipv4(rest.clone()),
            0x0806 => self.arp(rest.clone()),
            0x86dd => self.ipv6(rest.clone()),
            _ => None,
        };
        match used {
            None => self.run(rest, Run::Unknown),
            Some(used) if used < end => self
                .out
                .layers
                .push(ethernet::padding(self.frame, used..end)),
            Some(_) => {}
        }
    }

    /// These return where the packet ends, or `None` if these bytes are no such packet.
    fn arp(&mut self, bytes: Range<usize>) -> Option<usize> {
        if bytes.len() < arp::PACKET_BYTES {
            return None;
        }
        let end = bytes.start + arp::PACKET_BYTES;
        let (layer, label, said) = arp::packet(
            self.frame,
            bytes.start..end,
            self.context.names,
            &self.context.from,
        );
        self.out.layers.push(layer);
        (self.out.label, self.out.said) = (label, said);
        Some(end)
    }

    fn ipv4(&mut self, bytes: Range<usize>) -> Option<usize> {
        let quoted = self.quotes > 0;
        let name = if quoted { "IPv4 (quoted)" } else { "IPv4" };
        let (layer, ip) =
            ipv4::header(self.frame, bytes.start, bytes.end, self.context.names, name)?;
        self.out.layers.push(layer);
        if !quoted {
            self.forwarded(ip.source.into(), ip.ttl);
            let (zh, en) = ipv4::protocol_name(ip.protocol);
            let zh = format!("发出一个 IP 包（{zh}）");
            self.out.said = sentence(
                &self.context.from,
                &zh,
                &format!("sends an IP packet ({en})"),
            );
            self.out.label = format!("IP, protocol {}", ip.protocol);
        }
        let contents = ip.start..ip.end;
        if ip.fragment_offset > 0 {
            self.run(contents, Run::Fragment);
        } else {
            let around = Around {
                source: ip.source.into(),
                destination: ip.destination.into(),
                protocol: ip.protocol,
                whole: ip.whole && !ip.more_fragments,
            };
            self.transport(contents, around);
        }
        if !quoted && ip.is_fragment() {
            let size = ip.end - ip.start;
            self.fragment(ip.fragment_offset, ip.more_fragments, size, ip.protocol);
        }
        Some(ip.end)
    }

    /// Notes that a router puts this packet on the next wire: the words are about the host that
    /// sent it. One that no router has passed on is the router's own.
    fn forwarded(&mut self, source: IpAddr, ttl: u8) {
        let names = self.context.names;
        // An address that belongs to no host is nobody's packet: 0.0.0.0 is one that has none yet.
        let Some(source) = names.address(source).map(|host| names.of(host)) else {
            return;
        };
        if source == self.context.from {
            return;
        }
        let does = match ttl {
            ipv4::LINUX_TTL => say("代答", "answers in its name"),
            _ => say("转发", "forwards"),
        };
        let router = std::mem::replace(&mut self.context.from, source);
        self.router = Some((router, does));
    }

    fn ipv6(&mut self, bytes: Range<usize>) -> Option<usize> {
        let quoted = self.quotes > 0;
        let name = if quoted { "IPv6 (quoted)" } else { "IPv6" };
        let (layers, ip) = ipv6::header(self.frame, bytes, self.context.names, name)?;
        self.out.layers.extend(layers);
        if !quoted {
            self.forwarded(ip.source, ip.hops);
            let (zh, en) = ipv4::protocol_name(ip.next);
            let zh = format!("发出一个 IPv6 包（{zh}）");
            let en = format!("sends an IPv6 packet ({en})");
            self.out.said = sentence(&self.context.from, &zh, &en);
            self.out.label = format!("IPv6, next header {}", ip.next);
        }
        let contents = ip.contents.clone();
        let later = ip.part.is_some_and(|part| part.offset > 0);
        // One alone, with no more to come, is a whole packet all the same.
        let part = ip.part.filter(|part| later || part.more);
        if later {
            self.run(contents.clone(), Run::Fragment);
        } else {
            let around = Around {
                source: ip.source,
                destination: ip.destination,
                protocol: ip.next,
                whole: ip.whole && part.is_none(),
            };
            self.transport(contents.clone(), around);
        }
        if let Some(part) = part.filter(|_| !quoted) {
            self.fragment(part.offset, part.more, contents.len(), ip.next);
        }
        Some(contents.end)
    }

    /// A fragment: what it is a part of stands in the first one only.
    fn fragment(&mut self, start: usize, more_follow: bool, size: usize, protocol: u8) {
        let more = if more_follow { "+" } else { "" };
        let range = format!("fragment {start}:{}{more}", start + size);
        self.out.label = if start == 0 {
            format!("{}, {range}", self.out.label)
        } else {
            let (_, en) = ipv4::protocol_name(protocol);
            format!("{en}, {range}")
        };
        let zh = format!("发出一个分片：从第 {start} 字节起的 {size} 字节");
        let en = format!("sends a fragment: {size} bytes from byte {start} on");
        self.out.said = sentence(&self.context.from, &zh, &en);
    }

    /// Names bytes that no program sent.
    fn run(&mut self, bytes: Range<usize>, run: Run) {
        if !bytes.is_empty() {
            self.out.layers.push(data::run(self.frame, bytes, run));
        }
    }

    fn data(&mut self, bytes: Range<usize>) {
        if !bytes.is_empty() {
            self.out.layers.push(data::layer(self.frame, bytes));
        }
    }
}
