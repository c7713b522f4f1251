//! The messages of `09_udp` and what its server remembers, against bytes that no honest peer sends.
//! `UDP_CASES=1000000` for a long run.
#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]

use std::collections::BTreeMap;
use std::env;
use std::net::SocketAddr;
use std::time::Instant;

use heard::{Heard, Turn};
use message::{Kind, Message, TEXT_LIMIT};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

#[path = "../../../examples/09_udp/heard.rs"]
mod heard;
#[path = "../../../examples/09_udp/message.rs"]
mod message;

fn cases(default: u32) -> u32 {
    let given = env::var("UDP_CASES").ok();
    given.and_then(|n| n.parse().ok()).unwrap_or(default)
}

fn runner(default: u32) -> TestRunner {
    TestRunner::new(Config {
        failure_persistence: None,
        ..Config::with_cases(cases(default))
    })
}

fn peer(number: u16) -> SocketAddr {
    ([127, 0, 0, 1], 50_000 + number).into()
}

#[test]
fn what_is_written_is_read() {
    let any = (
        any::<u32>(),
        1..=u32::MAX,
        prop::collection::vec(any::<u8>(), 0..=TEXT_LIMIT),
    );
    let test = |(conversation, number, text): (u32, u32, Vec<u8>)| {
        let message = Message {
            kind: Kind::Data,
            conversation,
            number,
            text: &text,
        };
        for message in [message, message.acknowledgment()] {
            let bytes = message.to_bytes();
            prop_assert!(bytes.len() <= 1200);
            prop_assert_eq!(Message::parse(&bytes), Some(message));
        }
        prop_assert!(message.acknowledgment().to_bytes().len() <= message.to_bytes().len());
        Ok(())
    };
    runner(1000).run(&any, test).unwrap();
}

#[test]
fn no_bytes_make_the_parser_fail_and_there_is_one_way_to_write_a_message() {
    let start = Instant::now();
    let near = (
        prop::sample::select(vec![0_u8, 1, 2, 3, 255]),
        any::<u32>(),
        0..4_u32,
        prop::collection::vec(any::<u8>(), 0..20),
    )
        .prop_map(|(kind, conversation, number, text)| {
            [
                &[kind],
                &conversation.to_be_bytes()[..],
                &number.to_be_bytes(),
                &text,
            ]
            .concat()
        });
    let any = prop_oneof![prop::collection::vec(any::<u8>(), 0..1300), near];
    let read = std::cell::Cell::new(0);
    let test = |bytes: Vec<u8>| {
        if let Some(message) = Message::parse(&bytes) {
            read.set(read.get() + 1);
            prop_assert_eq!(message.to_bytes(), bytes);
        }
        Ok(())
    };
    runner(20_000).run(&any, test).unwrap();
    let (cases, read) = (cases(20_000), read.get());
    eprintln!(
        "{cases} cases in {:?}: {read} read, 0 crashes",
        start.elapsed()
    );
    assert!(read > cases / 20, "{read}");
}

#[test]
fn cut_numbered_0_or_too_long_it_is_no_message() {
    let text = [b'x'; TEXT_LIMIT + 1];
    let message = Message {
        kind: Kind::Data,
        conversation: 1,
        number: 1,
        text: &text,
    };
    assert_eq!(Message::parse(&message.to_bytes()), None);
    let bytes = message.to_bytes();
    assert!(Message::parse(&bytes[..1200]).is_some());
    for length in 0..9 {
        assert_eq!(Message::parse(&bytes[..length]), None, "{length}");
    }
    let none = Message {
        number: 0,
        text: &[],
        ..message
    };
    assert_eq!(Message::parse(&none.to_bytes()), None);
}

/// Whatever arrives in whatever order: what is new in a conversation is 1, 2, 3, …
#[test]
fn each_conversation_is_heard_in_order_without_gaps_or_copies() {
    let any = prop::collection::vec((0..4_u16, 0..3_u32, 0..6_u32), 0..200);
    let test = |arrivals: Vec<(u16, u32, u32)>| {
        let (mut heard, mut last) = (Heard::default(), BTreeMap::new());
        for (from, conversation, number) in arrivals.into_iter().filter(|one| one.2 > 0) {
            let known = last.entry((from, conversation)).or_insert(0);
            let want = match number.cmp(&(*known + 1)) {
                std::cmp::Ordering::Less => Turn::Again,
                std::cmp::Ordering::Equal => Turn::New,
                std::cmp::Ordering::Greater => Turn::Ahead,
            };
            prop_assert_eq!(heard.turn(peer(from), conversation, number), want);
            if want == Turn::New {
                *known = number;
            }
        }
        Ok(())
    };
    runner(2000).run(&any, test).unwrap();
}

#[test]
fn the_largest_number_does_not_overflow() {
    let mut heard = Heard::default();
    assert_eq!(heard.turn(peer(1), 1, u32::MAX), Turn::Ahead);
    assert_eq!(heard.turn(peer(1), 1, 1), Turn::New);
    assert_eq!(heard.turn(peer(1), 1, u32::MAX), Turn::Ahead);
}

#[test]
fn at_most_64_conversations_are_remembered() {
    let mut heard = Heard::default();
    for conversation in 0..64 {
        assert_eq!(heard.turn(peer(1), conversation, 1), Turn::New);
    }
    assert_eq!(heard.turn(peer(1), 0, 1), Turn::Again);
    assert_eq!(heard.turn(peer(1), 64, 1), Turn::New);
    assert_eq!(heard.turn(peer(1), 0, 2), Turn::New, "moved to the end");
    assert_eq!(heard.turn(peer(1), 1, 2), Turn::Ahead, "forgotten");
}
