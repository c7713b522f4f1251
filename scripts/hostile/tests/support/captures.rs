//! Capture files and packets made by hand, and what `tcpdump` says about them.
#![allow(dead_code, reason = "each test crate uses a part of it")]

use std::io::Write;
use std::process::{Command, Stdio};

use etherparse::PacketBuilder;

/// The two byte orders of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

impl Order {
    pub(crate) fn two(self, value: u16) -> Vec<u8> {
        match self {
            Self::Little => value.to_le_bytes().into(),
            Self::Big => value.to_be_bytes().into(),
        }
    }

    pub(crate) fn four(self, value: u32) -> Vec<u8> {
        match self {
            Self::Little => value.to_le_bytes().into(),
            Self::Big => value.to_be_bytes().into(),
        }
    }
}

pub(crate) type Timed = (u64, Vec<u8>);

/// A pcap file of Ethernet; `nano` says whether its fractions of a second are nanoseconds.
pub(crate) fn pcap(order: Order, nano: bool, packets: &[Timed]) -> Vec<u8> {
    pcap_of(1, order, nano, packets)
}

/// A pcap file of this link type.
pub(crate) fn pcap_of(link: u32, order: Order, nano: bool, packets: &[Timed]) -> Vec<u8> {
    let magic = if nano { 0xa1b2_3c4d } else { 0xa1b2_c3d4 };
    let mut file = [order.four(magic), order.two(2), order.two(4)].concat();
    for value in [0, 0, 262_144, link] {
        file.extend(order.four(value));
    }
    for (nanos, bytes) in packets {
        let part = (nanos % 1_000_000_000) as u32;
        let part = if nano { part } else { part / 1000 };
        let size = bytes.len() as u32;
        for value in [(nanos / 1_000_000_000) as u32, part, size, size] {
            file.extend(order.four(value));
        }
        file.extend(bytes);
    }
    file
}

/// A block of pcapng with its two lengths.
pub(crate) fn block(order: Order, kind: u32, body: &[u8]) -> Vec<u8> {
    let mut body = body.to_vec();
    body.resize(body.len().next_multiple_of(4), 0);
    let length = order.four(body.len() as u32 + 12);
    [order.four(kind), length.clone(), body, length].concat()
}

pub(crate) fn section(order: Order) -> Vec<u8> {
    let magic = order.four(0x1a2b_3c4d);
    let body = [magic, order.two(1), order.two(0), vec![0xff; 8]].concat();
    block(order, 0x0a0d_0d0a, &body)
}

/// An interface; `tsresol` as in the option of that name, `None` for microseconds unsaid.
pub(crate) fn interface(order: Order, tsresol: Option<u8>) -> Vec<u8> {
    interface_of(1, order, tsresol)
}

/// An interface of this link type.
pub(crate) fn interface_of(link: u16, order: Order, tsresol: Option<u8>) -> Vec<u8> {
    let mut body = [order.two(link), order.two(0), order.four(0)].concat();
    if let Some(tsresol) = tsresol {
        body.extend([order.two(9), order.two(1), vec![tsresol, 0, 0, 0]].concat());
        body.extend(order.four(0));
    }
    block(order, 1, &body)
}

pub(crate) fn enhanced(order: Order, wire: u32, ticks: u64, bytes: &[u8]) -> Vec<u8> {
    let size = bytes.len() as u32;
    let head =
        [wire, (ticks >> 32) as u32, ticks as u32, size, size].map(|value| order.four(value));
    block(order, 6, &[head.concat(), bytes.to_vec()].concat())
}

/// A pcapng file with nanoseconds on one interface and microseconds on the other, in turns.
pub(crate) fn pcapng(order: Order, packets: &[Timed]) -> Vec<u8> {
    let mut file = [
        section(order),
        interface(order, Some(9)),
        interface(order, None),
    ]
    .concat();
    for (index, (nanos, bytes)) in packets.iter().enumerate() {
        let (wire, ticks) = if index % 2 == 0 {
            (0, *nanos)
        } else {
            (1, nanos / 1000)
        };
        file.extend(enhanced(order, wire, ticks, bytes));
    }
    file
}

const FROM: ([u8; 6], [u8; 4]) = ([2, 0, 0, 0, 1, 1], [192, 0, 2, 1]);
const TO: ([u8; 6], [u8; 4]) = ([2, 0, 0, 0, 2, 1], [192, 0, 2, 2]);

