//! What each knob does, drawn in full; and what holds for every chain.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use impair::datagrams::{self, Datagram};
use impair::knob::{self, DatagramKnob, StreamKnob};
use impair::stream::{self, Stream};
use impair::{Passing, Transformer};
use proptest::prelude::*;

/// Long after everything.
const LATER: Duration = Duration::from_secs(1_000_000);

/// What leaves, as `5 "text"`, `7 END`; what comes is written likewise.
#[track_caller]
fn check(knobs: &str, coming: &str, expected: &str) {
    let knobs: Vec<StreamKnob> = knob::parse(knobs).unwrap();
    let mut chain = stream::chain(&knobs);
    let mut left = chain.start();
    for thing in coming.split("  ") {
        let thing = read(thing);
        left.extend(chain.settle(thing.at));
        left.extend(chain.put(thing));
    }
    left.extend(chain.settle(LATER));
    let shown: Vec<String> = left.iter().map(show).collect();
    assert_eq!(shown.join("  "), expected);
}

fn read(text: &str) -> Passing<Stream> {
    let (at, what) = text.split_once(' ').unwrap();
    let what = match what {
        "END" => Stream::End,
        "RESET" => Stream::Reset,
        text => Stream::Bytes(text.trim_matches('"').as_bytes().to_vec()),
    };
    Passing::new(Duration::from_millis(at.parse().unwrap()), what)
}

fn show(thing: &Passing<Stream>) -> String {
    let at = thing.at.as_millis();
    match &thing.what {
        Stream::Bytes(bytes) => format!("{at} \"{}\"", bytes.escape_ascii()),
        Stream::End => format!("{at} END"),
        Stream::Reset => format!("{at} RESET"),
    }
}

#[test]
fn pieces_leave_one_after_the_other() {
    check(
        "pieces=2@5",
        r#"10 "abcde"  12 "f"  100 "gh"  101 END"#,
        r#"10 "ab"  15 "cd"  20 "e"  25 "f"  100 "gh"  101 END"#,
    );
}

#[test]
fn the_end_does_not_overtake_the_last_piece() {
    check(
        "pieces=1@50",
        r#"0 "abc"  1 END"#,
        r#"0 "a"  50 "b"  100 "c"  100 END"#,
    );
}

