//! IPv6 bit by bit: the header, extension headers, ICMPv6 with neighbor discovery, TCP and UDP over
//! it. Frames made by hand, as RFC 8200, RFC 4443 and RFC 4861 draw them.

#[path = "support/captures.rs"]
mod captures;
#[path = "support/wire.rs"]
mod wire;

use capture::{Capture, Field, Layer, Packet};
use etherparse::checksum::Sum16BitWords;
use session::Session;
use wire::Frame;

const CLIENT: [u8; 16] = [0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
const SERVER: [u8; 16] = [0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];
const ALL_NODES: [u8; 16] = [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
const ROUTER_LINK_LOCAL: [u8; 16] = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe, 0, 2, 1];

fn session() -> Session {
    let notation = "title zh 线\ntitle en A wire\n\
        host client 2001:db8:1::1\nhost server 192.0.2.2,2001:db8:1::2\n\
        client $ nc 2001:db8:1::2 9999\nclient > hello\nclient ? 0\n";
    Session::parse(notation).expect("a session")
}

/// A frame of the client, or of the server.
fn frame(from: usize, next: u8, contents: &[u8], [source, destination]: [[u8; 16]; 2]) -> Vec<u8> {
    let mut frame = session::mac(1 - from, 0).to_vec();
    frame.extend(session::mac(from, 0));
    frame.extend([0x86, 0xdd, 0x60, 0, 0, 0]);
    frame.extend(u16::try_from(contents.len()).expect("small").to_be_bytes());
    frame.extend([next, 255]);
    frame.extend(source);
    frame.extend(destination);
    frame.extend(contents);
    frame
}

/// A message with its checksum at `at` put right, which covers what follows `skip` bytes.
fn summed(mut contents: Vec<u8>, at: usize, next: u8, ends: [[u8; 16]; 2]) -> Vec<u8> {
    let length = u32::try_from(contents.len()).expect("small").to_be_bytes();
    let sum = Sum16BitWords::new()
        .add_16bytes(ends[0])
        .add_16bytes(ends[1])
        .add_4bytes(length)
        .add_4bytes([0, 0, 0, next])
        .add_slice(&contents);
    let sum = sum.ones_complement().to_ne_bytes();
    contents[at..at + 2].copy_from_slice(&sum);
    contents
}

/// Reads one frame from the client.
fn one(bytes: Vec<u8>) -> Packet {
    let comment = "step 1: client $ nc 2001:db8:1::2 9999".to_owned();
    let file = wire::pcapng(&[Frame { bytes, comment }]);
    let capture = capture::read(&file, &session()).expect("a capture");
    capture.packets.into_iter().next().expect("a packet")
}

fn icmp(message: Vec<u8>, from: usize, ends: [[u8; 16]; 2]) -> Packet {
    let message = summed(message, 2, 58, ends);
    let packet = one(frame(from, 58, &message, ends));
    let checksum = field(&packet, "icmpv6.checksum");
    assert!(checksum.meaning.en.starts_with('✓'), "{}", packet.label);
    packet
}

#[track_caller]
fn field<'a>(packet: &'a Packet, id: &str) -> &'a Field {
    let mut fields = packet.layers.iter().flat_map(|layer| &layer.fields);
    let found = fields.find(|field| field.kind.id == id);
    found.unwrap_or_else(|| panic!("no {id} in {}: {:#?}", packet.label, packet.layers))
}

/// Every field of a layer by the end of its id, with its value and its bits.
fn shown(layer: &Layer) -> String {
    let fields = layer.fields.iter().map(|field| {
        let bits = field.bits.len();
        format!("{} {bits} {}", field.kind.id, field.value)
    });
    fields.collect::<Vec<_>>().join("\n")
}

fn protocols(packet: &Packet) -> Vec<&str> {
    packet.layers.iter().map(|layer| layer.protocol).collect()
}

#[test]
fn the_header_is_read_bit_by_bit() {
    let mut bytes = frame(0, 59, &[], [CLIENT, SERVER]);
    bytes[14..18].copy_from_slice(&[0x6c, 0x3a, 0xbc, 0xde]);
    bytes[21] = 63;
    let packet = one(bytes);
    assert_eq!(
        shown(&packet.layers[1]),
        "ipv6.version 4 6\nipv6.dscp 6 48\nipv6.ecn 2 3\nipv6.flow 20 0xabcde\n\
         ipv6.length 16 0\nipv6.next 8 59\nipv6.hops 8 63\nipv6.src 128 2001:db8:1::1\n\
         ipv6.dst 128 2001:db8:1::2"
    );
    assert_eq!(field(&packet, "ipv6.src").meaning.en, "client");
    let hops = &field(&packet, "ipv6.hops").meaning.en;
    assert_eq!(hops, "64 minus 1: it has passed one router");
}