/// One packet of each kind that the reader knows, and some that it does not.
pub(crate) fn packets() -> Vec<Timed> {
    let ip = || PacketBuilder::ethernet2(FROM.0, TO.0).ipv4(FROM.1, TO.1, 64);
    let six = || {
        let (from, to) = (
            [0x20, 1, 13, 184, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
            [0xfe; 16],
        );
        PacketBuilder::ethernet2(FROM.0, TO.0).ipv6(from, to, 60)
    };
    let mut all = Vec::new();
    let mut add = |write: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = Vec::new();
        write(&mut bytes);
        // In whole microseconds, so that both units can hold it.
        all.push((
            1_700_000_000_000_000_000 + all.len() as u64 * 1_234_567_000,
            bytes,
        ));
    };
    let hello = "你好".as_bytes();
    add(&|out| {
        ip().tcp(50000, 9999, 100, 64240)
            .syn()
            .write(out, &[])
            .unwrap()
    });
    add(&|out| {
        ip().tcp(50000, 9999, 101, 502)
            .ack(501)
            .psh()
            .write(out, hello)
            .unwrap()
    });
    add(&|out| {
        use etherparse::TcpOptionElement::{
            MaximumSegmentSize, Noop, SelectiveAcknowledgement, SelectiveAcknowledgementPermitted,
            Timestamp, WindowScale,
        };
        let options = [
            MaximumSegmentSize(1460),
            SelectiveAcknowledgementPermitted,
            Timestamp(7, 9),
            Noop,
            WindowScale(7),
        ];
        let syn = ip()
            .tcp(50001, 9999, 1, 1)
            .syn()
            .ack(9)
            .options(&options)
            .unwrap();
        syn.write(out, &[]).unwrap();
        let _ = SelectiveAcknowledgement((0, 0), [None; 3]);
    });
    add(&|out| {
        let sack = etherparse::TcpOptionElement::SelectiveAcknowledgement(
            (30, 40),
            [Some((50, 60)), None, None],
        );
        let ack = ip().tcp(50001, 9999, 2, 1).ack(9).options(&[sack]).unwrap();
        ack.write(out, &[]).unwrap();
    });
    add(&|out| {
        ip().tcp(50001, 9999, 2, 1)
            .ack(9)
            .fin()
            .write(out, &[])
            .unwrap()
    });
    add(&|out| ip().tcp(50002, 9, 2, 0).rst().write(out, &[]).unwrap());
    add(&|out| ip().udp(50000, 9999).write(out, hello).unwrap());
    add(&|out| ip().icmpv4_echo_request(7, 1).write(out, &[5; 56]).unwrap());
    add(&|out| ip().icmpv4_echo_reply(7, 1).write(out, &[5; 56]).unwrap());
    add(&|out| {
        six()
            .tcp(50000, 80, 100, 64240)
            .syn()
            .write(out, &[])
            .unwrap()
    });
    add(&|out| six().udp(50000, 9999).write(out, hello).unwrap());
    let arp = |operation, target: [u8; 6]| {
        let head = [
            &[0xff; 6][..],
            &FROM.0,
            &[8, 6, 0, 1, 8, 0, 6, 4, 0, operation],
        ];
        [&head.concat()[..], &FROM.0, &FROM.1, &target, &TO.1].concat()
    };
    add(&|out| out.extend(arp(1, [0; 6])));
    add(&|out| out.extend(arp(1, TO.0)));
    add(&|out| out.extend([&arp(2, TO.0)[..], &[0; 18]].concat()));
    // An ICMP error that cites the UDP datagram above.
    add(&|out| {
        let mut cited = Vec::new();
        ip().udp(50000, 9999).write(&mut cited, hello).unwrap();
        use etherparse::icmpv4::DestUnreachableHeader::Port;
        let error = ip().icmpv4(etherparse::Icmpv4Type::DestinationUnreachable(Port));
        error.write(out, &cited[14..]).unwrap();
    });
    // ICMPv6: echo, an error that cites the UDP datagram above, and neighbors.
    add(&|out| {
        six()
            .icmpv6_echo_request(7, 1)
            .write(out, &[5; 56])
            .unwrap()
    });
    add(&|out| six().icmpv6_echo_reply(7, 1).write(out, &[5; 56]).unwrap());
    use etherparse::Icmpv6Type;
    use etherparse::icmpv6::DestUnreachableCode::{Address, NoRoute, Port};
    for code in [NoRoute, Address, Port] {
        add(&|out| {
            let mut cited = Vec::new();
            six().udp(50000, 9999).write(&mut cited, hello).unwrap();
            let error = six().icmpv6(Icmpv6Type::DestinationUnreachable(code));
            error.write(out, &cited[14..]).unwrap();
        });
    }
    for kind in [
        Icmpv6Type::PacketTooBig { mtu: 1280 },
        Icmpv6Type::TimeExceeded(etherparse::icmpv6::TimeExceededCode::HopLimitExceeded),
    ] {
        add(&|out| {
            let mut cited = Vec::new();
            six().udp(50000, 9999).write(&mut cited, hello).unwrap();
            six().icmpv6(kind).write(out, &cited[14..]).unwrap();
        });
    }
    for kind in [135, 136] {
        add(&|out| {
            let target = [&[0xfe; 16][..], &[kind - 134, 1], &FROM.0].concat();
            let neighbor = Icmpv6Type::Unknown {
                type_u8: kind,
                code_u8: 0,
                bytes5to8: [0; 4],
            };
            six().icmpv6(neighbor).write(out, &target).unwrap();
        });
    }
    // Fragments: the first and a later one.
    for (flags, offset) in [(0x20, 0), (0, 185)] {
        add(&|out| {
            ip().udp(50000, 9999).write(out, &[7; 1472]).unwrap();
            (out[20], out[21]) = (flags, offset);
            let sum = checksum(&[&out[14..24], &[0, 0], &out[26..34]].concat());
            out[24..26].copy_from_slice(&sum.to_be_bytes());
        });
    }
    all
}

