//! The readable form of the knobs, `examples/31_relay/`, and this crate: the same notation, and the
//! same pieces at the same times for the same input.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use impair::datagrams::{self, Datagram};
use impair::knob::{self, Chosen, DatagramKnob, StreamKnob};
use impair::stream::{self, Stream};
use impair::{Direction, Passing, Transformer};
use proptest::prelude::*;

#[path = "../../../examples/31_relay/chain.rs"]
#[allow(dead_code, reason = "the relay uses more of it")]
mod chain;
#[path = "../../../examples/31_relay/knobs.rs"]
#[allow(dead_code, reason = "the relay uses more of it")]
mod knobs;
#[path = "../../../examples/31_relay/piece.rs"]
mod piece;
#[path = "../../../examples/31_relay/stage.rs"]
mod stage;

use knobs::{Knob, Transport, Which};

/// What comes: milliseconds since the one before, and what.
type Coming<T> = Vec<(u16, T)>;

fn ours(piece: piece::Piece) -> Passing<Stream> {
    let what = match piece.what {
        piece::What::Bytes(bytes) => Stream::Bytes(bytes),
        piece::What::End => Stream::End,
        piece::What::Reset => Stream::Reset,
        other => panic!("{other:?} in a connection"),
    };
    Passing::new(piece.at, what)
}

fn our_datagram(piece: piece::Piece) -> Passing<Datagram> {
    let (number, bytes, lost) = match piece.what {
        piece::What::Datagram(number, bytes) => (number, bytes, false),
        piece::What::Lost(number, bytes) => (number, bytes, true),
        other => panic!("{other:?} among datagrams"),
    };
    let what = Datagram {
        number,
        bytes,
        lost,
    };
    Passing::new(piece.at, what)
}

fn our_knob(knob: Knob) -> StreamKnob {
    match knob {
        Knob::Pieces { bytes, every } => StreamKnob::Pieces { bytes, every },
        Knob::Cut => StreamKnob::Cut,
        Knob::Glue(time) => StreamKnob::Glue(time),
        Knob::Delay(time) => StreamKnob::Delay(time),
        Knob::Stall(bytes) => StreamKnob::Stall(bytes),
        Knob::End(bytes) => StreamKnob::End(bytes),
        Knob::Reset(bytes) => StreamKnob::Reset(bytes),
        other => panic!("{other:?} for a connection"),
    }
}

fn our_datagram_knob(knob: Knob) -> DatagramKnob {
    let chosen = |which| match which {
        Which::Percent(percent) => Chosen::Percent(u8::try_from(percent).unwrap()),
        Which::Number(number) => Chosen::Number(number),
    };
    match knob {
        Knob::Drop(which) => DatagramKnob::Drop(chosen(which)),
        Knob::Duplicate(which) => DatagramKnob::Duplicate(chosen(which)),
        Knob::Reorder(which) => DatagramKnob::Reorder(chosen(which)),
        Knob::Delay(time) => DatagramKnob::Delay(time),
        other => panic!("{other:?} for datagrams"),
    }
}

/// Both forms are given the same, at the same times; before each thing comes, what is due leaves.
fn run<T, P: PartialEq + std::fmt::Debug>(
    mut crate_chain: impl Transformer<T>,
    mut example: chain::Chain,
    coming: Coming<(T, piece::What)>,
    ours: impl Fn(piece::Piece) -> P,
    same: impl Fn(Passing<T>) -> P,
) {
    let mut left = Vec::new();
    let mut left_example = Vec::new();
    left.extend(crate_chain.start());
    left_example.extend(example.start());
    let mut now = Duration::ZERO;
    for (wait, (thing, piece)) in coming {
        now += Duration::from_millis(u64::from(wait));
        assert_eq!(crate_chain.due(), example.due());
        assert_eq!(crate_chain.between(Duration::ZERO), example.between());
        left.extend(crate_chain.settle(now));
        left_example.extend(example.settle(now));
        left.extend(crate_chain.put(Passing::new(now, thing)));
        left_example.extend(example.put(piece::Piece::new(now, piece)));
    }
    let for_ever = Duration::from_secs(1_000_000);
    left.extend(crate_chain.settle(for_ever));
    left_example.extend(example.settle(for_ever));
    let left: Vec<P> = left.into_iter().map(same).collect();
    let left_example: Vec<P> = left_example.into_iter().map(ours).collect();
    assert_eq!(left, left_example);
}

fn word() -> impl Strategy<Value = String> {
    let time = 0..200_u16;
    prop_oneof![
        (1..9_usize).prop_map(|n| format!("pieces={n}")),
        (1..9_usize, time.clone()).prop_map(|(n, time)| format!("pieces={n}@{time}")),
        Just("cut".to_owned()),
        time.clone().prop_map(|time| format!("glue={time}")),
        time.prop_map(|time| format!("delay={time}")),
        (0..40_usize).prop_map(|n| format!("stall={n}")),
        (0..40_usize).prop_map(|n| format!("end={n}")),
        (0..40_usize).prop_map(|n| format!("reset={n}")),
    ]
}

