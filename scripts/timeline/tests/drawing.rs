//! What is drawn of a recording built by hand: every shape that a diagram can have, in eight
//! packets.

use std::ops::Range;
use std::time::Duration;

use bilingual::{Lang, Text};
use capture::{Capture, Field, Host, Kind, Layer, Packet, StateChange};
use session::Session;

use timeline::html::{self, Drawing, Drawn};
use timeline::{Timeline, text};

#[path = "../../bilingual/tests/support/snapshot.rs"]
mod snapshot;

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

fn hand() -> Timeline {
    let host = |name: &str, last| Host {
        name: name.to_owned(),
        cards: vec![session::Card {
            addresses: vec![[192, 0, 2, last].into()],
        }],
        translates: false,
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
    Timeline::of_capture(capture, &session)
}

fn drawing(timeline: &Timeline, first: bool) -> Drawing<'_> {
    Drawing {
        timeline,
        name: "hand",
        first,
        files: "../captures/hand",
        size: 1234,
    }
}

/// Compares with `tests/expected/NAME`.
#[track_caller]
fn drawn(name: &str, text: &str) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expected");
    snapshot::check_file(&folder.join(name), text);
}

#[test]
fn a_capture_is_drawn_as_html() {
    let hand = hand();
    let html = html::capture(&drawing(&hand, true), &mut Drawn::default());
    assert!(!html.contains("\n\n"), "a blank line ends the block");
    drawn("capture.html", &html);
}

#[test]
fn a_packet_alone_is_drawn_as_html() {
    let hand = hand();
    let html = html::single(&drawing(&hand, false), 5, &mut Drawn::default());
    drawn("packet.html", &html);
}

#[test]
fn a_session_is_drawn_as_html() {
    let session = Session::parse(SESSION).expect("the session of the test");
    drawn(
        "session.html",
        &html::session(&Timeline::of_session(&session), "session-hand"),
    );
}

#[test]
fn both_are_drawn_as_text_of_80_columns() {
    let session = Session::parse(SESSION).expect("the session of the test");
    let session = Timeline::of_session(&session);
    drawn("session.txt", &text::draw(&session, Lang::En, 80));
    drawn("capture.txt", &text::draw(&hand(), Lang::Zh, 80));
}

#[test]
fn the_tables_and_the_data_of_a_recording_are_drawn() {
    drawn("tables.html", &timeline::data::page("hand", &hand()));
    drawn("data.js", &timeline::data::script("hand", &hand()));
}

#[test]
fn every_id_is_recorded() {
    let hand = hand();
    for first in [true, false] {
        let mut known = Drawn::default();
        let html = html::capture(&drawing(&hand, first), &mut known);
        let mut ids: Vec<&str> = html
            .split(" id=\"")
            .skip(1)
            .filter_map(|id| id.split('"').next())
            .collect();
        ids.sort_unstable();
        known.ids.sort_unstable();
        assert_eq!(known.ids, ids);
        for target in html
            .split(" href=\"#")
            .skip(1)
            .filter_map(|id| id.split('"').next())
        {
            assert!(ids.contains(&target), "#{target} leads nowhere");
        }
    }
}

#[test]
fn packets_of_the_first_capture_have_short_ids_and_the_others_their_captures_name() {
    let hand = hand();
    let html = html::capture(&drawing(&hand, true), &mut Drawn::default());
    assert!(html.contains("<li class=\"packet layer-7 to-left lost\" id=\"packet-5\""));
    assert!(html.contains("<a href=\"../captures/hand.html#packet-5\" id=\"hand-packet-5\">"));
    let html = html::capture(&drawing(&hand, false), &mut Drawn::default());
    assert!(html.contains("id=\"hand-packet-5\""));
    assert!(!html.contains("\"packet-5\""));
}

#[test]
fn packets_stand_behind_the_step_that_caused_them_and_point_at_each_other() {
    let hand = hand();
    let html = html::capture(&drawing(&hand, true), &mut Drawn::default());
    let order: Vec<&str> = html
        .split(" id=\"")
        .skip(1)
        .filter_map(|id| id.split('"').next())
        .filter(|id| !id.starts_with("hand-packet"))
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
    let html = html::capture(&drawing(&hand, true), &mut Drawn::default());
    let row = html.split("id=\"packet-1\"").nth(1).expect("the packet");
    let row = row.split("</li>").next().expect("its end");
    assert_eq!(row.matches("class=\"arrow").count(), 2, "{row}");
    assert!(html.contains("<li class=\"packet layer-3 to-both\" id=\"packet-1\""));
}

#[test]
fn what_programs_and_wires_say_stays_text() {
    let mut hand = hand();
    let script = "</script><script>alert(1)</script>{{#include x}}";
    hand.title = text("题", script);
    hand.lanes[0].name = script.to_owned();
    for moment in &mut hand.moments {
        if let timeline::What::Sent(sent) = &mut moment.what {
            sent.packet.label = script.to_owned();
            sent.packet.said = text(script, script);
        }
    }
    let drawn = [
        html::capture(&drawing(&hand, true), &mut Drawn::default()),
        html::single(&drawing(&hand, true), 5, &mut Drawn::default()),
        timeline::data::page("hand", &hand),
    ];
    for html in drawn {
        assert!(!html.contains("alert(1)<"), "{html}");
        assert!(!html.contains("<script>alert"), "{html}");
    }
}
