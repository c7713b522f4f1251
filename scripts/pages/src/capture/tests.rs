//! A recording built by hand: every shape that a diagram can have, in eight packets.

use std::ops::Range;
use std::time::Duration;

use bilingual::Text;
use capture::{Capture, Field, Host, Kind, Layer, Packet, StateChange};
use session::Session;

use super::{Drawing, Drawn, hex, single, whole};
use crate::tags;

const SESSION: &str = "\
title zh 三台主机，一句你好
title en Three hosts and one 你好
host server 192.0.2.1
host alice 192.0.2.2
host bob 192.0.2.3
server $ cargo run --example 01_one_shot -- server 192.0.2.1:9999
server | 监听 listening on 192.0.2.1:9999
note zh Alice 连接。看 `SYN`。
note en Alice connects. Look at `SYN`.
alice $ cargo run --example 01_one_shot -- client 192.0.2.1:9999
alice _ 说：
alice > 你好
server | 对方 peer: 你好
alice ? 0
server ? 0
";

fn kind(id: &'static str) -> &'static Kind {
    Box::leak(Box::new(Kind {
        id,
        name: ("名", "name"),
        duty: ("它的用处 <1>。", "What it is for."),
        source: "RFC 9293 §3.1",
    }))
}

fn text(zh: &str, en: &str) -> Text {
    Text {
        zh: zh.to_owned(),
        en: en.to_owned(),
    }
}

fn field(bits: Range<usize>, id: &'static str, value: &str) -> Field {
    Field {
        bits,
        kind: kind(id),
        value: value.to_owned(),
        meaning: text("意思", "meaning"),
    }
}

fn packet(number: usize, ends: (usize, Option<usize>), label: &str, payload: &str) -> Packet {
    let from = u8::try_from(ends.0 + 1).expect("few hosts");
    let mut bytes = vec![2, 0, 0, 0, 1, 1, 2, 0, 0, 0, from, 1, 8, 0, 0x45];
    let mut layers = vec![
        Layer {
            number: 2,
            protocol: "Ethernet",
            bytes: 0..14,
            fields: vec![
                field(0..48, "eth.dst", "02:00:00:00:01:01"),
                field(48..96, "eth.src", "02:00:00:00:02:01"),
                field(96..112, "eth.type", "0x0800"),
            ],
        },
        Layer {
            number: 3,
            protocol: "IPv4",
            bytes: 14..15,
            fields: vec![
                field(112..116, "ip.version", "4"),
                field(116..120, "ip.ihl", "5"),
            ],
        },
    ];
    if !payload.is_empty() {
        bytes.extend(payload.as_bytes());
        let end = bytes.len();
        layers.push(Layer {
            number: 7,
            protocol: "data",
            bytes: 15..end,
            fields: vec![field(15 * 8..end * 8, "data", payload)],
        });
    }
    Packet {
        number,
        time: Duration::from_micros(number as u64 * 400 - 400),
        step: Some(3),
        lost: false,
        from: ends.0,
        to: ends.1,
        bytes,
        label: label.to_owned(),
        said: text("说明", "said"),
        layers,
        states: Vec::new(),
    }
}

fn hand() -> (Capture, Session) {
    let host = |name: &str, last| Host {
        name: name.to_owned(),
        addresses: vec![[192, 0, 2, last].into()],
    };
    let mut packets = vec![
        packet(1, (1, None), "who has 192.0.2.1?", ""),
        packet(2, (0, Some(1)), "192.0.2.1 is at 02:00:00:00:01:01", ""),
        packet(3, (1, Some(0)), "SYN", ""),
        packet(4, (0, Some(1)), "SYN, ACK", ""),
        packet(5, (1, Some(0)), "seq 1:7 ack 1", "你好"),
        packet(6, (1, Some(0)), "seq 1:7 ack 1", "你好"),
        packet(7, (0, Some(1)), "ack 7", ""),
        packet(8, (2, Some(0)), "SYN", ""),
    ];
    packets[2].states.push(StateChange {
        host: 1,
        state: "SYN-SENT",
    });
    packets[4].lost = true;
    for packet in &mut packets[4..7] {
        packet.step = Some(5);
    }
    packets[7].step = None;
    let capture = Capture {
        hosts: vec![host("server", 1), host("alice", 2), host("bob", 3)],
        packets,
    };
    let session = Session::parse(SESSION).expect("the session of the test");
    (capture, session)
}

fn drawing<'a>((capture, session): &'a (Capture, Session), first: bool) -> Drawing<'a> {
    Drawing {
        capture,
        session,
        name: "hand",
        first,
        file: "../captures/hand.pcapng",
        size: 1234,
    }
}

