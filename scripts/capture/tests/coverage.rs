//! No byte of a frame is left out, and no bit of a header, whatever the bytes are.
//! `CAPTURE_CASES=100000` for a long run.

#[path = "support/captures.rs"]
mod captures;
#[path = "support/wire.rs"]
mod wire;

use capture::{Packet, Statistics};
use proptest::prelude::*;
use wire::Frame;

fn cases() -> u32 {
    let cases = std::env::var("CAPTURE_CASES").ok();
    cases.and_then(|cases| cases.parse().ok()).unwrap_or(2000)
}

/// Layers follow one another over the whole frame, and so do the fields of each.
#[track_caller]
fn check(packet: &Packet) {
    let mut byte = 0;
    for layer in &packet.layers {
        assert_eq!(layer.bytes.start, byte, "{}: {layer:#?}", packet.label);
        byte = layer.bytes.end;
        let mut bit = layer.bytes.start * 8;
        for field in &layer.fields {
            assert_eq!(field.bits.start, bit, "{}: {field:#?}", layer.protocol);
            assert!(!field.bits.is_empty(), "{}: {field:#?}", layer.protocol);
            bit = field.bits.end;
        }
        assert_eq!(bit, layer.bytes.end * 8, "{}", layer.protocol);
    }
    assert_eq!(byte, packet.bytes.len(), "{}", packet.label);
}

/// Reads a frame after an ordinary handshake.
fn read(bytes: &[u8]) -> Packet {
    let mut frames = wire::frames("c SYN 0\ns SYN,ACK 0 1\nc ACK 1 1");
    let mut bytes = bytes.to_vec();
    bytes.resize(bytes.len().max(14), 0);
    // Its sender must be a host of the session.
    bytes[6..12].copy_from_slice(&session::mac(0, 0));
    let comment = "step 1: client $ nc 192.0.2.2 9999".to_owned();
    frames.push(Frame { bytes, comment });
    let capture = capture::read(&wire::pcapng(&frames), &wire::session());
    capture
        .expect("a capture")
        .packets
        .pop()
        .expect("the last packet")
}

#[test]
fn every_bit_of_every_committed_capture_has_a_name() {
    let mut statistics = Statistics::default();
    for recording in captures::all() {
        recording.capture.packets.iter().for_each(check);
        statistics.add(&recording.capture);
    }
    println!("{statistics:?}");
    for (protocol, (all, named)) in &statistics.headers {
        let exact = !matches!(*protocol, "TLS");
        assert!(
            !exact || all == named,
            "{protocol}: {named} of {all} bits have a name"
        );
    }
}

