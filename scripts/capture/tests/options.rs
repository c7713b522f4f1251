//! What `tcp/options` says of its packets.

#[path = "support/captures.rs"]
mod captures;

use std::time::Duration;

use capture::{Capture, Packet};
use captures::packet;

const MS: Duration = Duration::from_millis(1);

fn story(name: &str) -> Capture {
    captures::named(name).capture
}

#[track_caller]
fn is_about_a_second(from: &Packet, to: &Packet) {
    let time = to.time - from.time;
    assert!((900 * MS..1300 * MS).contains(&time), "{time:?}");
}

/// The window field of a segment, whose TCP header comes after 14 and 20 bytes.
fn window(packet: &Packet) -> u16 {
    u16::from_be_bytes([packet.bytes[48], packet.bytes[49]])
}

#[test]
fn a_probe_is_answered_and_three_without_an_answer_end_the_connection() {
    let capture = story("keepalive");
    assert_eq!(capture.packets.len(), 13);
    for number in [4, 6, 7, 8] {
        let probe = packet(&capture, number);
        assert_eq!(probe.label, "seq 0 ack 1 (keep-alive)");
        assert_eq!(probe.lost, number != 4);
    }
    let answer = packet(&capture, 5);
    assert!(answer.label.starts_with("ack 1") && !answer.lost);
    for pair in [(3, 4), (5, 6), (6, 7), (7, 8), (8, 9)] {
        is_about_a_second(packet(&capture, pair.0), packet(&capture, pair.1));
    }
    assert!(packet(&capture, 9).lost && packet(&capture, 9).label == "RST, ACK");
    assert_eq!(packet(&capture, 10).label, "seq 1:17 ack 1");
    for number in [12, 13] {
        let reset = packet(&capture, number);
        assert!(reset.label == "RST" && !reset.lost);
    }
}

#[test]
fn a_small_buffer_is_a_small_window_that_two_segments_fill() {
    let capture = story("small_window");
    assert_eq!(window(packet(&capture, 3)), 1460);
    assert_eq!(window(packet(&story("one_shot"), 3)), 64240);
    assert_eq!(packet(&capture, 6).label, "seq 1:731 ack 1");
    assert_eq!(packet(&capture, 7).label, "seq 731:1461 ack 1");
    for number in [8, 9] {
        assert_eq!(capture.hosts[packet(&capture, number).from].name, "client");
    }
    assert_eq!(packet(&capture, 10).label, "FIN, seq 1461:2001 ack 1");
    let time = packet(&capture, 10).time - packet(&capture, 6).time;
    assert!((9 * MS..40 * MS).contains(&time), "{time:?}");
}

#[test]
fn a_full_queue_leaves_three_syns_unanswered_and_answers_the_fourth() {
    let capture = story("backlog");
    let syns = [8, 9, 10, 16].map(|number| packet(&capture, number));
    for syn in syns {
        assert!(syn.label.starts_with("SYN") && !syn.lost);
        assert_eq!(capture.hosts[syn.from].name, "second");
    }
    for pair in syns.windows(2) {
        is_about_a_second(pair[0], pair[1]);
    }
    assert_eq!(packet(&capture, 17).label, "SYN, ACK");
}
