//! Frames of links other than plain Ethernet: `-i any`, a loopback interface, raw IP, VLAN tags.

#[path = "support/wire.rs"]
mod wire;

use capture::{Capture, Packet};
use wire::{Frame, frames, pcapng_of, session};

const STORY: &str = "c SYN 0\ns SYN,ACK 0 1\nc ACK 1 1\nc ACK 1 1 hello";

/// The story's frames with another header in place of Ethernet's.
fn over(link: u16, header: impl Fn(&[u8]) -> Vec<u8>) -> Capture {
    let with = |frame: Frame| Frame {
        bytes: [header(&frame.bytes), frame.bytes[14..].to_vec()].concat(),
        comment: frame.comment,
    };
    let frames: Vec<_> = frames(STORY).into_iter().map(with).collect();
    capture::read(&pcapng_of(link, &frames), &session()).expect("a capture")
}

fn cooked(ethernet: &[u8]) -> Vec<u8> {
    [&[0, 4, 3, 4, 0, 6], &ethernet[6..12], &[0, 0, 8, 0]].concat()
}

fn cooked_2(ethernet: &[u8]) -> Vec<u8> {
    let head = [8, 0, 0, 0, 0, 0, 0, 7, 0, 1, 0, 6];
    [&head, &ethernet[6..12], &[0, 0]].concat()
}

/// The same hosts, labels and states as over Ethernet, and every bit has a name.
#[track_caller]
fn check(link: u16, header: impl Fn(&[u8]) -> Vec<u8>, layers: &[&str]) {
    let (plain, other) = (wire::capture(STORY), over(link, header));
    let of = |packet: &Packet| {
        let ends = (packet.from, packet.to);
        (ends, packet.label.clone(), packet.states.clone())
    };
    let all = |capture: &Capture| capture.packets.iter().map(of).collect::<Vec<_>>();
    assert_eq!(all(&other), all(&plain));
    for packet in &other.packets {
        let protocols: Vec<_> = packet.layers.iter().map(|layer| layer.protocol).collect();
        assert!(protocols.starts_with(layers), "{protocols:?}");
        let mut bit = 0;
        for field in packet.layers.iter().flat_map(|layer| &layer.fields) {
            assert_eq!(field.bits.start, bit, "{field:#?}");
            assert_ne!(field.kind.id, "rest", "{field:#?}");
            bit = field.bits.end;
        }
        assert_eq!(bit, packet.bytes.len() * 8);
    }
}

#[test]
fn any_interface_of_linux_is_read_in_both_versions() {
    check(113, cooked, &["SLL", "IPv4", "TCP"]);
    check(276, cooked_2, &["SLL2", "IPv4", "TCP"]);
}

#[test]
fn a_host_is_known_by_its_address_where_the_card_is_not_named() {
    check(113, |_| cooked(&[0; 14]), &["SLL", "IPv4", "TCP"]);
    check(276, |_| cooked_2(&[0; 14]), &["SLL2", "IPv4", "TCP"]);
}

#[test]
fn raw_ip_has_no_header_in_front() {
    for link in [12, 14, 101, 228] {
        check(link, |_| Vec::new(), &["IPv4", "TCP"]);
    }
}

#[test]
fn loopback_is_read_in_both_byte_orders() {
    for (link, family) in [(0, [2, 0, 0, 0]), (0, [0, 0, 0, 2]), (108, [0, 0, 0, 2])] {
        check(link, |_| family.to_vec(), &["loopback", "IPv4", "TCP"]);
    }
}

#[test]
fn tags_are_layers_of_their_own() {
    let tagged = |kinds: &'static [u8]| {
        move |ethernet: &[u8]| {
            let mut header = ethernet[..12].to_vec();
            for kind in kinds {
                let outer = if *kind == 0x81 {
                    [0x81, 0]
                } else {
                    [0x88, 0xa8]
                };
                header.extend([outer[0], outer[1], 0xb0, 5]);
            }
            [&header[..], &[8, 0]].concat()
        }
    };
    check(1, tagged(&[0x81]), &["Ethernet", "VLAN", "IPv4", "TCP"]);
    check(
        1,
        tagged(&[0x88, 0x81]),
        &["Ethernet", "VLAN", "VLAN", "IPv4", "TCP"],
    );
    let capture = over(1, tagged(&[0x81]));
    let tag = &capture.packets[0].layers[1];
    let values: Vec<_> = tag.fields.iter().map(|field| &*field.value).collect();
    assert_eq!(values, ["5", "1", "5", "0x0800"]);
}

#[test]
fn a_link_that_is_not_supported_is_named_by_its_number_with_advice() {
    for (link, expected) in [
        (
            105,
            "link type 105 (802.11), which is not supported: capture without monitor mode",
        ),
        (127, "link type 127 (802.11)"),
        (
            9,
            "link type 9 (PPP), which is not supported: capture with `-i any`",
        ),
        (
            258,
            "link type 258 (PKTAP), which is not supported: capture on one interface",
        ),
        (
            147,
            "link type 147, which is not supported: Wireshark may know it",
        ),
    ] {
        let error = capture::read(&pcapng_of(link, &[]), &session()).expect_err("an error");
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn a_sender_that_no_host_has_is_named_by_its_address() {
    let mut story = frames("c SYN 0");
    story[0].bytes.drain(..14);
    story[0].bytes[15] = 99;
    let error = capture::read(&pcapng_of(101, &story), &session()).expect_err("an error");
    assert!(
        error.contains("its sender 192.0.2.99 is not a host"),
        "{error}"
    );
}

#[test]
fn any_bytes_on_any_link_are_covered() {
    use proptest::prelude::*;
    let config = ProptestConfig::with_cases(2000);
    let links = prop::sample::select(vec![0_u16, 1, 12, 101, 108, 113, 228, 229, 276]);
    let bytes = proptest::collection::vec(any::<u8>(), 0..120);
    proptest!(config, |(link in links, bytes in bytes)| {
        let comment = "step 1: client $ nc 192.0.2.2 9999".to_owned();
        let file = pcapng_of(link, &[Frame { bytes, comment }]);
        if let Ok(capture) = capture::read(&file, &session()) {
            let packet = &capture.packets[0];
            let mut byte = 0;
            for layer in &packet.layers {
                prop_assert_eq!(layer.bytes.start, byte);
                byte = layer.bytes.end;
            }
            prop_assert_eq!(byte, packet.bytes.len());
        }
    });
}
