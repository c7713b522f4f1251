//! What two recordings of the same session must share, and what may differ.

#[path = "support/captures.rs"]
mod captures;
#[path = "support/wire.rs"]
mod wire;

use capture::{Capture, differences};
use wire::{Frame, frames, pcapng, session};

const STORY: &str = "c SYN 0\ns SYN,ACK 0 1\nc ACK 1 1\nc ACK 1 1 hello\ns ACK 1 6";

fn read(frames: &[Frame]) -> Capture {
    capture::read(&pcapng(frames), &session()).expect("a capture")
}

/// The differences between the story and another one.
#[track_caller]
fn check(other: &str, expected: &[&str]) {
    let found = differences(&read(&frames(STORY)), &read(&frames(other)), &session());
    assert_eq!(found, expected);
}

#[test]
fn a_recording_does_not_differ_from_itself() {
    for recording in captures::all() {
        let found = differences(&recording.capture, &recording.capture, &recording.session);
        assert!(found.is_empty(), "{}: {found:?}", recording.name);
    }
}

#[test]
fn numbers_identifiers_and_open_windows_may_differ() {
    let mut other = frames(STORY);
    for frame in &mut other {
        // The identification, and the low byte of the sequence numbers of the client.
        frame.bytes[18] = 77;
        frame.bytes[24..26].copy_from_slice(&[0, 0]);
        let sum = etherparse::checksum::Sum16BitWords::new().add_slice(&frame.bytes[14..34]);
        let sum = sum.ones_complement().to_ne_bytes();
        frame.bytes[24..26].copy_from_slice(&sum);
    }
    let found = differences(&read(&frames(STORY)), &read(&other), &session());
    assert_eq!(found, [""; 0]);
    let other = STORY.replace("c ACK 1 1 hello", "c ACK 1 1 hello win=77");
    check(&other, &[]);
}

#[test]
fn other_bytes_are_a_difference() {
    check(
        &STORY.replace("hello", "help!"),
        &[
            "packet 4 (client to server, step 2: client > hello): text was hello, now help! \
           (it was `seq 1:6 ack 1`, now `seq 1:6 ack 1`)",
        ],
    );
}

#[test]
fn a_payload_that_varies_is_compared_by_size() {
    let mut session = session();
    session.varies_payload = true;
    let old = read(&frames(STORY));
    let same = read(&frames(&STORY.replace("hello", "help!")));
    assert_eq!(differences(&old, &same, &session), [""; 0]);
    let longer = read(&frames(&STORY.replace("hello", "hello!")));
    assert_eq!(differences(&old, &longer, &session).len(), 1);
}

#[test]
fn a_flag_is_a_difference() {
    check(
        &STORY.replace("s SYN,ACK 0 1", "s RST,ACK 0 1"),
        &[
            "packet 2 (server to client, step 2: client > hello): RST was 0, now 1 \
           (it was `SYN, ACK`, now `RST, ACK`)",
        ],
    );
}

#[test]
fn a_missing_packet_and_a_new_one_are_named() {
    check(
        "c SYN 0\ns SYN,ACK 0 1\nc ACK 1 1\nc ACK 1 1 hello",
        &[
            "there were 5 packets, now there are 4",
            "packet 5 (server to client, step 2: client > hello): `ack 6` is missing now",
        ],
    );
    check(
        &format!("{STORY}\nc FIN,ACK 6 1"),
        &[
            "there were 5 packets, now there are 6",
            "packet 6 (client to server, step 2: client > hello): `FIN, ACK` is new",
        ],
    );
}

#[test]
fn a_loss_is_a_difference() {
    let found = differences(
        &read(&frames(STORY)),
        &read(&frames(&format!("{STORY} lost"))),
        &session(),
    );
    assert_eq!(found.len(), 1);
    assert!(found[0].contains("lost was no, now yes"), "{found:?}");
}

#[test]
fn a_closed_window_is_a_difference() {
    let found = differences(
        &read(&frames(STORY)),
        &read(&frames(&format!("{STORY} win=0"))),
        &session(),
    );
    assert!(found[0].contains("window was open, now 0"), "{found:?}");
}

#[test]
fn two_conversations_may_take_turns_differently_in_one_step() {
    let all = captures::all();
    let recording = all
        .iter()
        .find(|one| one.name == "threaded_server")
        .unwrap();
    let original = &recording.capture;
    let pair = |near: fn(&capture::Packet, &capture::Packet) -> bool| {
        let packets = &original.packets;
        let mut places = 0..packets.len() - 1;
        let found = places.find(|&at| {
            packets[at].step == packets[at + 1].step && near(&packets[at], &packets[at + 1])
        });
        let mut swapped = original.clone();
        swapped.packets.swap(found.unwrap(), found.unwrap() + 1);
        differences(original, &swapped, &recording.session)
    };
    // The server tells alice, then bob; or bob, then alice.
    assert_eq!(
        pair(|a, b| a.from == 0 && b.from == 0 && a.to != b.to),
        [""; 0]
    );
    // A SYN and its answer cannot change places.
    assert_ne!(pair(|a, _| a.label == "SYN"), [""; 0]);
}

#[test]
fn a_byte_far_inside_a_fragment_is_a_difference() {
    let fragment = |byte: u8| {
        let mut bytes = frames("c ACK 1 1 hello").remove(0).bytes;
        bytes.truncate(34);
        bytes.extend([0; 600]);
        bytes[600] = byte;
        // 620 bytes, 8 bytes from the start on.
        bytes[16..18].copy_from_slice(&[2, 108]);
        bytes[20..22].copy_from_slice(&[0, 1]);
        let comment = "step 2: client > hello".to_owned();
        read(&[Frame { bytes, comment }])
    };
    let found = differences(&fragment(1), &fragment(2), &session());
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("data of a fragment was …"), "{found:?}");
}

#[test]
fn bytes_that_no_text_shows_are_a_difference() {
    let story = |byte: u8| {
        let mut all = frames("c SYN 0\ns SYN,ACK 0 1\nc ACK 1 1\nc ACK 1 1 HTTP/1.1_200_x");
        *all[3].bytes.last_mut().unwrap() = byte;
        // Its checksum is wrong in both.
        read(&all)
    };
    assert_eq!(differences(&story(0xfe), &story(0xff), &session()).len(), 1);
}
