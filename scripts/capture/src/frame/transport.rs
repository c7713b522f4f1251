//! Inside an IP packet: ICMP with what it quotes, UDP, TCP, and what they carry.

use core::net::{IpAddr, SocketAddr};
use std::ops::Range;

use super::{Around, Context, QUOTE_DEPTH_MAX, Walk};
use crate::bits::{be16, byte};
use crate::checksum::Pseudo;
use crate::data::Run;
use crate::names::sentence;
use crate::segment::Event;
use crate::tcp::Checksum;
use crate::{dhcp, dns, icmp, icmpv6, label, tcp, udp};

impl<'f> Walk<'f, '_> {
    pub(super) fn transport(&mut self, bytes: Range<usize>, around: Around) {
        let done = match (around.protocol, around.source) {
            (1, IpAddr::V4(_)) => self.icmp(bytes.clone(), &around),
            (58, IpAddr::V6(_)) => self.icmpv6(bytes.clone(), &around),
            (6, _) => self.tcp(bytes.clone(), &around),
            (17, _) => self.udp(bytes.clone(), &around),
            _ => false,
        };
        if !done {
            let quoted = self.quotes > 0;
            let run = if quoted {
                self.quote(&around)
            } else {
                Run::Unknown
            };
            self.run(bytes, run);
        }
    }

    /// What follows the headers in a quoted packet.
    fn quote(&self, around: &Around) -> Run {
        match around.source {
            IpAddr::V4(_) => Run::Quoted,
            IpAddr::V6(_) => Run::Quoted6,
        }
    }

    /// Like the functions below, returns whether the bytes were such a header.
    fn icmp(&mut self, bytes: Range<usize>, around: &Around) -> bool {
        if bytes.len() < icmp::HEADER_BYTES {
            return false;
        }
        let message = icmp::message(self.frame, bytes.clone(), around.whole, &self.context.from);
        self.out.layers.push(message.layer);
        if self.quotes == 0 {
            (self.out.label, self.out.said) = (message.label, message.said);
        }
        let contents = bytes.start + icmp::HEADER_BYTES..bytes.end;
        if !(message.quotes && self.quotes < QUOTE_DEPTH_MAX) {
            self.run(contents, Run::Echo);
            return true;
        }
        self.quotes += 1;
        let used = self.ipv4(contents.clone()).unwrap_or(contents.start);
        self.quotes -= 1;
        self.run(used..contents.end, Run::Quoted);
        true
    }

    fn icmpv6(&mut self, bytes: Range<usize>, around: &Around) -> bool {
        if bytes.len() < icmpv6::HEADER_BYTES {
            return false;
        }
        let checksum = self.checksum(&bytes, around);
        let Context { names, from, .. } = &self.context;
        let message = icmpv6::message(self.frame, bytes, &checksum, names, from);
        self.out.layers.push(message.layer);
        if self.quotes == 0 {
            (self.out.label, self.out.said) = (message.label, message.said);
        }
        let contents = message.contents;
        if !(message.quotes && self.quotes < QUOTE_DEPTH_MAX) {
            self.run(contents, Run::Echo6);
            return true;
        }
        self.quotes += 1;
        let used = self.ipv6(contents.clone()).unwrap_or(contents.start);
        self.quotes -= 1;
        self.run(used..contents.end, Run::Quoted6);
        true
    }

    fn udp(&mut self, bytes: Range<usize>, around: &Around) -> bool {
        if bytes.len() < udp::HEADER_BYTES {
            return false;
        }
        let quoted = self.quotes > 0;
        let contents = udp::contents(self.frame, bytes.start, bytes.end);
        // It covers what the length field says, which may be less than what IP carries.
        let checksum = self.checksum(&(bytes.start..contents.end), around);
        let name = if quoted { "UDP (quoted)" } else { "UDP" };
        let port = |at: usize| be16(self.frame, bytes.start + at);
        let (from, to) = (port(0), port(2));
        let ends = (
            SocketAddr::new(around.source, from),
            SocketAddr::new(around.destination, to),
        );
        let opener = (!quoted).then(|| self.context.conversations.speaks_first(ends.0, ends.1));
        let layer = udp::fields(self.frame, bytes.start, bytes.end, opener, &checksum, name);
        self.out.layers.push(layer);
        let payload = &self.frame[contents.clone()];
        if !quoted && !payload.is_empty() && around.source.is_ipv4() && dhcp::uses(from, to) {
            let Context { names, from, .. } = &self.context;
            let message = dhcp::message(self.frame, contents.clone(), names, from);
            self.out.layers.push(message.layer);
            (self.out.label, self.out.said) = (message.label, message.said);
            self.run(contents.end..bytes.end, Run::Unknown);
            return true;
        }
        let named = from == 53 || to == 53;
        if !quoted && !payload.is_empty() && (named || dns::is_message(payload)) {
            let message = dns::message(self.frame, contents.clone(), false, &self.context.from);
            self.out.layers.push(message.layer);
            (self.out.label, self.out.said) = (message.label, message.said);
            self.run(contents.end..bytes.end, Run::Unknown);
            return true;
        }
        if quoted {
            self.run(contents.start..bytes.end, self.quote(around));
        } else {
            let size = contents.len();
            self.out.label = format!("UDP, length {size}");
            let zh = format!("发出一个 {size} 字节的数据报");
            let en = format!("sends a datagram of {size} bytes");
            self.out.said = sentence(&self.context.from, &zh, &en);
            self.data(contents.clone());
            self.run(contents.end..bytes.end, Run::Unknown);
        }
        true
    }

    fn tcp(&mut self, bytes: Range<usize>, around: &Around) -> bool {
        let quoted = self.quotes > 0;
        let addresses = (around.source, around.destination);
        let found = tcp::find(self.frame, bytes.clone(), addresses);
        let Some(found) = found else {
            // An ICMP error need not quote more than the ports and the sequence number.
            let partial = quoted && bytes.len() >= 8;
            if partial {
                let layer =
                    tcp::fields(self.frame, bytes, None, &Checksum::Unknown, "TCP (quoted)");
                self.out.layers.push(layer);
            }
            return partial;
        };
        let checksum = self.checksum(&bytes, around);
        let contents = found.header.end..bytes.end;
        if quoted {
            let layer = tcp::fields(self.frame, found.header, None, &checksum, "TCP (quoted)");
            self.out.layers.push(layer);
            self.run(contents, self.quote(around));
            return true;
        }
        let seen = self.context.conversations.see(self.cards(), &found.segment);
        let layer = tcp::fields(self.frame, found.header, Some(&seen), &checksum, "TCP");
        self.out.layers.push(layer);
        self.out.label = label::label(&found.segment, &seen);
        self.out.said = label::said(&found.segment, &seen, &self.context.from);
        self.out.segment = Some(found.segment);
        // A probe repeats a byte or makes one up: there is nothing to decode in it.
        let probe = matches!(seen.event, Event::Probe | Event::KeepAlive);
        if probe || contents.is_empty() {
            self.data(contents);
            return true;
        }
        let stream = self
            .context
            .conversations
            .stream(self.cards(), &found.segment);
        let read = stream.read(
            self.frame,
            contents,
            &found.segment,
            &seen,
            &self.context.from,
        );
        self.out.layers.extend(read.layers);
        if let Some((label, said)) = read.words {
            self.out.label = format!("{label} · {}", self.out.label);
            if !seen.again {
                self.out.said = said;
            }
        }
        true
    }

    fn checksum(&self, bytes: &Range<usize>, around: &Around) -> Checksum<'f> {
        if !around.whole {
            return Checksum::Unknown;
        }
        let pseudo = Pseudo {
            source: around.source,
            destination: around.destination,
            protocol: around.protocol,
        };
        Checksum::Over(pseudo, &self.frame[bytes.clone()])
    }

    /// The cards of this wire between which the frame travels: sender, receiver.
    fn cards(&self) -> ([u8; 6], [u8; 6]) {
        let card = |at: usize| std::array::from_fn(|index| byte(self.frame, at + index));
        (card(6), card(0))
    }
}