#[test]
fn pieces_are_12_ms_apart_unless_it_says_otherwise() {
    check("pieces=2", r#"0 "abcd""#, r#"0 "ab"  12 "cd""#);
}

#[test]
fn a_cut_is_inside_each_character_of_more_than_one_byte() {
    check(
        "cut",
        r#"0 "a你b好"  1 END"#,
        r#"0 "a\xe4"  12 "\xbd\xa0b\xe5"  24 "\xa5\xbd"  24 END"#,
    );
}

#[test]
fn what_comes_in_time_is_glued() {
    check(
        "glue=30",
        r#"0 "a"  10 "b"  29 "c"  30 "d"  100 "e"  105 END"#,
        r#"30 "abc"  60 "d"  105 "e"  105 END"#,
    );
}

#[test]
fn a_delay_keeps_the_distances() {
    check(
        "delay=100",
        r#"0 "a"  7 "b"  9 END"#,
        r#"100 "a"  107 "b"  109 END"#,
    );
}

#[test]
fn after_a_stall_nothing_passes_not_even_the_end() {
    check(
        "stall=3",
        r#"0 "ab"  1 "cd"  2 "e"  3 END"#,
        r#"0 "ab"  1 "c""#,
    );
    check("stall=0", r#"0 "ab"  3 RESET"#, "");
}

#[test]
fn an_end_comes_after_so_many_bytes_and_nothing_after_it() {
    check(
        "end=3",
        r#"0 "ab"  1 "cd"  3 RESET"#,
        r#"0 "ab"  1 "c"  1 END"#,
    );
    check("end=0", r#"7 "ab""#, "0 END");
}

#[test]
fn a_reset_leaves_150_ms_to_read() {
    check("reset=2", r#"7 "abc"  9 END"#, r#"7 "ab"  157 RESET"#);
    check("reset=0", r#"7 "abc""#, "150 RESET");
}

#[test]
fn whoever_ends_before_the_limit_ends_then() {
    check(
        "stall=9,end=8,reset=7",
        r#"1 "ab"  5 END"#,
        r#"1 "ab"  5 END"#,
    );
}

#[test]
fn knobs_act_from_left_to_right() {
    check(
        "pieces=1@10,glue=15",
        r#"0 "abcde""#,
        r#"15 "ab"  35 "cd"  55 "e""#,
    );
    check(
        "glue=15,pieces=1@10",
        r#"0 "abc""#,
        r#"15 "a"  25 "b"  35 "c""#,
    );
}

/// What leaves of `count` datagrams that come 1 ms apart: `#1`, and `-2` for a lost one.
#[track_caller]
fn check_datagrams(knobs: &str, count: u64, expected: &str) {
    let knobs: Vec<DatagramKnob> = knob::parse(knobs).unwrap();
    let left = fates(&knobs, 1, count);
    let shown = left.iter().map(|left| {
        let sign = if left.what.lost { '-' } else { '#' };
        format!("{} {sign}{}", left.at.as_millis(), left.what.number)
    });
    assert_eq!(shown.collect::<Vec<_>>().join("  "), expected);
}

fn fates(knobs: &[DatagramKnob], seed: u64, count: u64) -> Vec<Passing<Datagram>> {
    let mut chain = datagrams::chain(knobs, seed);
    let mut left = chain.start();
    for number in 1..=count {
        let at = Duration::from_millis(number);
        left.extend(chain.settle(at));
        let bytes = number.to_string().into_bytes();
        let datagram = Datagram {
            number,
            bytes,
            lost: false,
        };
        left.extend(chain.put(Passing::new(at, datagram)));
    }
    left.extend(chain.settle(LATER));
    left
}

#[test]
fn the_datagram_that_is_named_is_hit() {
    check_datagrams("drop=#2", 3, "1 #1  2 -2  3 #3");
    check_datagrams("duplicate=#2", 3, "1 #1  2 #2  2 #2  3 #3");
    check_datagrams("reorder=#2", 4, "1 #1  3 #3  3 #2  4 #4");
}

#[test]
fn the_last_datagram_waits_200_ms_for_one_to_pass_it() {
    check_datagrams("reorder=#3", 3, "1 #1  2 #2  203 #3");
}

#[test]
fn numbers_are_those_of_what_came_at_every_knob() {
    check_datagrams(
        "drop=#2,duplicate=#3,reorder=#1",
        3,
        "2 -2  3 #3  3 #1  3 #3",
    );
}

#[test]
fn all_and_none_are_all_and_none() {
    check_datagrams("drop=100%", 3, "1 -1  2 -2  3 -3");
    check_datagrams("drop=0%,duplicate=0%,reorder=0%", 2, "1 #1  2 #2");
    check_datagrams("reorder=100%", 4, "2 #2  2 #1  4 #4  4 #3");
}

#[test]
fn about_as_many_are_lost_as_it_says() {
    let knobs: Vec<DatagramKnob> = knob::parse("drop=30%").unwrap();
    let lost = |seed| {
        let left = fates(&knobs, seed, 1000);
        left.iter().filter(|left| left.what.lost).count()
    };
    for seed in 0..20 {
        assert!(
            (240..=360).contains(&lost(seed)),
            "seed {seed}: {}",
            lost(seed)
        );
    }
}

#[test]
fn two_knobs_of_one_chain_hit_different_datagrams() {
    let knobs: Vec<DatagramKnob> = knob::parse("drop=50%,duplicate=50%").unwrap();
    let left = fates(&knobs, 7, 200);
    let lost = left.iter().filter(|left| left.what.lost).count();
    let twice = left.len() - 200;
    // Half of those that are left, not all of them, nor none.
    assert!(
        lost > 60 && (20..=80).contains(&twice),
        "{lost} lost, {twice} twice"
    );
}

fn stream_knob() -> impl Strategy<Value = StreamKnob> {
    let time = (0..300_u64).prop_map(Duration::from_millis);
    prop_oneof![
        (1..9_usize, time.clone()).prop_map(|(bytes, every)| StreamKnob::Pieces { bytes, every }),
        Just(StreamKnob::Cut),
        time.clone().prop_map(StreamKnob::Glue),
        time.prop_map(StreamKnob::Delay),
        (0..40_usize).prop_map(StreamKnob::Stall),
        (0..40_usize).prop_map(StreamKnob::End),
        (0..40_usize).prop_map(StreamKnob::Reset),
    ]
}

fn is_harmless(knob: &StreamKnob) -> bool {
    use StreamKnob::{Cut, Delay, Glue, Pieces};
    matches!(knob, Pieces { .. } | Cut | Glue(_) | Delay(_))
}

fn coming() -> impl Strategy<Value = Vec<(u64, Vec<u8>)>> {
    let bytes = prop_oneof![
        "[ab汉é\n]{1,9}".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 1..9),
    ];
    proptest::collection::vec((0..200_u64, bytes), 0..12)
}

fn bytes_of(left: &[Passing<Stream>]) -> Vec<u8> {
    let bytes = left.iter().filter_map(|left| match &left.what {
        Stream::Bytes(bytes) => Some(bytes.as_slice()),
        _ => None,
    });
    bytes.collect::<Vec<_>>().concat()
}

fn play(knobs: &[StreamKnob], coming: &[(u64, Vec<u8>)], last: bool) -> Vec<Passing<Stream>> {
    play_and_look(knobs, coming, last, true)
}

fn play_and_look(
    knobs: &[StreamKnob],
    coming: &[(u64, Vec<u8>)],
    last: bool,
    looks: bool,
) -> Vec<Passing<Stream>> {
    let mut chain = stream::chain(knobs);
    let mut left = chain.start();
    let mut now = Duration::ZERO;
    for (wait, bytes) in coming {
        for _ in 0..*wait {
            now += Duration::from_millis(1);
            if looks && chain.due().is_some_and(|due| due <= now) {
                left.extend(chain.settle(now));
            }
        }
        left.extend(chain.put(Passing::new(now, Stream::Bytes(bytes.clone()))));
    }
    if last {
        left.extend(chain.put(Passing::new(now, Stream::End)));
    }
    left.extend(chain.settle(LATER));
    left
}

proptest! {
    #[test]
    fn bytes_keep_their_order_and_none_is_made_up(
        knobs in proptest::collection::vec(stream_knob(), 0..5), coming in coming(),
    ) {
        let all: Vec<u8> = coming.iter().flat_map(|(_, bytes)| bytes.clone()).collect();
        let left = bytes_of(&play(&knobs, &coming, true));
        prop_assert!(all.starts_with(&left));
        if knobs.iter().all(is_harmless) {
            prop_assert_eq!(left, all);
        }
    }

    #[test]
    fn what_leaves_is_in_the_order_of_its_times_and_none_before_it_came(
        knobs in proptest::collection::vec(stream_knob(), 0..5), coming in coming(),
    ) {
        let left = play(&knobs, &coming, true);
        prop_assert!(left.is_sorted_by_key(|left| left.at), "{:?}", left);
        // Byte for byte: the one that leaves is not earlier than the one that came.
        let mut now = 0;
        let came: Vec<Duration> = coming.iter().flat_map(|(wait, bytes)| {
            now += wait;
            vec![Duration::from_millis(now); bytes.len()]
        }).collect();
        let went = left.iter().flat_map(|left| match &left.what {
            Stream::Bytes(bytes) => vec![left.at; bytes.len()],
            _ => Vec::new(),
        });
        prop_assert!(came.iter().zip(went).all(|(came, went)| *came <= went));
    }

    #[test]
    fn nothing_comes_after_an_end_and_harmless_knobs_pass_it_on(
        knobs in proptest::collection::vec(stream_knob(), 0..5), coming in coming(),
    ) {
        let left = play(&knobs, &coming, true);
        let ends = left.iter().filter(|left| !matches!(left.what, Stream::Bytes(_))).count();
        if knobs.iter().all(is_harmless) {
            prop_assert_eq!(ends, 1);
        }
        if knobs.iter().filter(|knob| !is_harmless(knob)).count() < 2 {
            prop_assert!(ends <= 1);
            let last = left.iter().position(|left| !matches!(left.what, Stream::Bytes(_)));
            prop_assert!(last.is_none_or(|last| last + 1 == left.len()), "{:?}", left);
        }
    }

    /// `settle` says early what `put` would say late: nothing else depends on it.
    #[test]
    fn it_does_not_matter_how_often_one_looks(
        knobs in proptest::collection::vec(stream_knob(), 0..5), coming in coming(),
    ) {
        let looking = play_and_look(&knobs, &coming, true, true);
        prop_assert_eq!(looking, play_and_look(&knobs, &coming, true, false));
    }

    #[test]
    fn pieces_are_small_and_apart(
        bytes in 1..9_usize, every in 0..300_u64, coming in coming(),
    ) {
        let every = Duration::from_millis(every);
        let left = play(&[StreamKnob::Pieces { bytes, every }], &coming, false);
        for pair in left.windows(2) {
            prop_assert!(pair[1].at - pair[0].at >= every);
        }
        for piece in &left {
            prop_assert!(matches!(&piece.what, Stream::Bytes(all) if all.len() <= bytes));
        }
    }

    #[test]
    fn datagrams_are_whole_and_each_copy_is_one_that_came(
        words in proptest::collection::vec("(drop|duplicate|reorder)=([0-9]|[1-9][0-9])%", 1..5),
        seed in any::<u64>(), count in 0..60_u64,
    ) {
        let knobs: Vec<DatagramKnob> = knob::parse(&words.join(",")).unwrap();
        let left = fates(&knobs, seed, count);
        prop_assert_eq!(&left, &fates(&knobs, seed, count));
        prop_assert!(left.is_sorted_by_key(|left| left.at));
        let mut numbers: Vec<u64> = left.iter().map(|left| left.what.number).collect();
        for left in &left {
            prop_assert_eq!(&left.what.bytes, &left.what.number.to_string().into_bytes());
        }
        numbers.sort_unstable();
        numbers.dedup();
        prop_assert_eq!(numbers, (1..=count).collect::<Vec<_>>());
    }

    #[test]
    fn a_chain_reads_the_same_when_it_is_written_out(
        knobs in proptest::collection::vec(stream_knob(), 1..16),
    ) {
        let text = knobs.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        prop_assert_eq!(knob::parse::<StreamKnob>(&text), Ok(knobs));
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC*") {
        let _ = knob::parse::<StreamKnob>(&text);
        let _ = knob::parse::<DatagramKnob>(&text);
    }
}

#[test]
fn what_is_no_knob_is_named() {
    let check = |text: &str, expected: &str| {
        let found = knob::parse::<StreamKnob>(text).unwrap_err().to_string();
        assert_eq!(found, expected);
    };
    check(
        "cut,pieces=0",
        r#"bad knob "pieces=0": expected a whole number from 1 to 1073741824"#,
    );
    check(
        "delay=+5",
        r#"bad knob "delay=+5": expected a whole number from 0 to 60000"#,
    );
    check(
        "drop=5%",
        r#"bad knob "drop=5%": expected pieces=N, pieces=N@MS, cut, glue=MS, delay=MS, stall=N, end=N or reset=N"#,
    );
    let found = knob::parse::<DatagramKnob>("drop=5").unwrap_err();
    assert_eq!(found.to_string(), r#"bad knob "drop=5": expected P% or #K"#);
}
