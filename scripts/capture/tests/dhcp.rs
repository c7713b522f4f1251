//! DHCP bit by bit: the fields of RFC 2131 §2 and the options of RFC 2132, whatever the lengths say
//! and wherever a message is cut. `CAPTURE_CASES=100000` for a long run.

#[path = "support/wire.rs"]
mod wire;

use capture::{Capture, Layer, Packet, differences};
use etherparse::PacketBuilder;
use proptest::prelude::*;
use wire::{Frame, address, pcapng, session};

const COOKIE: [u8; 4] = [99, 130, 83, 99];
const OFFERED: [u8; 4] = [192, 0, 2, 1];
const SERVER: [u8; 4] = [192, 0, 2, 2];
const NOBODY: [u8; 4] = [0; 4];

/// A message without options.
#[derive(Clone)]
struct Fixed {
    op: u8,
    client: [u8; 4],
    yours: [u8; 4],
    name: Vec<u8>,
    file: Vec<u8>,
}

impl Fixed {
    fn of(op: u8) -> Self {
        Self {
            op,
            client: NOBODY,
            yours: NOBODY,
            name: Vec::new(),
            file: Vec::new(),
        }
    }

    fn with(&self, options: &[u8]) -> Vec<u8> {
        let mut bytes = vec![self.op, 1, 6, 0, 0xf8, 0x39, 0x87, 0x1e, 0, 3, 0x80, 0];
        bytes.extend(self.client);
        bytes.extend(self.yours);
        bytes.extend([0; 8]);
        bytes.extend(session::mac(0, 0));
        bytes.resize(44, 0);
        bytes.extend(&self.name);
        bytes.resize(108, 0);
        bytes.extend(&self.file);
        bytes.resize(236, 0);
        bytes.extend(COOKIE);
        bytes.extend(options);
        bytes
    }
}

/// A datagram of the client that goes to everyone.
fn frame(ports: (u16, u16), payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    PacketBuilder::ethernet2(session::mac(0, 0), [0xff; 6])
        .ipv4(NOBODY, [255; 4], 64)
        .udp(ports.0, ports.1)
        .write(&mut bytes, payload)
        .expect("a frame");
    bytes
}

fn capture_of(frames: Vec<Vec<u8>>) -> Capture {
    let frame = |bytes| Frame {
        bytes,
        comment: "step 1: client $ nc 192.0.2.2 9999".to_owned(),
    };
    let frames: Vec<Frame> = frames.into_iter().map(frame).collect();
    capture::read(&pcapng(&frames), &session()).expect("a capture")
}

/// Reads one frame; its layers follow one another over all of it, and so do the fields of each.
#[track_caller]
fn one(bytes: Vec<u8>) -> Packet {
    let packet = capture_of(vec![bytes]).packets.remove(0);
    let mut byte = 0;
    for layer in &packet.layers {
        assert_eq!(layer.bytes.start, byte, "{}: {layer:#?}", packet.label);
        byte = layer.bytes.end;
        let mut bit = layer.bytes.start * 8;
        for field in &layer.fields {
            assert_eq!(field.bits.start, bit, "{}: {field:#?}", layer.protocol);
            assert!(!field.bits.is_empty(), "{field:#?}");
            bit = field.bits.end;
        }
        assert_eq!(bit, layer.bytes.end * 8, "{}", layer.protocol);
    }
    assert_eq!(byte, packet.bytes.len(), "{}", packet.label);
    packet
}

#[track_caller]
fn read(payload: &[u8]) -> Packet {
    one(frame((68, 67), payload))
}

fn dhcp(packet: &Packet) -> &Layer {
    let layer = packet.layers.last().expect("layers");
    assert_eq!(layer.protocol, "DHCP");
    layer
}

/// One line for each field: its kind, its bits, its value, and what is said of it.
fn shown(layer: &Layer) -> Vec<String> {
    let fields = layer.fields.iter().map(|field| {
        let id = field.kind.id.trim_start_matches("dhcp.");
        let meaning = match field.meaning.en.as_str() {
            "" => String::new(),
            words => format!(" ({words})"),
        };
        format!("{id} {} {}{meaning}", field.bits.len(), field.value)
    });
    fields.collect()
}

