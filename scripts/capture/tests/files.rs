//! A file that is cut off or inconsistent gets an error that says where, never a panic.

#[path = "support/captures.rs"]
mod captures;
#[path = "support/wire.rs"]
mod wire;

use proptest::prelude::*;
use session::Session;
use wire::{Frame, frames, pcapng, session};

#[track_caller]
fn check(file: &[u8], expected: &str) {
    let error = capture::read(file, &session()).expect_err("an error");
    assert!(error.contains(expected), "{error}");
}

fn handshake() -> Vec<u8> {
    pcapng(&frames("c SYN 0\ns SYN,ACK 0 1\nc ACK 1 1"))
}

#[test]
fn comments_carry_the_step_and_the_loss() {
    let capture = wire::capture("c SYN 0 lost\nc SYN 0");
    let steps: Vec<_> = capture
        .packets
        .iter()
        .map(|packet| (packet.step, packet.lost))
        .collect();
    assert_eq!(steps, [(Some(1), true), (Some(1), false)]);
    assert_eq!(capture.packets[1].time.as_millis(), 1);
}

#[test]
fn a_file_cut_off_anywhere_is_an_error_or_a_shorter_capture() {
    let file = handshake();
    for end in 1..file.len() {
        match capture::read(&file[..end], &session()) {
            Ok(capture) => assert!(capture.packets.len() < 3, "{end}"),
            Err(error) => assert!(error.contains("byte "), "{error}"),
        }
    }
}

#[test]
fn a_file_that_is_not_pcapng_is_named() {
    check(b"# README", "byte 0: not a pcapng file");
    for pcap in [
        b"\xd4\xc3\xb2\xa1\x02\0\x04\0",
        b"\xa1\xb2\x3c\x4d\0\x02\0\x04",
    ] {
        check(pcap, "byte 0: a pcap file, not pcapng: convert it");
    }
}

#[test]
fn a_compressed_file_must_be_unpacked_first() {
    for (file, name) in [
        (&b"\x1f\x8b\x08\0"[..], "gzip"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"\xfd7zXZ\0", "xz"),
        (b"BZh9", "bzip2"),
        (b"PK\x03\x04", "zip"),
    ] {
        let expected = format!("byte 0: compressed with {name}: unpack it first");
        check(file, &expected);
    }
}

#[test]
fn a_block_whose_length_lies_is_an_error() {
    let mut file = handshake();
    let packet = file
        .windows(4)
        .position(|word| word == [6, 0, 0, 0])
        .unwrap();
    file[packet + 4..packet + 8].copy_from_slice(&[0xff, 0xff, 0xff, 0x7f]);
    check(&file, &format!("byte {packet}: a block"));
}

#[test]
fn a_packet_longer_than_its_block_is_an_error() {
    let mut file = handshake();
    let packet = file
        .windows(4)
        .position(|word| word == [6, 0, 0, 0])
        .unwrap();
    file[packet + 20..packet + 24].copy_from_slice(&[0, 1, 0, 0]);
    check(&file, &format!("byte {packet}: "));
}

#[test]
fn a_packet_of_an_unknown_interface_is_an_error() {
    let mut file = handshake();
    let packet = file
        .windows(4)
        .position(|word| word == [6, 0, 0, 0])
        .unwrap();
    file[packet + 8] = 7;
    check(
        &file,
        "a packet on interface 7, which the file does not describe",
    );
}

#[test]
fn a_sender_that_is_not_a_host_is_named() {
    let mut frames = frames("c SYN 0");
    frames[0].bytes[11] = 9;
    check(
        &pcapng(&frames),
        "packet 1 at byte 60: its sender 02:00:00:00:01:09 is not a host of the session",
    );
}

#[test]
fn a_step_that_is_another_in_the_session_or_none_is_an_error() {
    let mut frames = frames("c SYN 0");
    frames[0].comment = "step 4: client > more".to_owned();
    check(&pcapng(&frames), "a step after the session's last, 3");
    frames[0].comment = "step 2: client > bye".to_owned();
    check(
        &pcapng(&frames),
        "it belongs to step 2, which was `client > bye` and is `client > hello` now; record",
    );
    frames[0].comment = "step 0: before".to_owned();
    check(&pcapng(&frames), "steps count from 1");
}

#[test]
fn a_frame_without_a_header_is_an_error() {
    let frame = Frame {
        bytes: vec![0; 9],
        comment: String::new(),
    };
    check(
        &pcapng(&[frame]),
        "9 bytes are too few for a frame of link Ethernet",
    );
}

#[test]
fn a_session_without_hosts_says_what_to_add() {
    let session = Session::parse("title zh 一\ntitle en One\na $ nc -l 7\na ? 0\n").unwrap();
    let error = capture::read(&handshake(), &session).unwrap_err();
    assert!(error.contains("add a line `host NAME ADDRESS`"), "{error}");
}

#[test]
fn damaged_recordings_do_not_panic() {
    let recordings = captures::all();
    let count = recordings.len();
    let changes = proptest::collection::vec((any::<u32>(), any::<u8>()), 1..8);
    let config = ProptestConfig::with_cases(1000);
    proptest!(config, |(index in 0..count, changes in changes, cut in any::<u32>())| {
        let mut file = recordings[index].file.clone();
        for (at, value) in changes {
            let at = at as usize % file.len();
            file[at] = value;
        }
        if cut % 3 == 0 {
            file.truncate(cut as usize % file.len());
        }
        let _ = capture::read(&file, &recordings[index].session);
    });
}