#[test]
fn a_host_asks_for_a_mac_address_and_another_answers() {
    let mut asks = vec![135, 0, 0, 0, 0, 0, 0, 0];
    asks.extend(SERVER);
    asks.extend([1, 1, 2, 0, 0, 0, 1, 1]);
    let group = {
        let mut group = [0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 2];
        group[15] = SERVER[15];
        group
    };
    let packet = icmp(asks, 0, [CLIENT, group]);
    assert_eq!(packet.label, "who has 2001:db8:1::2?");
    assert_eq!(packet.said.en, "client asks: who has 2001:db8:1::2?");
    assert_eq!(
        shown(&packet.layers[2]).replace("icmpv6.", ""),
        format!(
            "type 8 135\ncode 8 0\nchecksum 16 {}\nreserved 32 0x00000000\n\
             target 128 2001:db8:1::2\noption.type 8 1\noption.length 8 1\n\
             option.mac 48 02:00:00:00:01:01",
            field(&packet, "icmpv6.checksum").value
        )
    );
    let group = &field(&packet, "ipv6.dst").meaning.en;
    assert_eq!(
        group,
        "multicast: hosts whose address ends with these digits"
    );

    let mut answers = vec![136, 0, 0, 0, 0xe0, 0, 0, 0];
    answers.extend(SERVER);
    answers.extend([2, 1, 2, 0, 0, 0, 2, 1]);
    let packet = icmp(answers, 1, [SERVER, CLIENT]);
    assert_eq!(packet.label, "2001:db8:1::2 is at 02:00:00:00:02:01");
    for flag in ["router", "solicited", "override"] {
        assert_eq!(field(&packet, &format!("icmpv6.{flag}")).value, "1");
    }
}

#[test]
fn a_router_advertises_a_prefix_and_an_mtu() {
    let mut message = vec![134, 0, 0, 0, 64, 0x80, 7, 8, 0, 0, 0, 0, 0, 0, 0, 9];
    message.extend([5, 1, 0, 0, 0, 0, 5, 0xdc]);
    message.extend([3, 4, 64, 0xc0, 0, 0, 0, 7, 0, 0, 0, 6, 0, 0, 0, 0]);
    message.extend(SERVER);
    let packet = icmp(message, 1, [ROUTER_LINK_LOCAL, ALL_NODES]);
    assert_eq!(packet.label, "router advertisement");
    // Link-local, made from its MAC address.
    assert_eq!(field(&packet, "ipv6.src").meaning.en, "server");
    for (id, value) in [
        ("managed", "1"),
        ("lifetime", "1800"),
        ("retrans", "9"),
        ("option.mtu", "1500"),
        ("prefix.bits", "64"),
        ("prefix.onlink", "1"),
        ("prefix.auto", "1"),
        ("prefix.valid", "7"),
        ("prefix.preferred", "6"),
        ("prefix", "2001:db8:1::2"),
    ] {
        assert_eq!(field(&packet, &format!("icmpv6.{id}")).value, value, "{id}");
    }
}

#[test]
fn an_option_of_length_0_ends_the_message() {
    let mut message = vec![135, 0, 0, 0, 0, 0, 0, 0];
    message.extend(SERVER);
    message.extend([1, 0, 2, 0, 0, 0, 1, 1]);
    let packet = icmp(message, 0, [CLIENT, SERVER]);
    assert_eq!(
        field(&packet, "icmpv6.option.data").value,
        "02 00 00 00 01 01"
    );
}

#[test]
fn an_echo_carries_its_data() {
    for (kind, label) in [(128, "echo request, seq 3"), (129, "echo reply, seq 3")] {
        let packet = icmp(
            vec![kind, 0, 0, 0, 0, 7, 0, 3, b'a', b'b'],
            0,
            [CLIENT, SERVER],
        );
        assert_eq!(packet.label, label);
        assert_eq!(field(&packet, "icmpv6.id").value, "7");
        assert_eq!(field(&packet, "icmpv6.data").value, "61 62");
    }
}

