//! Bytes that are cut, padded or half recorded are read for what they are.

#[path = "support/wire.rs"]
mod wire;

use capture::{Capture, Packet};
use etherparse::PacketBuilder;
use wire::{Frame, address, frames, pcapng, session};

fn read(frames: &[Frame]) -> Capture {
    capture::read(&pcapng(frames), &session()).expect("a capture")
}

fn meaning<'a>(packet: &'a Packet, kind: &str) -> &'a str {
    let mut fields = packet.layers.iter().flat_map(|layer| &layer.fields);
    let field = fields.find(|field| field.kind.id == kind);
    &field.expect("the field").meaning.en
}

/// `payload` from the client, in segments that end at these places.
fn stream(payload: &[u8], cuts: &[usize]) -> Vec<Packet> {
    let mut all = frames("c SYN 0\ns SYN,ACK 0 1\nc ACK 1 1");
    // A SYN takes one sequence number.
    let from = wire::ISN.map(|isn| isn.wrapping_add(1));
    all.extend(wire::segments(9_999, from, payload, cuts));
    read(&all).packets.split_off(3)
}

#[test]
fn a_tls_record_may_be_cut_inside_its_header() {
    // Two records of 20 and 10 encrypted bytes.
    let mut payload = vec![23, 3, 3, 0, 20];
    payload.extend([7; 20]);
    payload.extend([23, 3, 3, 0, 10]);
    payload.extend([9; 10]);
    let whole = stream(&payload, &[]);
    assert_eq!(whole[0].label, "2 × encrypted · seq 1:41 ack 1");
    for cut in 1..payload.len() {
        // Before the first header is complete, this cannot be recognized as TLS.
        if cut < 5 {
            continue;
        }
        let packets = stream(&payload, &[cut]);
        for packet in &packets {
            let above: Vec<_> = packet.layers.iter().skip(3).collect();
            let tls = above.iter().all(|layer| layer.protocol == "TLS");
            let fields = above.iter().flat_map(|layer| &layer.fields);
            let mut types = fields.filter(|field| field.kind.id == "tls.type");
            assert!(
                tls && types.all(|field| field.value == "23"),
                "{cut}: {above:#?}"
            );
        }
    }
    let packets = stream(&payload, &[26, 28, 30]);
    let lengths = |packet: &Packet| {
        let above = packet.layers.iter().skip(3);
        above.map(|layer| layer.bytes.len()).collect::<Vec<_>>()
    };
    let lengths: Vec<_> = packets.iter().map(lengths).collect();
    assert_eq!(lengths, [vec![25, 1], vec![2], vec![2], vec![10]]);
}

#[test]
fn a_udp_checksum_covers_what_the_length_says() {
    let builder = PacketBuilder::ethernet2(session::mac(0, 0), session::mac(1, 0))
        .ipv4(address(0), address(1), 64)
        .udp(50_000, 9_999);
    let mut bytes = Vec::new();
    builder.write(&mut bytes, b"hello").unwrap();
    // IP carries two bytes more than UDP has.
    bytes.extend([1, 2]);
    bytes[17] += 2;
    let comment = "step 2: client > hello".to_owned();
    let capture = read(&[Frame { bytes, comment }]);
    let found = meaning(&capture.packets[0], "udp.checksum");
    assert!(found.contains("correct"), "{found}");
}

#[test]
fn a_window_is_not_known_where_only_one_syn_was_recorded() {
    let mut all = frames("c SYN 0\nc ACK 1 1 hello");
    // A SYN with a window scale: 24 bytes of header, and the option.
    let syn = &mut all[0].bytes;
    syn[17] += 4;
    syn[46] = 0x60;
    syn.extend([1, 3, 3, 7]);
    let capture = read(&all);
    assert_eq!(
        meaning(&capture.packets[1], "tcp.window"),
        "the scale was not recorded"
    );
}
