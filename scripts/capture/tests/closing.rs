//! What `tcp/closing` says of its recordings, held against them.

#[path = "support/captures.rs"]
mod captures;

use capture::{Capture, Packet};
use captures::{Recording, named, packet};
use session::Action;

fn labels(capture: &Capture) -> Vec<&str> {
    capture.packets.iter().map(|it| it.label.as_str()).collect()
}

fn count(capture: &Capture, label: &str) -> usize {
    labels(capture).iter().filter(|it| **it == label).count()
}

/// The states in which the client and the server end.
fn last_states(capture: &Capture) -> [&str; 2] {
    [0, 1].map(|host| {
        let mut changes = capture.packets.iter().flat_map(|it| &it.states);
        let last = changes.rfind(|change| change.host == host);
        last.expect("a state").state
    })
}

/// The packets of each step in which somebody types `close`.
fn of_each_close(recording: &Recording) -> Vec<Vec<&Packet>> {
    let steps = recording.session.steps.iter().enumerate();
    let closes = steps
        .filter(|(_, step)| matches!(&step.action, Action::Type { text, .. } if text == "close"));
    let packets = &recording.capture.packets;
    closes
        .map(|(at, _)| packets.iter().filter(|it| it.step == Some(at)).collect())
        .collect()
}

#[test]
fn with_unread_data_packet_10_is_an_rst_and_nobody_waits() {
    let capture = named("unread").capture;
    assert_eq!(capture.packets.len(), 10);
    assert_eq!(
        (
            packet(&capture, 10).label.as_str(),
            packet(&capture, 10).from
        ),
        ("RST, ACK", 1)
    );
    assert_eq!(count(&capture, "FIN, ACK"), 0);
    assert_eq!(last_states(&capture), ["CLOSED", "CLOSED"]);
    // All 18 bytes had been acknowledged before.
    assert!(
        labels(&capture)
            .iter()
            .any(|label| label.ends_with("ack 19"))
    );
}

#[test]
fn with_finish_there_are_two_fins_and_no_rst() {
    let capture = named("finish").capture;
    assert_eq!(count(&capture, "FIN, ACK"), 2);
    assert!(!labels(&capture).iter().any(|label| label.contains("RST")));
    assert_eq!(last_states(&capture), ["CLOSED", "TIME-WAIT"]);
}

#[test]
fn one_of_two_descriptors_closes_without_a_packet() {
    let recording = named("open_clone");
    let closes = of_each_close(&recording);
    assert_eq!(closes.len(), 3);
    assert!(closes[0].is_empty());
    assert_eq!(closes[1][0].label, "FIN, ACK");
}

#[test]
fn with_linger_0_packet_6_is_an_rst_though_nothing_was_sent() {
    let capture = named("linger").capture;
    assert_eq!(capture.packets.len(), 6);
    assert_eq!(
        (packet(&capture, 6).label.as_str(), packet(&capture, 6).from),
        ("RST, ACK", 1)
    );
    assert_eq!(last_states(&capture), ["CLOSED", "CLOSED"]);
}