#[test]
fn an_error_quotes_the_packet_that_it_is_about() {
    let udp = summed(
        vec![0xc3, 0x50, 0x22, 0x68, 0, 9, 0, 0, b'x'],
        6,
        17,
        [CLIENT, SERVER],
    );
    let about = frame(0, 17, &udp, [CLIENT, SERVER])[14..].to_vec();
    for (kind, code, label) in [
        (1, 0, "no route to destination"),
        (1, 1, "administratively prohibited"),
        (1, 3, "address unreachable"),
        (1, 4, "port unreachable"),
        (2, 0, "packet too big"),
        (3, 0, "time exceeded"),
        (4, 1, "parameter problem"),
    ] {
        let mut message = vec![kind, code, 0, 0, 0, 0, 5, 0];
        message.extend(&about);
        let packet = icmp(message, 1, [SERVER, CLIENT]);
        assert_eq!(packet.label, label);
        let expected = [
            "Ethernet",
            "IPv6",
            "ICMPv6",
            "IPv6 (quoted)",
            "UDP (quoted)",
            "data",
        ];
        assert_eq!(protocols(&packet), expected);
        assert_eq!(field(&packet, "icmpv6.quoted").value, "78");
        assert!(field(&packet, "udp.checksum").meaning.en.starts_with('✓'));
        match kind {
            2 => assert_eq!(field(&packet, "icmpv6.mtu").value, "1280"),
            4 => assert_eq!(field(&packet, "icmpv6.pointer").value, "1280"),
            _ => assert_eq!(field(&packet, "icmpv6.unused").value, "0x00000500"),
        }
    }
}

#[test]
fn options_stand_before_a_report_of_multicast_groups() {
    let ends = [[0; 16], ALL_NODES];
    let mut report = vec![143, 0, 0, 0, 0, 0, 0, 1, 4, 0, 0, 0];
    report.extend(ALL_NODES);
    let report = summed(report, 2, 58, ends);
    let contents = [&[58, 0, 5, 2, 0, 0, 1, 0][..], &report].concat();
    let packet = one(frame(0, 0, &contents, ends));
    assert_eq!(
        protocols(&packet),
        ["Ethernet", "IPv6", "IPv6 options", "ICMPv6"]
    );
    assert_eq!(packet.label, "multicast listener report");
    assert!(
        field(&packet, "icmpv6.checksum")
            .meaning
            .en
            .starts_with('✓')
    );
    assert_eq!(
        shown(&packet.layers[2]),
        "ipv6.ext.next 8 58\nipv6.ext.length 8 0\nipv6.option.type 8 5\nipv6.option.length 8 2\n\
         ipv6.option.data 16 00 00\nipv6.option.type 8 1\nipv6.option.length 8 0"
    );
    assert_eq!(field(&packet, "icmpv6.mld.group").value, "ff02::1");
    let reserved = field(&packet, "icmpv6.mld.reserved").kind.source;
    assert_eq!(reserved, "RFC 3810 §5.2.1");
    assert_eq!(field(&packet, "ipv6.src").meaning.en, "no address yet");
    // A host that has no address yet is not a router of somebody else's packet.
    assert!(
        packet.said.en.starts_with("client sends "),
        "{}",
        packet.said.en
    );
}

#[test]
fn a_redirect_names_a_better_next_hop_and_the_destination() {
    let mut message = vec![137, 0, 0, 0, 0, 0, 0, 0];
    message.extend(SERVER);
    message.extend(ALL_NODES);
    let packet = icmp(message, 0, [ROUTER_LINK_LOCAL, CLIENT]);
    assert_eq!(
        shown(&packet.layers[2]).replace("icmpv6.", ""),
        format!(
            "type 8 137\ncode 8 0\nchecksum 16 {}\nreserved 32 0x00000000\n\
             better 128 2001:db8:1::2\nredirected 128 ff02::1",
            field(&packet, "icmpv6.checksum").value
        )
    );
    assert_eq!(field(&packet, "icmpv6.better").kind.source, "RFC 4861 §4.5");
}

#[test]
fn only_the_first_fragment_has_what_follows() {
    let udp = [0xc3, 0x50, 0x22, 0x68, 0, 24, 1, 2, 1, 1, 1, 1, 1, 1, 1, 1];
    let first = [&[17, 0, 0, 1, 0, 0, 0, 9][..], &udp].concat();
    let packet = one(frame(0, 44, &first, [CLIENT, SERVER]));
    assert_eq!(
        protocols(&packet),
        ["Ethernet", "IPv6", "IPv6 fragment", "UDP", "data"]
    );
    assert_eq!(packet.label, "UDP, length 8, fragment 0:16+");
    assert_eq!(
        field(&packet, "udp.checksum").meaning.en,
        "not all bytes are here: cannot be checked"
    );
    let later = [&[17, 0, 0, 0x10, 0, 0, 0, 9][..], &[1; 8]].concat();
    let packet = one(frame(0, 44, &later, [CLIENT, SERVER]));
    assert_eq!(
        protocols(&packet),
        ["Ethernet", "IPv6", "IPv6 fragment", "data"]
    );
    assert_eq!(packet.label, "UDP, fragment 16:24");
    assert_eq!(
        shown(&packet.layers[2]),
        "ipv6.ext.next 8 17\nipv6.fragment.reserved 8 0\nipv6.fragment.offset 13 2\n\
         ipv6.fragment.reserved 2 0\nipv6.fragment.more 1 0\nipv6.fragment.id 32 0x00000009"
    );
}

