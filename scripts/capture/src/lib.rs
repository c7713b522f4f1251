//! A recording as data: which host sent what and when, and what every bit of it means.
//!
//! [`read`] is a pure function of a pcapng file and the session that was recorded. The
//! preprocessor draws its result; the gate compares two results. The README has the notation.

mod arp;
mod bits;
mod checksum;
mod compare;
mod conversation;
mod data;
mod dhcp;
mod dns;
mod ethernet;
mod file;
mod frame;
mod http;
mod icmp;
mod icmpv6;
mod ipv4;
mod ipv6;
mod label;
mod line_protocols;
mod link;
mod names;
mod pairs;
mod ports;
mod read;
mod segment;
mod segment_times;
mod states;
mod statistics;
mod stream;
mod tcp;
mod tls;
mod udp;
mod uwsgi;
mod websocket;

use std::ops::Range;
use std::time::Duration;

use bilingual::Text;

pub use compare::differences;
pub use read::read;
pub use statistics::Statistics;

/// What was on the wires while a session ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// The hosts, in the order of the session's `host` lines: the columns of the diagram.
    pub hosts: Vec<Host>,
    /// The packets, in the order in which the wire carried them.
    pub packets: Vec<Packet>,
}

/// A machine on a wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Its name in the session.
    pub name: String,
    /// Its network cards, each with its addresses.
    pub cards: Vec<session::Card>,
    /// Whether it translates addresses: what it sends from its own is then another host's.
    pub translates: bool,
}

/// One frame on one wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// Its number in the file, from 1, as Wireshark counts.
    pub number: usize,
    /// Since the first packet.
    pub time: Duration,
    /// The step of the session that caused it: an index into `session.steps`.
    pub step: Option<usize>,
    /// Whether the wire lost it.
    pub lost: bool,
    /// The host that put it on this wire: an index into `hosts`.
    pub from: usize,
    /// The host that it is for on this wire; `None` for all (broadcast).
    pub to: Option<usize>,
    /// The whole frame.
    pub bytes: Vec<u8>,
    /// What it is, as engineers write it: `SYN`, `seq 1:7 ack 1`, `FIN, ACK`, `who has
    /// 192.0.2.2?`.
    pub label: String,
    /// The same in the reader's words, one short sentence.
    pub said: Text,
    /// Its headers, outermost first, and the payload as the last one. Together they cover every
    /// byte.
    pub layers: Vec<Layer>,
    /// How the TCP states of its two ends change with it (none for a receiver of a lost one). A
    /// host that will answer a SYN is LISTEN from the first packet after its program started.
    pub states: Vec<StateChange>,
}

/// One header, or the payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// Its layer in the OSI model, 2 to 7, which is also its color.
    pub number: u8,
    /// `Ethernet`, `ARP`, `IPv4`, `IPv6`, `ICMP`, `ICMPv6`, `TCP`, `UDP`, `DHCP`, `DNS`, `HTTP`, `TLS`, `uwsgi`, `WebSocket`, `data`.
    pub protocol: &'static str,
    /// Its bytes in the frame.
    pub bytes: Range<usize>,
    /// Its fields, in order. Together they cover every bit of the header.
    pub fields: Vec<Field>,
}

/// A few bits with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Which bits of the frame, the first bit of the first byte being 0.
    pub bits: Range<usize>,
    /// What this field is, in every packet.
    pub kind: &'static Kind,
    /// Its value, as engineers write it: `6`, `192.0.2.1`, `0x1c46`, `1`.
    pub value: String,
    /// What this value means here; empty when there is nothing to add.
    pub meaning: Text,
}

/// What a field is, in every packet that has it.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// ASCII, unique: `tcp.seq`.
    pub id: &'static str,
    /// Its name: Chinese, English.
    pub name: (&'static str, &'static str),
    /// What it is for, one or two short sentences: Chinese, English.
    pub duty: (&'static str, &'static str),
    /// Where that is written: `RFC 9293 §3.1`.
    pub source: &'static str,
}

/// A change of state at one end of a TCP connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateChange {
    /// An index into `hosts`.
    pub host: usize,
    /// RFC 9293 §3.3.2: `SYN-SENT`, `ESTABLISHED`, …
    pub state: &'static str,
}