/// What the fields say, from the cookie on.
#[track_caller]
fn check(options: &[u8], expected: &str) {
    let packet = read(&Fixed::of(1).with(options));
    let lines = shown(dhcp(&packet));
    let start = lines.iter().position(|line| line.starts_with("cookie"));
    let expected: Vec<&str> = expected.lines().map(str::trim).collect();
    assert_eq!(lines[start.expect("the cookie") + 1..], expected);
}

/// The words of a message.
#[track_caller]
fn says(fixed: &Fixed, options: &[u8], label: &str, said: &str) {
    let packet = read(&fixed.with(options));
    assert_eq!(
        (packet.label.as_str(), packet.said.en.as_str()),
        (label, said)
    );
}

/// An option.
fn option(code: u8, value: &[u8]) -> Vec<u8> {
    let length = u8::try_from(value.len()).expect("short");
    [&[code, length], value].concat()
}

#[test]
fn the_fixed_fields_are_read_bit_by_bit() {
    let fixed = Fixed {
        yours: OFFERED,
        file: b"boot\0".to_vec(),
        ..Fixed::of(2)
    };
    let packet = read(&fixed.with(&[53, 1, 2, 255, 0, 0]));
    let lines = shown(dhcp(&packet)).join("\n");
    assert_eq!(
        lines,
        "op 8 2 (a server's reply)\n\
         htype 8 1 (Ethernet)\n\
         hlen 8 6 (6 bytes)\n\
         hops 8 0\n\
         xid 32 0xf839871e\n\
         secs 16 3\n\
         broadcast 1 1 (please broadcast)\n\
         zero 15 0x0000\n\
         ciaddr 32 0.0.0.0 (none yet)\n\
         yiaddr 32 192.0.2.1 (client)\n\
         siaddr 32 0.0.0.0 (none)\n\
         giaddr 32 0.0.0.0 (no agent)\n\
         chaddr 48 02:00:00:00:01:01 (client)\n\
         chaddr.rest 80 00 00 00 00 00 00 00 00 00 00\n\
         sname 512 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 … (not filled in)\n\
         file 1024 boot\n\
         cookie 32 0x63825363 (options follow)\n\
         option.code 8 53 (message type)\n\
         option.length 8 1 (1 byte)\n\
         option.type 8 2 (OFFER)\n\
         option.end 8 255\n\
         option.after 16 00 00 (2 bytes)"
    );
    let source = dhcp(&packet).fields[1].kind.source;
    assert_eq!(source, "RFC 2131 §2");
}

#[test]
fn a_host_without_an_address_is_no_router_and_its_port_is_fixed() {
    let packet = read(&Fixed::of(1).with(&[53, 1, 1, 255]));
    let value = |id: &str| {
        let mut fields = packet.layers.iter().flat_map(|layer| &layer.fields);
        let field = fields.find(|field| field.kind.id == id).expect("a field");
        (field.value.clone(), field.meaning.en.clone())
    };
    let is = |value: &str, meaning: &str| (value.to_owned(), meaning.to_owned());
    assert_eq!(value("ip.src"), is("0.0.0.0", "no address yet"));
    assert_eq!(value("udp.src"), is("68", "the port of DHCP clients"));
    assert_eq!(value("udp.dst"), is("67", "the port of DHCP servers"));
    assert_eq!(packet.to, None);
    assert_eq!(
        packet.said.zh,
        "客户端问所有人：哪台 DHCP 服务器能给我一个地址？"
    );
}