/// The link types that occur in practice besides plain Ethernet: number, name, and one packet of
/// each kind of [`packets`] behind the header that this link has.
pub(crate) fn links() -> Vec<(u32, &'static str, Vec<Timed>)> {
    // The EtherType, and what follows the Ethernet header.
    let inside: Vec<(u64, u16, Vec<u8>)> = packets()
        .into_iter()
        .map(|(nanos, bytes)| {
            let kind = u16::from_be_bytes([bytes[12], bytes[13]]);
            (nanos, kind, bytes[14..].to_vec())
        })
        .collect();
    let all = |header: &dyn Fn(usize, u16) -> Option<Vec<u8>>| {
        let packets = inside.iter().enumerate();
        let with = packets.filter_map(|(index, (nanos, kind, rest))| {
            Some((*nanos, [header(index, *kind)?, rest.clone()].concat()))
        });
        with.collect::<Vec<Timed>>()
    };
    let two = |value: u16| value.to_be_bytes().to_vec();
    // ARPHRD: loopback now and then.
    let card = |index: usize| two(if index % 5 == 4 { 772 } else { 1 });
    let cooked = |index: usize, kind| {
        let direction = two(index as u16 % 5);
        Some(
            [
                direction,
                card(index),
                two(6),
                FROM.0.into(),
                two(0),
                two(kind),
            ]
            .concat(),
        )
    };
    let cooked2 = |index: usize, kind| {
        let (interface, direction) = (vec![0, 0, 0, 1], vec![index as u8 % 5, 6]);
        let head = [two(kind), two(0), interface, card(index), direction];
        Some([head.concat(), FROM.0.into(), two(0)].concat())
    };
    let raw = |_, kind| (kind != 0x0806).then(Vec::new);
    let only = |wanted| move |_: usize, kind| (kind == wanted).then(Vec::new);
    // 24, 28 and 30 are IPv6: of OpenBSD and Npcap, of FreeBSD, of macOS.
    let family = |index: usize, kind| match kind {
        0x0800 => Some(2_u32),
        0x86dd => Some([24, 28, 30][index % 3]),
        _ => None,
    };
    let loopback = |index, kind| Some(family(index, kind)?.to_be_bytes().to_vec());
    let swapped = |index, kind| Some(family(index, kind)?.to_le_bytes().to_vec());
    let ethernet = [TO.0, FROM.0].concat();
    let tag = |kinds: &[u16], index: usize, kind| {
        let tci = (index as u16 % 8) << 13 | (5 + index as u16);
        let tags = kinds.iter().flat_map(|kind| [two(*kind), two(tci)]);
        Some([ethernet.clone(), tags.flatten().collect(), two(kind)].concat())
    };
    vec![
        (113, "SLL", all(&cooked)),
        (276, "SLL2", all(&cooked2)),
        (101, "RAW", all(&raw)),
        (12, "DLT_RAW", all(&raw)),
        (228, "IPV4", all(&only(0x0800))),
        (229, "IPV6", all(&only(0x86dd))),
        (0, "NULL of a big-endian machine", all(&loopback)),
        (0, "NULL of a little-endian machine", all(&swapped)),
        (108, "LOOP", all(&loopback)),
        (1, "802.1Q", all(&|index, kind| tag(&[0x8100], index, kind))),
        (
            1,
            "802.1ad",
            all(&|index, kind| tag(&[0x88a8, 0x8100], index, kind)),
        ),
        (1, "0x9100", all(&|index, kind| tag(&[0x9100], index, kind))),
        (113, "SLL with a VLAN tag", {
            let tagged = |index, kind| Some([cooked(index, 0x8100)?, two(5), two(kind)].concat());
            all(&tagged)
        }),
    ]
}

fn checksum(bytes: &[u8]) -> u16 {
    let words = bytes
        .chunks(2)
        .map(|word| u32::from(word[0]) << 8 | u32::from(word[1]));
    let sum: u32 = words.sum();
    !((sum >> 16) + (sum & 0xffff)) as u16
}

/// What `tcpdump -r` with `flags` prints, one text per packet.
pub(crate) fn tcpdump(file: &[u8], flags: &[&str]) -> Vec<String> {
    let child = Command::new("tcpdump")
        .args(["-n", "-tt", "--nano", "-r", "-"])
        .args(flags)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut child =
        child.expect("this test compares with tcpdump: install it (apt-get install tcpdump)");
    let (mut stdin, file) = (child.stdin.take().unwrap(), file.to_vec());
    let writer = std::thread::spawn(move || drop(stdin.write_all(&file)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let mut packets: Vec<String> = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        match packets.last_mut() {
            Some(last) if line.starts_with([' ', '\t']) => *last += &format!("\n{line}"),
            _ => packets.push(line.to_owned()),
        }
    }
    packets
}