#[test]
fn a_routing_header_names_its_type_and_what_is_left() {
    let contents = [&[59, 0, 4, 1, 1, 2, 3, 4][..], &[]].concat();
    let packet = one(frame(0, 43, &contents, [CLIENT, SERVER]));
    assert_eq!(
        shown(&packet.layers[2]),
        "ipv6.ext.next 8 59\nipv6.ext.length 8 0\nipv6.routing.type 8 4\n\
         ipv6.routing.left 8 1\nipv6.routing.data 32 01 02 03 04"
    );
}

#[test]
fn an_extension_header_that_is_longer_than_the_packet_is_not_read() {
    let packet = one(frame(0, 0, &[58, 9, 1, 4, 0, 0, 0, 0], [CLIENT, SERVER]));
    assert_eq!(protocols(&packet), ["Ethernet", "IPv6", "data"]);
    assert_eq!(packet.label, "IPv6, next header 0");
}

#[test]
fn udp_without_a_checksum_is_wrong_over_ipv6() {
    let packet = one(frame(
        0,
        17,
        &[0xc3, 0x50, 0x22, 0x68, 0, 9, 0, 0, b'x'],
        [CLIENT, SERVER],
    ));
    let checksum = field(&packet, "udp.checksum");
    assert_eq!(checksum.meaning.en, "✗ IPv6 does not permit 0");
}

#[test]
fn a_changed_address_breaks_the_checksum() {
    let message = summed(vec![128, 0, 0, 0, 0, 7, 0, 3], 2, 58, [CLIENT, SERVER]);
    let packet = one(frame(0, 58, &message, [SERVER, SERVER]));
    assert!(
        field(&packet, "icmpv6.checksum")
            .meaning
            .en
            .starts_with('✗')
    );
}

fn recorded(name: &str) -> Capture {
    captures::named(name).capture
}

#[test]
fn the_states_of_a_connection_over_ipv6_are_those_over_ipv4() {
    let (old, new) = (recorded("one_shot"), recorded("ipv6"));
    assert_eq!(wire::states(&new.packets), wire::states(&old.packets));
    let labels = |capture: &Capture| -> Vec<String> {
        capture
            .packets
            .iter()
            .skip(2)
            .map(|packet| packet.label.clone())
            .collect()
    };
    assert_eq!(labels(&new), labels(&old));
}

/// Neither multicast groups nor duplicate addresses nor routers: only what a step causes.
#[test]
fn a_recording_has_no_noise_of_ipv6() {
    for recording in captures::all() {
        for packet in &recording.capture.packets {
            let mut fields = packet.layers.iter().flat_map(|layer| &layer.fields);
            let kind = fields.find(|field| field.kind.id == "icmpv6.type");
            let Some(kind) = kind else { continue };
            let (kind, name) = (kind.value.as_str(), &recording.name);
            assert!(
                !matches!(kind, "131" | "132" | "133" | "134" | "143"),
                "{name}"
            );
            assert_ne!(field(packet, "ipv6.src").value, "::", "{name}");
        }
    }
}

#[test]
fn flow_labels_may_differ_and_hop_limits_may_not() {
    let recording = captures::named("ipv6");
    let again = |at: usize, value: u8| {
        let frames: Vec<Frame> = recording
            .capture
            .packets
            .iter()
            .map(|packet| {
                let mut bytes = packet.bytes.clone();
                bytes[at] = value;
                let step = packet.step.expect("a step");
                let action = &recording.session.steps[step].action;
                Frame {
                    bytes,
                    comment: format!("step {}: {action}", step + 1),
                }
            })
            .collect();
        capture::read(&wire::pcapng(&frames), &recording.session).expect("a capture")
    };
    let differences =
        |at, value| capture::differences(&recording.capture, &again(at, value), &recording.session);
    assert_eq!(differences(17, 7), [""; 0]);
    assert!(differences(21, 9)[0].contains("hop limit was 255, now 9"));
}