#[test]
fn every_option_of_the_book_is_named() {
    check(
        &[
            option(53, &[3]),
            option(50, &OFFERED),
            option(54, &SERVER),
            option(1, &[255, 255, 255, 0]),
            option(3, &[SERVER, OFFERED].concat()),
            option(6, &SERVER),
            option(12, b"laptop"),
            option(15, "例子".as_bytes()),
            option(28, &[192, 0, 2, 255]),
        ]
        .concat(),
        "option.code 8 53 (message type)
         option.length 8 1 (1 byte)
         option.type 8 3 (REQUEST)
         option.code 8 50 (requested address)
         option.length 8 4 (4 bytes)
         option.requested 32 192.0.2.1 (client)
         option.code 8 54 (server identifier)
         option.length 8 4 (4 bytes)
         option.server 32 192.0.2.2 (server)
         option.code 8 1 (subnet mask)
         option.length 8 4 (4 bytes)
         option.mask 32 255.255.255.0 (/24)
         option.code 8 3 (router)
         option.length 8 8 (8 bytes)
         option.router 32 192.0.2.2 (server)
         option.router 32 192.0.2.1 (client)
         option.code 8 6 (domain name server)
         option.length 8 4 (4 bytes)
         option.dns 32 192.0.2.2 (server)
         option.code 8 12 (host name)
         option.length 8 6 (6 bytes)
         option.host 48 laptop
         option.code 8 15 (domain name)
         option.length 8 6 (6 bytes)
         option.domain 48 例子
         option.code 8 28 (broadcast address)
         option.length 8 4 (4 bytes)
         option.broadcast 32 192.0.2.255",
    );
    check(
        &[
            option(51, &3600_u32.to_be_bytes()),
            option(58, &3150_u32.to_be_bytes()),
            option(59, &[255; 4]),
            option(55, &[1, 3, 6, 121]),
            option(56, b"no"),
            option(57, &576_u16.to_be_bytes()),
            option(60, b"udhcp 1.35.0\0"),
            option(61, &[&[1][..], &session::mac(0, 0)].concat()),
            option(61, &[0, 7, 8]),
            option(80, &[]),
            option(121, &[24, 9]),
        ]
        .concat(),
        "option.code 8 51 (lease time)
         option.length 8 4 (4 bytes)
         option.lease 32 3600 (1 h)
         option.code 8 58 (T1, renewal time)
         option.length 8 4 (4 bytes)
         option.t1 32 3150 (52 min 30 s)
         option.code 8 59 (T2, rebinding time)
         option.length 8 4 (4 bytes)
         option.t2 32 4294967295 (an unlimited time)
         option.code 8 55 (parameter request list)
         option.length 8 4 (4 bytes)
         option.wanted 8 1 (subnet mask)
         option.wanted 8 3 (router)
         option.wanted 8 6 (domain name server)
         option.wanted 8 121
         option.code 8 56 (message)
         option.length 8 2 (2 bytes)
         option.message 16 no
         option.code 8 57 (maximum message size)
         option.length 8 2 (2 bytes)
         option.size 16 576 (576 bytes)
         option.code 8 60 (vendor class identifier)
         option.length 8 13 (13 bytes)
         option.class 104 udhcp 1.35.0
         option.code 8 61 (client identifier)
         option.length 8 7 (7 bytes)
         option.id.type 8 1 (Ethernet)
         option.id 48 02:00:00:00:01:01 (client)
         option.code 8 61 (client identifier)
         option.length 8 3 (3 bytes)
         option.id.type 8 0
         option.id 16 07 08
         option.code 8 80
         option.length 8 0 (0 bytes)
         option.code 8 121
         option.length 8 2 (2 bytes)
         option.value 16 18 09",
    );
}

#[test]
fn pads_may_stand_anywhere_and_what_follows_the_end_is_not_read() {
    check(
        &[0, 0, 53, 1, 9, 0, 255, 53, 1, 1],
        "option.pad 16 00 00 (2 bytes)
         option.code 8 53 (message type)
         option.length 8 1 (1 byte)
         option.type 8 9
         option.pad 8 00 (1 byte)
         option.end 8 255
         option.after 24 35 01 01 (3 bytes)",
    );
}

