//! What `sockets/one-shot`, `sockets/duplex`, `sockets/socket` and `layers/journey` say of their
//! packets, held against the recordings.

#[path = "support/captures.rs"]
mod captures;

use capture::{Capture, Packet};
use captures::packet;

fn story(name: &str) -> Capture {
    captures::named(name).capture
}

/// The sizes of the layers, outermost first.
fn sizes(packet: &Packet) -> Vec<(&str, usize)> {
    let layers = packet.layers.iter();
    layers
        .map(|layer| (layer.protocol, layer.bytes.len()))
        .collect()
}

fn last_state(capture: &Capture, host: usize) -> &str {
    let mut changes = capture.packets.iter().flat_map(|packet| &packet.states);
    changes
        .rfind(|change| change.host == host)
        .expect("a state")
        .state
}

#[test]
fn of_72_bytes_the_last_6_are_the_sentence() {
    let capture = story("one_shot");
    assert_eq!(capture.packets.len(), 10);
    let data = packet(&capture, 6);
    assert_eq!(data.bytes.len(), 72);
    assert_eq!(
        sizes(data),
        [("Ethernet", 14), ("IPv4", 20), ("TCP", 32), ("data", 6)]
    );
    assert!(data.bytes.ends_with("你好".as_bytes()));
    assert_eq!(packet(&capture, 7).label, "FIN, ACK");
    assert_eq!(last_state(&capture, 0), "TIME-WAIT");
    let with_data = capture
        .packets
        .iter()
        .filter(|packet| sizes(packet).len() > 3);
    assert_eq!(with_data.count(), 1);
}

#[test]
fn each_direction_counts_from_its_own_1() {
    let capture = story("duplex");
    assert_eq!(packet(&capture, 6).label, "seq 1:20 ack 1");
    assert_eq!(packet(&capture, 7).label, "ack 20");
    let answer = packet(&capture, 8);
    assert_eq!((answer.from, answer.label.as_str()), (1, "seq 1:20 ack 20"));
}

#[test]
fn after_the_first_fin_16_bytes_still_arrive() {
    let capture = story("half_close");
    let index = capture
        .packets
        .iter()
        .position(|packet| packet.label == "FIN, ACK")
        .unwrap();
    let later = &capture.packets[index + 1..];
    let data = later
        .iter()
        .find(|packet| sizes(packet).len() > 3)
        .expect("data");
    assert_eq!((data.from, sizes(data)[3]), (1, ("data", 16)));
    let before = &capture.packets[..data.number - 1];
    let state = |host| {
        let mut changes = before.iter().flat_map(|packet| &packet.states);
        changes.rfind(|change| change.host == host).unwrap().state
    };
    assert_eq!((state(0), state(1)), ("FIN-WAIT-2", "CLOSE-WAIT"));
}

#[test]
fn the_handshake_needs_no_accept() {
    let capture = story("connect_not_accepted");
    let labels: Vec<&str> = capture
        .packets
        .iter()
        .map(|packet| packet.label.as_str())
        .collect();
    assert_eq!(labels[2..6], ["SYN", "SYN, ACK", "ack 1", "seq 1:7 ack 1"]);
    let enter = packet(&capture, 10).step;
    let steps: Vec<_> = capture.packets.iter().map(|packet| packet.step).collect();
    assert!(steps[..9].iter().all(|&step| step != enter) && steps[10] == enter);
    assert_eq!(packet(&capture, 10).label, "FIN, ACK");
}

#[test]
fn a_router_changes_three_things() {
    let capture = story("journey");
    assert_eq!(packet(&capture, 1).label, "who has 192.0.2.1?");
    assert_eq!(
        (packet(&capture, 4).from, packet(&capture, 4).to),
        (1, None)
    );
    let (before, after) = (packet(&capture, 10), packet(&capture, 13));
    let changed: Vec<usize> = (0..72)
        .filter(|&at| before.bytes[at] != after.bytes[at])
        .collect();
    let fields = before.layers.iter().flat_map(|layer| &layer.fields);
    let names: Vec<&str> = fields
        .filter(|field| changed.iter().any(|at| field.bits.contains(&(at * 8))))
        .map(|field| field.kind.id)
        .collect();
    assert_eq!(names, ["eth.dst", "eth.src", "ip.ttl", "ip.checksum"]);
    assert_eq!(before.bytes[26..], after.bytes[26..]);
    let router = capture.packets.iter().flat_map(|packet| &packet.states);
    assert!(router.into_iter().all(|change| change.host != 1));
}