#[test]
fn a_capture_built_by_hand_comes_out_as_drawn() {
    let hand = hand();
    let html = whole(&drawing(&hand, true), &mut Drawn::default());
    let expected = include_str!("../../tests/fixture/expected/capture.html").replace("\r\n", "\n");
    let lines = expected.lines().zip(html.lines()).enumerate();
    let different = lines.filter(|(_, (expected, drawn))| expected != drawn);
    let first = different.map(|(at, (expected, drawn))| format!("{}: {expected}\n{drawn}", at + 1));
    assert!(
        expected == html,
        "tests/fixture/expected/capture.html differs from what is drawn, first in line {}\nif this is right, put this there:\n{html}",
        first.take(1).collect::<String>()
    );
}

/// Without what mdBook copies as it is.
fn parsed(html: &str) -> String {
    let mut parts = html.split("<svg><style>");
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.split_once("</style></svg>").expect("the end").1);
    rest.fold(first, |all, part| all + part)
}

#[test]
fn its_html_is_one_block_with_every_tag_closed_and_every_id_recorded() {
    let hand = hand();
    for first in [true, false] {
        let mut drawn = Drawn::default();
        let html = whole(&drawing(&hand, first), &mut drawn);
        assert!(!html.contains("\n\n"), "a blank line ends the block");
        let html = parsed(&html);
        assert!(tags::balanced(&html));
        let ids: Vec<String> = tags::attribute(&html, "id")
            .into_iter()
            .map(|(_, id)| id)
            .collect();
        let mut told = drawn.ids.clone();
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        told.sort_unstable();
        assert_eq!(told, sorted);
        for (_, target) in tags::attribute(&html, "href") {
            let Some(id) = target.strip_prefix('#') else {
                continue;
            };
            assert!(ids.iter().any(|known| known == id), "#{id} leads nowhere");
        }
    }
}

#[test]
fn packets_of_the_first_capture_have_short_ids_and_the_others_their_captures_name() {
    let hand = hand();
    let html = whole(&drawing(&hand, true), &mut Drawn::default());
    assert!(html.contains("<li class=\"cap-packet layer-7 to-left lost\" id=\"packet-5\""));
    assert!(html.contains("<a href=\"#packet-5-bytes\" id=\"hand-packet-5\">"));
    let html = whole(&drawing(&hand, false), &mut Drawn::default());
    assert!(html.contains("id=\"hand-packet-5\""));
    assert!(!html.contains("\"packet-5\""));
}

#[test]
fn a_kind_of_field_is_explained_once_on_a_page() {
    let hand = hand();
    let mut drawn = Drawn::default();
    let html = whole(&drawing(&hand, true), &mut drawn);
    assert_eq!(html.matches("<dt id=field-eth-dst>").count(), 1);
    let again = single(&drawing(&hand, false), &hand.0.packets[4], &mut drawn);
    assert!(!again.contains("id=field-"));
    assert!(again.contains("<tr class=data>"));
}

#[test]
fn packets_stand_behind_the_step_that_caused_them_and_point_at_each_other() {
    let hand = hand();
    let html = whole(&drawing(&hand, true), &mut Drawn::default());
    let html = parsed(&html);
    let order: Vec<String> = tags::attribute(&html, "id")
        .into_iter()
        .map(|(_, id)| id)
        .filter(|id| !id.ends_with("-bytes") && !id.starts_with("hand-packet"))
        .collect();
    let expected = "capture-hand packet-8 hand-step-1 hand-step-2 hand-step-3 hand-step-4 packet-1 \
        packet-2 packet-3 packet-4 hand-step-6 packet-5 packet-6 packet-7 hand-step-7 hand-step-8 \
        hand-step-9";
    assert_eq!(order.join(" "), expected);
    // The step leads to the packet that carries what was typed.
    let step = html.split("id=\"hand-step-6\"").nth(1).expect("the step");
    let link = step.split("href=\"").nth(1).expect("its link");
    assert!(link.starts_with("#packet-5\""), "{link:.40}");
}

#[test]
fn a_broadcast_reaches_every_host_of_its_wire() {
    let hand = hand();
    let html = whole(&drawing(&hand, true), &mut Drawn::default());
    let row = html.split("id=\"packet-1\"").nth(1).expect("the packet");
    let row = row.split("</li>").next().expect("its end");
    assert_eq!(row.matches("class=\"cap-arrow").count(), 2, "{row}");
    assert!(html.contains("<li class=\"cap-packet layer-3 to-both\" id=\"packet-1\""));
}

#[track_caller]
fn dumped(bytes: &[u8], text_from: usize, expected: &str) {
    let mut out = String::new();
    hex::dump(&mut out, bytes, text_from);
    assert_eq!(out, expected);
}

#[test]
fn text_stands_beside_the_bytes_and_a_character_at_its_first() {
    dumped(
        b"A\x00<\xe4\xbd\xa0",
        6,
        "0000  41 00 3c e4 bd a0                                A·&lt;···",
    );
    dumped(
        b"A\x00<\xe4\xbd\xa0",
        3,
        "0000  41 00 3c e4 bd a0                                A·&lt;你",
    );
    dumped(
        b"0123456789abcdef\xff",
        0,
        "0000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef\n\
         0010  ff                                               ·",
    );
}