#[test]
fn a_length_that_is_more_than_is_left_is_said_and_not_believed() {
    check(
        &[53, 1, 1, 51, 4, 0, 0],
        "option.code 8 53 (message type)
         option.length 8 1 (1 byte)
         option.type 8 1 (DISCOVER)
         option.code 8 51 (lease time)
         option.length 8 4 (more than is left: the option is wrong)
         option.value 16 00 00",
    );
    check(
        &[1, 255],
        "option.code 8 1 (subnet mask)
         option.length 8 255 (more than is left: the option is wrong)",
    );
    check(&[12], "option.code 8 12 (host name)");
}

#[test]
fn an_option_of_a_size_that_it_cannot_have_is_data() {
    for code in [1, 28, 50, 51, 54, 57, 58, 59] {
        let packet = read(&Fixed::of(1).with(&option(code, &[7; 3])));
        assert_eq!(
            shown(dhcp(&packet)).last().unwrap(),
            "option.value 24 07 07 07"
        );
    }
    for code in [3, 6] {
        let packet = read(&Fixed::of(1).with(&option(code, &[7; 5])));
        assert_eq!(
            shown(dhcp(&packet)).last().unwrap(),
            "option.value 40 07 07 07 07 07"
        );
    }
    for code in [3, 6, 12, 15, 52, 53, 55, 56, 60, 61] {
        let packet = read(&Fixed::of(1).with(&option(code, &[])));
        assert_eq!(
            shown(dhcp(&packet)).last().unwrap(),
            "option.length 8 0 (0 bytes)"
        );
    }
    check(
        &option(1, &[255, 0, 255, 0]),
        "option.code 8 1 (subnet mask)
         option.length 8 4 (4 bytes)
         option.mask 32 255.0.255.0 (not the first bits)",
    );
}

#[test]
fn where_options_overflow_they_are_read_in_file_and_sname() {
    let fixed = Fixed {
        yours: OFFERED,
        name: [option(53, &[6]), option(54, &[9; 4]), vec![255]].concat(),
        file: [
            option(54, &SERVER),
            option(51, &60_u32.to_be_bytes()),
            vec![255],
        ]
        .concat(),
        ..Fixed::of(2)
    };
    // The options count first, then the file, then the name of the server.
    let options = [option(53, &[2]), option(52, &[3]), vec![255]].concat();
    says(
        &fixed,
        &options,
        "DHCP OFFER 192.0.2.1",
        "client answers: you can have 192.0.2.1 for 1 min",
    );
    let ends = |more: &[u8]| {
        let options = [option(53, &[2]), more.to_vec(), vec![255]].concat();
        let packet = read(&fixed.with(&options));
        let lines = shown(dhcp(&packet));
        lines
            .iter()
            .filter(|line| *line == "option.end 8 255")
            .count()
    };
    assert_eq!(ends(&option(52, &[3])), 3);
    assert_eq!(ends(&option(52, &[2])), 2);
    assert_eq!(ends(&option(52, &[1])), 2);
    assert_eq!(ends(&option(52, &[0])), 1);
    // Of a wrong size, or behind the end, it does not count.
    assert_eq!(ends(&option(52, &[3, 3])), 1);
    assert_eq!(ends(&[&[255][..], &option(52, &[3])].concat()), 1);
}

