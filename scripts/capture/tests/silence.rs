//! What `tcp/timeouts` says of a peer that has vanished, and of one whose program is stuck.

#[path = "support/captures.rs"]
mod captures;

use std::time::Duration;

use capture::Packet;
use captures::{named, packet};

/// How long the client of `06_timeouts` waits for anything to come.
const ONE_WAIT: Duration = Duration::from_secs(3);

fn has_payload(packet: &Packet) -> bool {
    packet
        .layers
        .last()
        .is_some_and(|last| last.protocol == "data")
}

#[test]
fn whoever_has_sent_sends_again_and_whoever_only_reads_sends_nothing() {
    let capture = named("vanished").capture;
    let (before, after) = capture.packets.split_at(5);
    assert!(before.iter().all(|packet| !packet.lost));
    assert!(after.iter().all(|packet| packet.lost));
    let (questions, ends): (Vec<_>, Vec<_>) = after.iter().partition(|packet| has_payload(packet));
    assert!(questions.iter().all(|packet| packet.from == 0));
    let numbers: Vec<usize> = questions.iter().map(|packet| packet.number).collect();
    assert_eq!(numbers, [6, 7, 8, 9, 10, 11, 12]);
    // The server says nothing but that it is done, at the end.
    assert!(ends.iter().all(|packet| packet.from == 1));
    assert!(
        ends.iter()
            .all(|packet| packet.label.starts_with("FIN, ACK"))
    );
    assert!(ends.iter().all(|packet| packet.number > 12));
}

#[test]
fn the_kernel_goes_on_when_the_program_has_given_up() {
    let capture = named("vanished").capture;
    let since = |number| packet(&capture, number).time - packet(&capture, 6).time;
    assert!(since(10) < ONE_WAIT && since(11) > ONE_WAIT);
    let waits: Vec<Duration> = (8..12)
        .map(|number| since(number + 1) - since(number))
        .collect();
    assert!(waits.windows(2).all(|pair| pair[0] < pair[1]), "{waits:?}");
}

#[test]
fn the_kernel_answers_the_probe_and_acknowledges_the_heartbeat_of_a_stuck_program() {
    let capture = named("stuck").capture;
    let (probe, heartbeat) = (packet(&capture, 6), packet(&capture, 8));
    assert!(probe.label.contains("keep-alive"), "{}", probe.label);
    assert_eq!((probe.from, packet(&capture, 7).from), (0, 1));
    assert_eq!(heartbeat.label, "seq 1:2 ack 1");
    assert_eq!(
        (packet(&capture, 9).from, &*packet(&capture, 9).label),
        (1, "ack 2")
    );
    let said: Vec<usize> = capture
        .packets
        .iter()
        .filter(|packet| has_payload(packet))
        .map(|packet| packet.number)
        .collect();
    assert_eq!(said, [8]);
}