fn datagram_word() -> impl Strategy<Value = String> {
    let chosen = prop_oneof![
        (0..=100_u8).prop_map(|percent| format!("{percent}%")),
        (1..9_u64).prop_map(|number| format!("#{number}")),
    ];
    prop_oneof![
        ("drop|duplicate|reorder", chosen).prop_map(|(name, chosen)| format!("{name}={chosen}")),
        (0..200_u16).prop_map(|time| format!("delay={time}")),
    ]
}

proptest! {
    #[test]
    fn the_same_pieces_leave_at_the_same_times(
        words in proptest::collection::vec(word(), 0..5),
        coming in proptest::collection::vec((0..150_u16, "[ab汉é𐍈\n]{1,8}"), 0..12),
        last in 0..3,
    ) {
        let text = words.join(",");
        let (ours_parsed, theirs) = match words.is_empty() {
            true => (Vec::new(), Vec::new()),
            false => (knob::parse(&text).unwrap(), knobs::parse(&text, Transport::Tcp).unwrap()),
        };
        let mapped: Vec<StreamKnob> = theirs.iter().cloned().map(our_knob).collect();
        prop_assert_eq!(&ours_parsed, &mapped);
        let mut all: Coming<(Stream, piece::What)> = Vec::new();
        for (wait, text) in coming {
            let bytes = text.into_bytes();
            all.push((wait, (Stream::Bytes(bytes.clone()), piece::What::Bytes(bytes))));
        }
        match last {
            0 => all.push((3, (Stream::End, piece::What::End))),
            1 => all.push((3, (Stream::Reset, piece::What::Reset))),
            _ => {}
        }
        run(stream::chain(&ours_parsed), chain::Chain::new(&theirs, 1), all, ours, |same| same);
    }

    #[test]
    fn the_same_datagrams_have_the_same_fate(
        words in proptest::collection::vec(datagram_word(), 1..5),
        waits in proptest::collection::vec(0..300_u16, 0..20),
        seed in any::<u64>(),
    ) {
        let text = words.join(",");
        let ours_parsed: Vec<DatagramKnob> = knob::parse(&text).unwrap();
        let theirs = knobs::parse(&text, Transport::Udp).unwrap();
        let mapped: Vec<_> = theirs.iter().cloned().map(our_datagram_knob).collect();
        prop_assert_eq!(&ours_parsed, &mapped);
        let mut all = Vec::new();
        for (wait, number) in waits.into_iter().zip(1..) {
            let bytes = format!("datagram {number}").into_bytes();
            let datagram = Datagram { number, bytes: bytes.clone(), lost: false };
            all.push((wait, (datagram, piece::What::Datagram(number, bytes))));
        }
        for direction in [Direction::ToClient, Direction::ToServer] {
            let to_server = direction == Direction::ToServer;
            let seed_example = piece::random(seed, u64::from(to_server));
            prop_assert_eq!(direction.seed(seed), seed_example);
            run(
                datagrams::chain(&ours_parsed, direction.seed(seed)),
                chain::Chain::new(&theirs, seed_example),
                all.clone(),
                our_datagram,
                |same| same,
            );
        }
    }

    /// Any text, and text that differs from knobs in a character.
    #[test]
    fn the_same_texts_are_knobs(
        text in "\\PC{0,20}",
        words in proptest::collection::vec(prop_oneof![word(), datagram_word()], 1..19),
        at in any::<prop::sample::Index>(),
        other in "[-+=@#%,.0-9a-z \u{ff10}]{0,3}",
    ) {
        let knobs_text = words.join(",");
        let mut damaged: Vec<char> = knobs_text.chars().collect();
        let place = at.index(damaged.len());
        damaged.splice(place..=place, other.chars());
        let damaged: String = damaged.into_iter().collect();
        for text in [&text, &knobs_text, &damaged] {
            let example = knobs::parse(text, Transport::Tcp).ok();
            let example = example.map(|knobs| knobs.into_iter().map(our_knob).collect::<Vec<_>>());
            prop_assert_eq!(knob::parse::<StreamKnob>(text).ok(), example, "{}", text);
            let example = knobs::parse(text, Transport::Udp).ok();
            let example =
                example.map(|knobs| knobs.into_iter().map(our_datagram_knob).collect::<Vec<_>>());
            prop_assert_eq!(knob::parse::<DatagramKnob>(text).ok(), example, "{}", text);
        }
    }
}

#[test]
fn the_constants_are_the_same() {
    assert_eq!(impair::BETWEEN_PIECES, knobs::BETWEEN_PIECES);
    assert_eq!(impair::BEFORE_RESET, stage::BEFORE_RESET);
    assert_eq!(datagrams::HELD_BACK, stage::HELD_BACK);
}