#[test]
fn each_message_says_what_it_does() {
    let (asks, answers) = (
        Fixed::of(1),
        Fixed {
            yours: OFFERED,
            ..Fixed::of(2)
        },
    );
    let kind = |kind: u8, more: &[u8]| [option(53, &[kind]), more.to_vec()].concat();
    let lease = option(51, &3600_u32.to_be_bytes());
    let requested = option(50, &OFFERED);
    let chosen = [requested.clone(), option(54, &SERVER)].concat();
    let has = Fixed {
        client: OFFERED,
        ..asks.clone()
    };
    for (fixed, options, label, said) in [
        (
            &asks,
            kind(1, &[]),
            "DHCP DISCOVER",
            "client asks everyone: which DHCP server can give me an address?",
        ),
        (
            &asks,
            kind(1, &requested),
            "DHCP DISCOVER 192.0.2.1",
            "client asks everyone: which DHCP server can give me 192.0.2.1?",
        ),
        (
            &answers,
            kind(2, &lease),
            "DHCP OFFER 192.0.2.1",
            "client answers: you can have 192.0.2.1 for 1 h",
        ),
        (
            &asks,
            kind(3, &chosen),
            "DHCP REQUEST 192.0.2.1",
            "client tells everyone: I take 192.0.2.1, from 192.0.2.2",
        ),
        (
            &asks,
            kind(3, &requested),
            "DHCP REQUEST 192.0.2.1",
            "client asks: may I use 192.0.2.1 again?",
        ),
        (
            &has,
            kind(3, &[]),
            "DHCP REQUEST 192.0.2.1",
            "client asks for more time with 192.0.2.1",
        ),
        (
            &asks,
            kind(4, &requested),
            "DHCP DECLINE 192.0.2.1",
            "client reports: 192.0.2.1 is in use already, no thanks",
        ),
        (
            &answers,
            kind(5, &lease),
            "DHCP ACK 192.0.2.1",
            "client confirms: 192.0.2.1 is yours for 1 h",
        ),
        (
            &asks,
            kind(5, &[]),
            "DHCP ACK",
            "client answers with the settings",
        ),
        (
            &asks,
            kind(6, &[]),
            "DHCP NAK",
            "client refuses: not this address, start again",
        ),
        (
            &has,
            kind(7, &[]),
            "DHCP RELEASE 192.0.2.1",
            "client gives back 192.0.2.1",
        ),
        (
            &has,
            kind(8, &[]),
            "DHCP INFORM 192.0.2.1",
            "client asks: I have an address, are there other settings?",
        ),
        (
            &asks,
            kind(9, &[]),
            "DHCP type 9",
            "client sends a DHCP message of type 9",
        ),
        (
            &asks,
            vec![255],
            "BOOTP request",
            "client sends a BOOTP request",
        ),
        (
            &answers,
            vec![],
            "BOOTP reply",
            "client sends a BOOTP reply",
        ),
        (
            &Fixed::of(3),
            vec![],
            "DHCP",
            "client sends a DHCP message that cannot be read",
        ),
    ] {
        says(fixed, &options, label, said);
    }
}

#[test]
fn without_the_magic_cookie_nothing_is_taken_for_an_option() {
    let mut bytes = Fixed::of(1).with(&[53, 1, 1, 52, 1, 3]);
    bytes[236] = 98;
    let packet = read(&bytes);
    assert_eq!(packet.label, "BOOTP request");
    let lines = shown(dhcp(&packet));
    assert_eq!(
        lines.last().unwrap(),
        "vendor 80 62 82 53 63 35 01 01 34 01 03"
    );
}

#[test]
fn a_message_may_be_cut_anywhere() {
    let options = [
        option(53, &[2]),
        option(51, &[0, 0, 0, 9]),
        option(52, &[3]),
    ]
    .concat();
    let whole = Fixed::of(2).with(&options);
    for length in 1..whole.len() {
        let packet = read(&whole[..length]);
        assert_eq!(dhcp(&packet).bytes.len(), length);
    }
    // An empty datagram is none.
    assert_eq!(read(&[]).label, "UDP, length 0");
}

#[test]
fn other_ports_and_ipv6_have_no_dhcp() {
    let payload = Fixed::of(1).with(&[53, 1, 1, 255]);
    for ports in [(68, 69), (50_000, 67), (67, 66)] {
        let packet = one(frame(ports, &payload));
        assert_eq!(packet.layers.last().unwrap().protocol, "data", "{ports:?}");
    }
    // A relay agent and a server both use the server's port.
    assert_eq!(one(frame((67, 67), &payload)).label, "DHCP DISCOVER");
    let mut bytes = Vec::new();
    PacketBuilder::ethernet2(session::mac(0, 0), session::mac(1, 0))
        .ipv6([0; 16], [1; 16], 64)
        .udp(68, 67)
        .write(&mut bytes, &payload)
        .expect("a frame");
    assert_eq!(one(bytes).layers.last().unwrap().protocol, "data");
}