#[test]
fn names_of_fields_are_complete_and_unique() {
    let mut kinds = std::collections::HashMap::new();
    for recording in captures::all() {
        for packet in &recording.capture.packets {
            for field in packet.layers.iter().flat_map(|layer| &layer.fields) {
                let kind = field.kind;
                let first = *kinds.entry(kind.id).or_insert(kind);
                assert!(
                    std::ptr::eq(first, kind),
                    "two fields have the id {}",
                    kind.id
                );
                let words = [kind.name.0, kind.name.1, kind.duty.0, kind.duty.1];
                assert!(words.iter().all(|words| !words.is_empty()), "{kind:?}");
                let (zh, en) = (&field.meaning.zh, &field.meaning.en);
                assert_eq!(zh.is_empty(), en.is_empty(), "{field:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn any_bytes_are_covered(bytes in proptest::collection::vec(any::<u8>(), 14..400)) {
        check(&read(&bytes));
    }

    #[test]
    fn any_ipv4_contents_are_covered(
        protocol in prop_oneof![Just(1_u8), Just(6), Just(17), any::<u8>()],
        port in prop_oneof![Just(53_u16), Just(25), Just(23), Just(80), any::<u16>()],
        rest in proptest::collection::vec(any::<u8>(), 20..300),
    ) {
        let mut frame = vec![0; 12];
        frame.extend([0x08, 0x00, 0x45, 0]);
        frame.extend(u16::try_from(rest.len() + 20).unwrap().to_be_bytes());
        frame.extend([0, 0, 0, 0, 64, protocol, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2]);
        let start = frame.len();
        frame.extend(rest);
        frame[start + 2..start + 4].copy_from_slice(&port.to_be_bytes());
        if protocol == 6 {
            frame[start + 12] = 0x50;
        }
        check(&read(&frame));
    }

    #[test]
    fn any_ipv6_contents_are_covered(
        next in prop_oneof![
            Just(0_u8), Just(43), Just(44), Just(60), Just(58), Just(6), Just(17), any::<u8>(),
        ],
        second in prop_oneof![Just(44_u8), Just(58), Just(6), Just(60), any::<u8>()],
        kind in prop_oneof![1_u8..5, 128_u8..144, any::<u8>()],
        units in prop_oneof![0_u8..4, any::<u8>()],
        length in prop_oneof![Just(None), any::<u16>().prop_map(Some)],
        rest in proptest::collection::vec(any::<u8>(), 20..300),
    ) {
        let mut frame = vec![0; 12];
        frame.extend([0x86, 0xdd, 0x60, 0, 0, 0]);
        let whole = u16::try_from(rest.len()).unwrap();
        frame.extend(length.unwrap_or(whole).to_be_bytes());
        frame.extend([next, 64]);
        for host in [1, 2] {
            frame.extend([0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, host]);
        }
        let start = frame.len();
        frame.extend(rest);
        match next {
            58 => frame[start] = kind,
            0 | 43 | 44 | 60 => frame[start..start + 2].copy_from_slice(&[second, units]),
            6 => frame[start + 12] = 0x50,
            _ => {}
        }
        check(&read(&frame));
    }
}

/// Every committed frame, with a few of its bytes changed, cut off or added.
#[test]
fn damaged_frames_are_covered() {
    let frames: Vec<Vec<u8>> = captures::all()
        .into_iter()
        .flat_map(|recording| recording.capture.packets)
        .map(|packet| packet.bytes)
        .collect();
    let count = frames.len();
    let damage = (
        0..count,
        proptest::collection::vec((any::<u16>(), any::<u8>()), 1..6),
        any::<u16>(),
    );
    let config = ProptestConfig::with_cases(cases());
    proptest!(config, |((index, changes, length) in damage)| {
        let mut bytes = frames[index].clone();
        for (at, value) in changes {
            let at = usize::from(at) % bytes.len();
            bytes[at] = value;
        }
        if length % 4 == 0 {
            bytes.resize(14 + usize::from(length) % 200, 0);
        }
        check(&read(&bytes));
    });
}

/// TLS, HTTP and DNS over the bytes of a stream, cut anywhere.
#[test]
fn streams_cut_anywhere_are_covered() {
    let hello = [
        &[22, 3, 1, 0, 60, 1, 0, 0, 56, 3, 3][..],
        &[7; 32],
        &[
            0, 0, 2, 0x13, 0x01, 1, 0, 0, 13, 0, 0, 0, 9, 0, 7, 0, 0, 4, b'a', b'.', b'b', b'c',
        ],
        &[23, 3, 3, 0, 3, 9, 9, 9],
    ]
    .concat();
    let page = b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n\xe4\xbd\xa0HTTP/1.1 200 OK\r\n\r\n\xff".to_vec();
    for bytes in [hello, page] {
        for cut in 1..bytes.len() {
            let mut frames = wire::frames("c SYN 0\ns SYN,ACK 0 1\nc ACK 1 1");
            let halves = [(1, &bytes[..cut]), (1 + cut, &bytes[cut..])];
            for (seq, payload) in halves {
                let segment = wire::Segment {
                    from: 0,
                    flags: "ACK",
                    seq: u32::try_from(seq).unwrap(),
                    ack: 1,
                    payload,
                    window: 9,
                    lost: false,
                };
                frames.push(segment.frame());
            }
            let capture = capture::read(&wire::pcapng(&frames), &wire::session()).unwrap();
            capture.packets.iter().for_each(check);
        }
    }
}
