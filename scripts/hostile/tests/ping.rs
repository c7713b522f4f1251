//! The messages of `14_ping`, against `etherparse` and against bytes that no honest peer sends.
#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]

use echo::{Answer, checksum, error_words, read, request};
use etherparse::{Icmpv4Slice, Icmpv4Type};
use program::Program;
use proptest::prelude::*;

#[path = "../../../examples/14_ping/echo.rs"]
mod echo;
#[path = "support/program.rs"]
mod program;

/// What the other kernel does: type 0, and the checksum again.
fn reply(request: &[u8]) -> Vec<u8> {
    with_sum([&[0], &request[1..]].concat())
}

fn with_sum(mut message: Vec<u8>) -> Vec<u8> {
    message[2..4].fill(0);
    let sum = checksum(&message);
    message[2..4].copy_from_slice(&sum.to_be_bytes());
    message
}

/// An IP header of `words` times 4 bytes, with this TTL, and what it carries.
fn ip(words: usize, ttl: u8, inside: &[u8]) -> Vec<u8> {
    let mut header = vec![0; words * 4];
    header[0] = 0x40 | words as u8;
    header[8] = ttl;
    header.extend(inside);
    header
}

/// An ICMP error about `request`, with as much of it as `kept` says.
fn error(kind: u8, code: u8, request: &[u8], kept: usize) -> Vec<u8> {
    let inside = ip(5, 1, &request[..kept]);
    with_sum([&[kind, code, 0, 0, 0, 0, 0, 0][..], &inside].concat())
}

#[test]
fn an_independent_decoder_reads_the_request_and_its_checksum() {
    for size in [0, 1, 55, 56, 3000, 65507] {
        let message = request(0x1234, 7, size);
        let slice = Icmpv4Slice::from_slice(&message).unwrap();
        let Icmpv4Type::EchoRequest(header) = slice.icmp_type() else {
            panic!("{:?}", slice.icmp_type())
        };
        assert_eq!((header.id, header.seq), (0x1234, 7));
        assert_eq!(slice.payload().len(), size);
        let sum = slice.icmp_type().calc_checksum(slice.payload());
        assert_eq!(slice.checksum(), sum, "{size} bytes");
    }
}

#[test]
fn the_example_of_rfc_1071_gives_its_sum() {
    // §3: the words 0001 f203 f4f5 f6f7 sum to ddf2.
    let bytes = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7];
    assert_eq!(checksum(&bytes), !0xddf2);
}

#[test]
fn a_reply_is_known_with_and_without_its_ip_header() {
    let asked = request(1, 2, 56);
    let answer = |ttl| Answer::Reply {
        size: 64,
        ttl,
        intact: true,
    };
    let reply = reply(&asked);
    assert_eq!(read(&reply, &asked), Some(answer(None)));
    assert_eq!(read(&ip(5, 63, &reply), &asked), Some(answer(Some(63))));
    assert_eq!(read(&ip(15, 255, &reply), &asked), Some(answer(Some(255))));
}

#[test]
fn an_answer_to_another_request_is_not_ours() {
    let asked = request(1, 2, 8);
    for other in [request(9, 2, 8), request(1, 3, 8)] {
        assert_eq!(read(&reply(&other), &asked), None);
        assert_eq!(read(&error(11, 0, &other, 16), &asked), None);
    }
    assert_eq!(
        read(&asked, &asked),
        None,
        "our own request, which a raw socket on loopback sees"
    );
    let mut damaged = reply(&asked);
    damaged[9] ^= 1;
    assert_eq!(read(&damaged, &asked), None, "a wrong checksum");
}

#[test]
fn data_that_changed_in_transit_is_reported() {
    let asked = request(1, 2, 8);
    let mut changed = reply(&asked);
    changed[8] ^= 1;
    let expected = Answer::Reply {
        size: 16,
        ttl: None,
        intact: false,
    };
    assert_eq!(read(&with_sum(changed), &asked), Some(expected));
    let expected = Answer::Reply {
        size: 12,
        ttl: None,
        intact: false,
    };
    assert_eq!(
        read(&with_sum(reply(&asked)[..12].to_vec()), &asked),
        Some(expected)
    );
}

#[test]
fn an_error_is_known_by_the_eight_bytes_that_it_must_carry() {
    let asked = request(1, 2, 56);
    for (kind, code) in [(11, 0), (11, 1), (3, 0), (3, 1), (3, 13), (12, 0)] {
        let packet = error(kind, code, &asked, 8);
        assert_eq!(read(&packet, &asked), Some(Answer::Error(kind, code)));
        assert_eq!(
            read(&ip(5, 64, &packet), &asked),
            Some(Answer::Error(kind, code))
        );
    }
    assert_eq!(read(&error(11, 0, &asked, 7), &asked), None);
    assert_eq!(
        read(&error(5, 0, &asked, 8), &asked),
        None,
        "a redirect is no error"
    );
}

#[test]
fn every_error_has_words_and_its_numbers() {
    assert_eq!(
        error_words(11, 0),
        "TTL 用完了 time to live exceeded (11/0)"
    );
    for code in 0..=255 {
        assert!(error_words(3, code).ends_with(&format!("(3/{code})")));
    }
}

#[test]
fn every_cut_of_every_packet_is_read_without_a_panic() {
    let asked = request(1, 2, 56);
    for packet in [
        reply(&asked),
        error(11, 0, &asked, 64),
        ip(15, 1, &error(3, 1, &asked, 8)),
    ] {
        for length in 0..=packet.len() {
            read(&packet[..length], &asked);
        }
    }
    for first in 0..=255 {
        read(&[first], &asked);
        read(&[first; 40], &asked);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_bytes_make_it_fail(mut bytes in prop::collection::vec(any::<u8>(), 0..120), sum in any::<bool>()) {
        if sum && bytes.len() >= 4 {
            bytes = with_sum(bytes);
        }
        read(&bytes, &request(1, 2, 56));
    }

    #[test]
    fn any_flipped_bit_is_found_by_the_checksum(size in 0_usize..200, at in any::<prop::sample::Index>(), bit in 0_u32..8) {
        let mut message = request(1, 2, size);
        let at = at.index(message.len());
        message[at] ^= 1_u8 << bit;
        prop_assert_ne!(checksum(&message), 0);
    }
}

/// Runs it where this machine permits that: status 77 means that it does not.
fn run(args: &[&str]) -> Option<(i32, String)> {
    let (status, screen) = Program::start("14_ping", args).ends();
    match status {
        Some(77) => {
            assert!(screen.contains("ping_group_range"), "{screen}");
            eprintln!("skipped: ICMP is not permitted here");
            None
        }
        status => Some((status.unwrap(), screen)),
    }
}

#[test]
fn this_host_answers_with_every_size() {
    for size in ["0", "1", "56", "65507"] {
        let Some((status, screen)) = run(&["127.0.0.1", "-c", "1", "-s", size]) else {
            return;
        };
        assert!(screen.contains("received 1"), "{screen}");
        assert!(!screen.contains("data changed"), "{screen}");
        assert_eq!(status, 0);
    }
}

#[test]
fn wrong_arguments_are_reported_before_a_socket_opens() {
    for args in [
        &["::1"][..],
        &["localhost"],
        &["-c"],
        &["-c", "0"],
        &["-c", "x"],
        &["-t", "256"],
        &["-s", "65508"],
        &["-x", "1"],
        &["server"],
    ] {
        let (status, screen) = Program::start("14_ping", args).ends();
        assert_eq!(status, Some(2), "{args:?}: {screen}");
    }
}