#[test]
fn a_name_on_the_wire_stays_on_its_line() {
    check(
        &option(12, "a\r\nb\u{202e}\u{2003}\u{1b}".as_bytes()),
        "option.code 8 12 (host name)
         option.length 8 11 (11 bytes)
         option.host 88 a\\r\\nb\u{fffd}\u{fffd}\u{fffd}",
    );
}

#[test]
fn transaction_seconds_and_version_may_differ_and_nothing_else() {
    let options = [
        option(53, &[1]),
        option(60, b"udhcp 1.35.0"),
        option(12, b"a"),
    ]
    .concat();
    let old = Fixed::of(1).with(&options);
    let found = |change: &dyn Fn(&mut [u8])| {
        let mut new = old.clone();
        change(&mut new);
        let [old, new] = [&old, &new].map(|bytes| capture_of(vec![frame((68, 67), bytes)]));
        differences(&old, &new, &session()).len()
    };
    assert_eq!(found(&|bytes| bytes[4..10].fill(7)), 0);
    let version = old.windows(4).position(|four| four == b"1.35").unwrap();
    assert_eq!(found(&|bytes| bytes[version + 2] = b'4'), 0);
    let last = old.len() - 1;
    for at in [0, 10, 16, 28, 242, last] {
        assert_eq!(found(&|bytes| bytes[at] ^= 1), 1, "byte {at}");
    }
}

#[test]
fn a_probe_asks_whether_an_address_is_free() {
    let mut bytes = vec![0xff; 6];
    bytes.extend(session::mac(0, 0));
    bytes.extend([8, 6, 0, 1, 8, 0, 6, 4, 0, 1]);
    bytes.extend(session::mac(0, 0));
    bytes.extend([0; 10]);
    bytes.extend(address(0));
    let packet = one(bytes);
    assert_eq!(packet.label, "who has 192.0.2.1? (probe)");
    assert_eq!(packet.said.en, "client asks: does anyone use 192.0.2.1?");
}

fn cases() -> u32 {
    let cases = std::env::var("CAPTURE_CASES").ok();
    cases.and_then(|cases| cases.parse().ok()).unwrap_or(2000)
}

/// Options that look like some, of any size, with an overload among them.
fn options() -> impl Strategy<Value = Vec<u8>> {
    let code = prop_oneof![0_u8..62, Just(52), Just(53), Just(255), any::<u8>()];
    let length = prop_oneof![Just(None), any::<u8>().prop_map(Some)];
    let value = proptest::collection::vec(any::<u8>(), 0..9);
    let one = (code, length, value).prop_map(|(code, length, value)| {
        let whole = u8::try_from(value.len()).expect("short");
        [&[code, length.unwrap_or(whole)], &value[..]].concat()
    });
    proptest::collection::vec(one, 0..12).prop_map(|all| all.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn any_options_are_covered(
        op in any::<u8>(),
        sizes in any::<(u8, u8)>(),
        name in options(),
        file in options(),
        more in prop_oneof![Just(None), (0_u8..5).prop_map(Some)],
        rest in options(),
        cut in any::<u16>(),
    ) {
        let mut fixed = Fixed::of(op);
        fixed.name = name;
        fixed.name.truncate(64);
        fixed.file = file;
        fixed.file.truncate(128);
        let first = more.map_or_else(Vec::new, |more| option(52, &[more]));
        let mut bytes = fixed.with(&[first, rest].concat());
        (bytes[1], bytes[2]) = sizes;
        if cut % 4 == 0 {
            bytes.truncate(1 + usize::from(cut) % bytes.len());
        }
        dhcp(&read(&bytes));
    }

    #[test]
    fn any_bytes_are_covered(bytes in proptest::collection::vec(any::<u8>(), 1..400)) {
        dhcp(&read(&bytes));
    }
}
