//! WebSocket: every bit of a frame has its name, whatever its lengths say and wherever it is cut.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "support/wire.rs"]
mod wire;

use capture::Packet;
use proptest::prelude::*;
use wire::{fields, sent_to};

/// A handshake as a client sends it, up to the empty line.
const HANDSHAKE: &str = "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: WebSocket\r\n\
    Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\r\n";
/// "Hello", masked: RFC 6455 §5.7.
const MASKED_HELLO: [u8; 11] = [
    0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58,
];

/// Frames after a handshake, cut into segments at these places of the frames; what came in the
/// handshake's own segment is not among them.
fn after_handshake(frames: &[u8], cuts: &[usize]) -> Vec<Packet> {
    let payload = [HANDSHAKE.as_bytes(), frames].concat();
    let cuts: Vec<usize> = [0]
        .iter()
        .chain(cuts)
        .map(|cut| HANDSHAKE.len() + cut)
        .collect();
    sent_to(8818, &payload, &cuts).split_off(1)
}

/// One line for each field: its kind and its value, and what is said of it.
fn shown(packet: &Packet) -> Vec<String> {
    fields(packet)
        .iter()
        .filter(|field| field.kind.id.starts_with("websocket."))
        .map(|field| {
            let id = field.kind.id.trim_start_matches("websocket.");
            format!("{id} {} ({})", field.value, field.meaning.en)
        })
        .collect()
}

#[track_caller]
fn check(frames: &[u8], expected: &str) {
    let expected: Vec<&str> = expected.lines().map(str::trim).collect();
    assert_eq!(shown(&after_handshake(frames, &[])[0]), expected);
}

#[test]
fn a_masked_text_is_shown_with_its_key_and_what_it_says() {
    check(
        &MASKED_HELLO,
        "fin 1 (the message ends here)
        rsv 000 ()
        opcode 0x1 (text)
        mask 1 (masked: a client sends it)
        length 5 (5 bytes)
        key 37 fa 21 3d ()
        masked 7f 9f 4d 51 58 (XORed with the key: Hello)",
    );
}

#[test]
fn two_frames_and_a_close_in_one_segment_are_told_apart() {
    check(
        b"\x01\x03Hel\x80\x02lo\x88\x04\x03\xe8ok",
        "fin 0 (more pieces follow)
        rsv 000 ()
        opcode 0x1 (text)
        mask 0 (not masked: a server sends it)
        length 3 (3 bytes)
        payload Hel ()
        fin 1 (the message ends here)
        rsv 000 ()
        opcode 0x0 (continuation)
        mask 0 (not masked: a server sends it)
        length 2 (2 bytes)
        payload lo ()
        fin 1 (the message ends here)
        rsv 000 ()
        opcode 0x8 (close)
        mask 0 (not masked: a server sends it)
        length 4 (4 bytes)
        code 1000 ()
        payload ok ()",
    );
}

#[test]
fn long_lengths_are_16_or_64_bits() {
    let long = [&[0x82, 126, 1, 0][..], &[7; 256]].concat();
    let packets = after_handshake(&long, &[]);
    assert_eq!(shown(&packets[0])[5], "length.extended 256 (256 bytes)");
    let longer = [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0, 7];
    let packets = after_handshake(&longer, &[]);
    assert_eq!(shown(&packets[0])[5], "length.extended 65536 (65536 bytes)");
}

#[test]
fn the_arrow_says_what_the_first_frame_is() {
    let told = |frames: &[u8]| {
        let packet = after_handshake(frames, &[]).remove(0);
        let (label, _) = packet.label.split_once(" · ").unwrap();
        (label.to_owned(), packet.said.en, packet.said.zh)
    };
    let (label, en, zh) = told(&MASKED_HELLO);
    assert_eq!(label, "text Hello");
    assert_eq!(en, "client sends a WebSocket text frame: Hello");
    assert_eq!(zh, "客户端发一帧 WebSocket 文字：Hello");
    assert_eq!(told(&[0x89, 0]).0, "ping");
    assert_eq!(told(&[0x88, 2, 3, 0xe9]).0, "close 1001");
}

#[test]
fn frames_may_follow_the_handshake_in_its_own_segment() {
    let payload = [HANDSHAKE.as_bytes(), b"\x81\x02hi"].concat();
    let packet = &sent_to(8818, &payload, &[])[0];
    let protocols: Vec<_> = packet.layers.iter().map(|layer| layer.protocol).collect();
    assert_eq!(protocols[3..], ["HTTP", "WebSocket"]);
    assert_eq!(shown(packet).last().unwrap(), "payload hi ()");
    assert!(packet.label.starts_with("GET /chat · "), "{}", packet.label);
}

/// The handshake may be cut behind each of its lines, the frames anywhere.
#[test]
fn a_stream_may_be_cut_anywhere() {
    let frames = [&MASKED_HELLO[..], b"\x89\x00\x82\x7e\x00\x7e", &[b'x'; 126]].concat();
    let payload = [HANDSHAKE.as_bytes(), &frames].concat();
    let lines = HANDSHAKE.match_indices('\n').map(|(at, _)| at + 1);
    for cut in lines.chain(HANDSHAKE.len() + 1..payload.len()) {
        let packets = sent_to(8818, &payload, &[cut]);
        let mut opcodes = Vec::new();
        for field in packets.iter().flat_map(fields) {
            assert_ne!(field.kind.id, "rest", "{cut}");
            if field.kind.id == "websocket.opcode" {
                opcodes.push(field.value.clone());
            }
        }
        assert_eq!(opcodes, ["0x1", "0x9", "0x2"], "{cut}");
    }
}

#[test]
fn what_was_not_upgraded_is_not_websocket() {
    let plain = [b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", &MASKED_HELLO[..]].concat();
    let packets = sent_to(8818, &plain, &[27]);
    assert!(packets.iter().all(|packet| shown(packet).is_empty()));
    let other = HANDSHAKE.replace("WebSocket", "h2c");
    let packets = sent_to(
        8818,
        &[other.as_bytes(), &MASKED_HELLO].concat(),
        &[other.len()],
    );
    assert!(packets.iter().all(|packet| shown(packet).is_empty()));
}

#[test]
fn many_frames_are_bounded() {
    let packets = after_handshake(&[0x8a, 0].repeat(5000), &[]);
    assert!(fields(&packets[0]).len() < 1000);
}

proptest! {
    #[test]
    fn any_bytes_are_covered(
        frames in prop::collection::vec(prop_oneof![4 => Just(0x81_u8), 2 => 0..9_u8, 2 => any::<u8>(), 1 => Just(0xff), 1 => Just(0x88)], 1..200),
        cuts in prop::collection::vec(1_usize..200, 0..4),
    ) {
        let mut cuts: Vec<usize> = cuts.into_iter().filter(|&cut| cut < frames.len()).collect();
        cuts.sort_unstable();
        cuts.dedup();
        for packet in after_handshake(&frames, &cuts) {
            fields(&packet);
        }
    }
}
