//! Words of a capture go into HTML and onto screens: no byte from the wire may drive those.

#[path = "support/wire.rs"]
mod wire;

use capture::Packet;
use etherparse::PacketBuilder;
use wire::{Frame, address, pcapng, session};

fn words(packet: &Packet) -> Vec<&str> {
    let fields = packet.layers.iter().flat_map(|layer| &layer.fields);
    let fields = fields.flat_map(|field| [&field.value, &field.meaning.zh, &field.meaning.en]);
    let own = [&packet.label, &packet.said.zh, &packet.said.en];
    fields.chain(own).map(String::as_str).collect()
}

#[track_caller]
fn check(bytes: Vec<u8>, shown: &str) {
    let comment = "step 2: client > hello".to_owned();
    let file = pcapng(&[Frame { bytes, comment }]);
    let capture = capture::read(&file, &session()).expect("a capture");
    let words = words(&capture.packets[0]);
    let wild: Vec<_> = words
        .iter()
        .filter(|word| word.contains(|c: char| c.is_control() || c == '\u{2003}'))
        .collect();
    assert!(wild.is_empty(), "{wild:?}");
    assert!(words.iter().any(|word| word.contains(shown)), "{words:?}");
}

fn udp(payload: &[u8]) -> Vec<u8> {
    let builder = PacketBuilder::ethernet2(session::mac(1, 0), session::mac(0, 0))
        .ipv4(address(0), address(1), 64)
        .udp(53, 50_000);
    let mut bytes = Vec::new();
    builder.write(&mut bytes, payload).expect("a frame");
    bytes
}

fn tcp(port: u16, payload: &[u8]) -> Vec<u8> {
    let builder = PacketBuilder::ethernet2(session::mac(1, 0), session::mac(0, 0))
        .ipv4(address(0), address(1), 64)
        .tcp(port, 50_000, 1, 1000)
        .ack(1);
    let mut bytes = Vec::new();
    builder.write(&mut bytes, payload).expect("a frame");
    bytes
}

#[test]
fn a_blank_line_in_a_txt_record_stays_on_its_line() {
    let mut message = vec![0, 1, 0x84, 0, 0, 1, 0, 1, 0, 0, 0, 0];
    message.extend(b"\x01a\0\0\x10\0\x01\xc0\x0c\0\x10\0\x01\0\0\0\x01\0\x08\x07x\n\n[y](");
    check(udp(&message), "x\u{fffd}\u{fffd}[y](");
}

#[test]
fn a_carriage_return_inside_a_line_stays_there() {
    check(
        tcp(80, b"HTTP/1.1 200 a\r\rb\r\n"),
        "200 a\u{fffd}\u{fffd}b",
    );
    check(
        tcp(25, "220 a\r\rb\u{2003}\x1b[2J\r\n".as_bytes()),
        "220 a\u{fffd}\u{fffd}b",
    );
    check(tcp(23, b"a\r\r\x0b\x1b]b\r\n"), "a\u{fffd}\u{fffd}");
}
