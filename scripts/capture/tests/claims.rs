//! What the pages say of the recordings, held against the recordings.
//!
//! A recording that is made anew keeps its order and sizes; these are the words and the times
//! that a page adds to it.

#[path = "support/captures.rs"]
mod captures;

use std::fs;
use std::path::Path;
use std::time::Duration;

use capture::{Capture, Field, Packet};
use captures::{Recording, named as story};
use session::Action;

const MS: Duration = Duration::from_millis(1);

/// A field; `None` for a packet that does not have it.
fn field<'a>(packet: &'a Packet, kind: &str) -> Option<&'a Field> {
    let mut fields = packet.layers.iter().flat_map(|layer| &layer.fields);
    fields.find(|field| field.kind.id == kind)
}

/// The value of a field, as a number.
fn value(packet: &Packet, kind: &str) -> Option<u64> {
    let bits = field(packet, kind)?.bits.clone();
    Some(bits.fold(0, |number, bit| {
        let octet = packet.bytes[bit / 8];
        number << 1 | u64::from(octet >> (7 - bit % 8) & 1)
    }))
}

fn flag(packet: &Packet, kind: &str) -> bool {
    value(packet, kind) == Some(1)
}

/// The bytes after the last header: what the program gave.
fn payload(packet: &Packet) -> &[u8] {
    let data = packet.layers.iter().find(|layer| layer.protocol == "data");
    data.map_or(&[], |layer| &packet.bytes[layer.bytes.clone()])
}

fn sent_by<'a>(capture: &'a Capture, host: &str) -> Vec<&'a Packet> {
    let sender = |packet: &&Packet| capture.hosts[packet.from].name == host;
    capture.packets.iter().filter(sender).collect()
}

/// The packets that each step caused: `client > 你好` is the nth `>`.
fn caused_by(recording: &Recording, cause: impl Fn(&Action) -> bool) -> Vec<&Packet> {
    let steps = &recording.session.steps;
    let packets = recording.capture.packets.iter();
    packets
        .filter(|packet| packet.step.is_some_and(|step| cause(&steps[step].action)))
        .collect()
}

#[track_caller]
fn is_between(time: Duration, least: Duration, most: Duration) {
    assert!(least <= time && time <= most, "{time:?}");
}

#[test]
fn refused_is_one_syn_and_a_reset_at_once() {
    let recording = story("refused");
    let [.., syn, reset] = &recording.capture.packets[..] else {
        panic!("too few packets");
    };
    assert!(flag(syn, "tcp.syn") && flag(reset, "tcp.rst"));
    is_between(reset.time - syn.time, Duration::ZERO, 50 * MS);
}

/// The router, which is a firewall, answers the SYN; the server listens and hears nothing.
#[track_caller]
fn answer_of_the_firewall(recording: &Recording) -> &Packet {
    let capture = &recording.capture;
    let [.., syn, answer] = &capture.packets[..] else {
        panic!("too few packets");
    };
    assert!(flag(syn, "tcp.syn"));
    is_between(answer.time - syn.time, Duration::ZERO, 50 * MS);
    assert_eq!(capture.hosts[answer.from].name, "router");
    assert!(sent_by(capture, "server").is_empty());
    let server = capture.hosts.iter().position(|host| host.name == "server");
    let reached = |packet: &Packet| packet.to == server;
    assert!(!capture.packets.iter().any(reached));
    answer
}

#[test]
fn a_firewall_resets_in_the_name_of_a_server_that_hears_nothing() {
    let recording = story("refused_by_firewall");
    let reset = answer_of_the_firewall(&recording);
    assert!(flag(reset, "tcp.rst"));
    assert_eq!(value(reset, "ip.src"), Some(0xc633_6402)); // 198.51.100.2
    assert_eq!(value(reset, "ip.ttl"), Some(64));
}

#[test]
fn a_firewall_says_prohibited_with_icmp() {
    let recording = story("prohibited");
    let said = answer_of_the_firewall(&recording);
    let code = (value(said, "icmp.type"), value(said, "icmp.code"));
    assert_eq!(code, (Some(3), Some(13)));
    assert_eq!(value(said, "ip.src"), Some(0xc000_0201)); // 192.0.2.1
}

#[test]
fn unanswered_is_the_same_syn_five_times_about_a_second_apart() {
    let recording = story("unanswered");
    let all = recording.capture.packets.iter();
    let tcp: Vec<_> = all
        .filter(|packet| value(packet, "tcp.seq").is_some())
        .collect();
    assert_eq!(tcp.len(), 5);
    for pair in tcp.windows(2) {
        assert!(pair[1].lost && flag(pair[1], "tcp.syn"));
        assert_eq!(value(pair[0], "tcp.seq"), value(pair[1], "tcp.seq"));
        is_between(pair[1].time - pair[0].time, 900 * MS, 1200 * MS);
    }
}

#[test]
fn nine_of_eleven_packets_come_before_anyone_calls_accept() {
    let recording = story("connect_not_accepted");
    assert_eq!(recording.capture.packets.len(), 11);
    let client = caused_by(
        &recording,
        |action| matches!(action, Action::Start { actor, .. } if actor == "client"),
    );
    assert_eq!(client.len(), 9);
    assert!(
        client
            .iter()
            .any(|packet| payload(packet) == "你好".as_bytes())
    );
}

#[test]
fn a_lost_segment_comes_again_with_the_same_numbers_after_about_a_quarter_of_a_second() {
    let recording = story("lost_segment");
    let packets = &recording.capture.packets;
    let lost = packets.iter().position(|packet| packet.lost).unwrap_or(0);
    let (first, again) = (&packets[lost], &packets[lost + 1]);
    assert_eq!(value(first, "tcp.seq"), value(again, "tcp.seq"));
    assert_eq!(payload(first), "第二句\n".as_bytes());
    assert_eq!(payload(first), payload(again));
    is_between(again.time - first.time, 200 * MS, 300 * MS);
}

/// The lost packet, and the one that repeats it.
#[track_caller]
fn lost_and_again(recording: &Recording) -> (&Packet, &Packet) {
    let packets = &recording.capture.packets;
    let at = packets
        .iter()
        .position(|packet| packet.lost)
        .expect("a lost packet");
    let lost = &packets[at];
    let same = |packet: &&Packet| {
        packet.from == lost.from
            && ["tcp.seq", "tcp.syn", "tcp.fin"]
                .iter()
                .all(|kind| value(packet, kind) == value(lost, kind))
    };
    let again = packets[at + 1..]
        .iter()
        .find(same)
        .expect("the same once more");
    (lost, again)
}

#[test]
fn a_syn_comes_again_after_a_second_and_a_fin_after_a_quarter() {
    for name in ["lost_syn", "lost_syn_ack"] {
        let recording = story(name);
        let (lost, again) = lost_and_again(&recording);
        assert!(flag(lost, "tcp.syn"), "{name}");
        is_between(again.time - lost.time, 900 * MS, 1200 * MS);
    }
    for name in ["lost_fin", "lost_second_fin"] {
        let recording = story(name);
        let (lost, again) = lost_and_again(&recording);
        assert!(flag(lost, "tcp.fin"), "{name}");
        is_between(again.time - lost.time, 150 * MS, 400 * MS);
    }
}

/// Neither is it sent again: its peer repeats what it has acknowledged.
#[test]
fn a_lost_acknowledgment_brings_what_it_acknowledged_once_more() {
    for name in [
        "lost_handshake_ack",
        "lost_fin_ack",
        "lost_last_ack",
        "lost_ack",
    ] {
        let recording = story(name);
        let packets = &recording.capture.packets;
        let at = packets
            .iter()
            .position(|packet| packet.lost)
            .expect("a lost packet");
        let (lost, again) = (&packets[at], &packets[at + 1]);
        assert!(
            payload(lost).is_empty() && !flag(lost, "tcp.fin") && !flag(lost, "tcp.syn"),
            "{name}"
        );
        assert_ne!(lost.from, again.from, "{name}");
        let before = packets[..at]
            .iter()
            .rfind(|packet| packet.from == again.from);
        let seq = |packet: &Packet| value(packet, "tcp.seq");
        assert_eq!(before.map(seq), Some(seq(again)), "{name}");
    }
    // With data, the next segment says the same.
    let recording = story("lost_handshake_ack_data");
    let packets = &recording.capture.packets;
    let at = packets
        .iter()
        .position(|packet| packet.lost)
        .expect("a lost packet");
    assert_eq!(packets[at].from, packets[at + 1].from);
    assert_eq!(
        value(&packets[at], "tcp.ack"),
        value(&packets[at + 1], "tcp.ack")
    );
    assert_eq!(payload(&packets[at + 1]), "你好\n".as_bytes());
}

#[test]
fn a_probe_comes_first_and_each_timeout_is_twice_the_one_before() {
    let recording = story("lost_again");
    let client = sent_by(&recording.capture, "client");
    let same: Vec<_> = client
        .iter()
        .filter(|packet| payload(packet) == "第二句\n".as_bytes())
        .map(|packet| packet.time)
        .collect();
    let [first, probe, timeout, doubled] = same[..] else {
        panic!("{} times", same.len());
    };
    is_between(probe - first, 200 * MS, 300 * MS);
    is_between(timeout - probe, 180 * MS, 300 * MS);
    let ratio = (doubled - timeout).as_secs_f64() / (timeout - probe).as_secs_f64();
    assert!((1.7..=2.3).contains(&ratio), "{ratio}");
}

#[test]
fn three_duplicate_acknowledgments_bring_a_segment_again_within_a_round_trip() {
    let recording = story("fast_retransmit");
    let (lost, again) = lost_and_again(&recording);
    is_between(again.time - lost.time, 10 * MS, 30 * MS);
    let client = sent_by(&recording.capture, "client");
    let duplicates = client
        .iter()
        .filter(|packet| packet.time < again.time && packet.label.contains("duplicate ack"))
        .count();
    assert!(duplicates >= 3, "{duplicates}");
}

#[test]
fn a_syn_during_time_wait_makes_a_connection_at_once() {
    let recording = story("time_wait_syn");
    let packets = &recording.capture.packets;
    let syns: Vec<_> = packets
        .iter()
        .filter(|packet| flag(packet, "tcp.syn") && !flag(packet, "tcp.flag.ack"))
        .collect();
    let [old, new] = syns[..] else {
        panic!("{} SYNs", syns.len());
    };
    assert_eq!(value(old, "tcp.src"), value(new, "tcp.src"));
    let answer = packets
        .iter()
        .find(|packet| packet.time > new.time)
        .expect("an answer");
    assert!(flag(answer, "tcp.syn") && flag(answer, "tcp.flag.ack"));
    is_between(answer.time - new.time, MS, 50 * MS);
}

#[test]
fn the_window_closes_while_712_bytes_wait_and_the_probes_double_their_time() {
    let recording = story("zero_window");
    assert_eq!(recording.capture.packets.len(), 17);
    let server = sent_by(&recording.capture, "server");
    let closed = server
        .iter()
        .find(|packet| value(packet, "tcp.window") == Some(0));
    let closed = closed.expect("a window of 0").time;
    let client = sent_by(&recording.capture, "client");
    let later: Vec<_> = client
        .iter()
        .filter(|packet| packet.time > closed)
        .collect();
    let [first, second, rest, _ack] = later[..] else {
        panic!("{} packets after the window closed", later.len());
    };
    assert!(payload(first).is_empty() && payload(second).is_empty());
    let (before, between) = (first.time - closed, second.time - first.time);
    is_between(between, before * 3 / 2, before * 5 / 2);
    assert_eq!(payload(rest).len(), 712);
    assert!(flag(rest, "tcp.fin"));
    let typed = caused_by(&recording, |action| matches!(action, Action::Type { .. }));
    assert!(value(typed[0], "tcp.window") > Some(0) && payload(typed[0]).is_empty());
}

#[test]
fn nagle_waits_for_the_acknowledgment_and_nodelay_does_not() {
    let second_round = |name: &str| {
        let recording = story(name);
        let parts = sent_by(&recording.capture, "client").into_iter();
        let parts: Vec<_> = parts.filter(|packet| !payload(packet).is_empty()).collect();
        assert_eq!(parts.len(), 4, "two rounds of two parts");
        let mut answers = sent_by(&recording.capture, "server").into_iter();
        let answer = answers.rfind(|packet| !payload(packet).is_empty());
        // The answer needs 5 ms more to reach the client.
        let round_trip = answer.expect("an answer").time - parts[2].time + 5 * MS;
        (parts[3].time - parts[2].time, round_trip, parts[1].number)
    };
    let (apart, round_trip, _) = second_round("nagle");
    is_between(apart, 40 * MS, 70 * MS);
    is_between(round_trip, 50 * MS, 80 * MS);
    let (apart, round_trip, number) = second_round("nodelay");
    is_between(apart, Duration::ZERO, 2 * MS);
    is_between(round_trip, 10 * MS, 20 * MS);
    assert_eq!(number, 7, "the page shows packet 7");
}

#[test]
fn a_close_with_unread_input_is_an_answer_and_a_reset_without_fin() {
    let recording = story("reset");
    let server = sent_by(&recording.capture, "server");
    assert!(server.iter().all(|packet| !flag(packet, "tcp.fin")));
    let answer = server
        .iter()
        .position(|packet| payload(packet) == "够了\n".as_bytes());
    let reset = server.iter().position(|packet| flag(packet, "tcp.rst"));
    assert!(answer.is_some() && answer < reset);
}

#[test]
fn the_first_send_to_a_peer_that_has_gone_gets_a_reset_and_the_second_sends_nothing() {
    let recording = story("broken_pipe");
    let typed = |words: &str| {
        caused_by(
            &recording,
            |action| matches!(action, Action::Type { text, .. } if text == words),
        )
    };
    let [data, reset] = typed("你好")[..] else {
        panic!("not a segment and its answer");
    };
    assert_eq!(payload(data), "你好\n".as_bytes());
    assert!(flag(reset, "tcp.rst"));
    assert!(typed("还在吗").is_empty());
}

#[test]
fn after_one_fin_the_other_direction_still_delivers() {
    let recording = story("half_close");
    let packets = &recording.capture.packets;
    let fin = packets.iter().position(|packet| flag(packet, "tcp.fin"));
    let late = packets
        .iter()
        .position(|packet| payload(packet) == "我还没说完\n".as_bytes());
    assert!(fin.is_some() && fin < late);
    assert_ne!(
        packets[fin.unwrap_or(0)].from,
        packets[late.unwrap_or(0)].from
    );
}

#[test]
fn two_fins_cross_and_both_ends_pass_through_closing() {
    let recording = story("simultaneous_close");
    let capture = &recording.capture;
    let packets = capture.packets.iter();
    let fins: Vec<_> = packets.filter(|packet| flag(packet, "tcp.fin")).collect();
    let [first, second] = fins[..] else {
        panic!("{} FINs", fins.len());
    };
    assert_ne!(first.from, second.from);
    let delay = recording.session.delay.expect("a long wire").time;
    assert_eq!(delay, 450 * MS);
    is_between(second.time - first.time, 250 * MS, delay - MS);
    for (host, first) in ["SYN-SENT", "SYN-RECEIVED"].into_iter().enumerate() {
        let changes = capture.packets.iter().flat_map(|packet| &packet.states);
        let changes = changes.filter(|change| change.host == host);
        let states: Vec<_> = changes.map(|change| change.state).collect();
        let rest = ["ESTABLISHED", "FIN-WAIT-1", "CLOSING", "TIME-WAIT"];
        assert_eq!(states, [&[first][..], &rest].concat());
    }
}

/// Two would stand on top of each other.
#[test]
fn a_packet_has_one_new_state_of_a_host_at_most() {
    for recording in captures::all() {
        for packet in &recording.capture.packets {
            let mut hosts: Vec<_> = packet.states.iter().map(|change| change.host).collect();
            hosts.sort_unstable();
            let changes = hosts.len();
            hosts.dedup();
            assert_eq!(hosts.len(), changes, "{} {}", recording.name, packet.number);
        }
    }
}

#[test]
fn a_datagram_to_nobody_comes_back_as_port_unreachable() {
    let recording = story("udp_refused");
    let last = recording.capture.packets.last().expect("packets");
    assert_eq!(
        (value(last, "icmp.type"), value(last, "icmp.code")),
        (Some(3), Some(3))
    );
}

#[test]
fn a_router_changes_mac_addresses_and_ttl_but_no_ip_address() {
    let recording = story("journey");
    let message = |host: &str| {
        let sent = sent_by(&recording.capture, host).into_iter();
        let mut sent = sent.filter(|packet| payload(packet) == "你好".as_bytes());
        sent.next().expect("the message").clone()
    };
    let (before, after) = (message("client"), message("router"));
    for kind in [
        "ip.src",
        "ip.dst",
        "tcp.src",
        "tcp.dst",
        "tcp.seq",
        "tcp.checksum",
    ] {
        assert_eq!(value(&before, kind), value(&after, kind), "{kind}");
    }
    for kind in ["eth.src", "eth.dst", "ip.checksum"] {
        assert_ne!(value(&before, kind), value(&after, kind), "{kind}");
    }
    assert_eq!(value(&before, "ip.ttl"), Some(64));
    assert_eq!(value(&after, "ip.ttl"), Some(63));
}

/// The value of a field, as it is shown.
fn words(packet: &Packet, kind: &str) -> Option<String> {
    Some(field(packet, kind)?.value.clone())
}

#[test]
fn a_host_gets_the_address_that_it_was_offered_and_only_the_client_broadcasts() {
    let recording = story("dhcp");
    let capture = &recording.capture;
    let [
        discover,
        offer,
        request,
        ack,
        probe,
        asks,
        is_at,
        echo,
        reply,
    ] = &capture.packets[..]
    else {
        panic!("{} packets", capture.packets.len());
    };
    let host = |name: &str| capture.hosts.iter().position(|host| host.name == name);
    let (client, server) = (host("client"), host("server"));
    let four = [discover, offer, request, ack];
    let types = four.map(|packet| words(packet, "dhcp.option.type"));
    assert_eq!(
        types,
        ["1", "2", "3", "5"].map(|kind| Some(kind.to_owned()))
    );
    let ends = four.map(|packet| (Some(packet.from), packet.to));
    assert_eq!(ends[0], (client, None));
    assert_eq!(ends[1], (server, client));
    assert_eq!(ends, [ends[0], ends[1], ends[0], ends[1]]);
    let transaction = words(discover, "dhcp.xid");
    let (offered, hour) = (Some("192.168.1.100".to_owned()), Some("3600".to_owned()));
    for packet in four {
        assert_eq!(words(packet, "dhcp.xid"), transaction);
        assert_eq!(words(packet, "dhcp.broadcast").as_deref(), Some("0"));
        let asks = packet.from == discover.from;
        let source = if asks { "0.0.0.0" } else { "192.168.1.1" };
        assert_eq!(words(packet, "ip.src").as_deref(), Some(source));
        let destination = if asks {
            "255.255.255.255"
        } else {
            "192.168.1.100"
        };
        assert_eq!(words(packet, "ip.dst").as_deref(), Some(destination));
        if !asks {
            assert_eq!(words(packet, "dhcp.yiaddr"), offered);
            assert_eq!(words(packet, "dhcp.option.lease"), hour);
            let renewal = words(packet, "dhcp.option.t1");
            assert_eq!(renewal.as_deref(), Some("1800"), "half of the lease");
            let router = words(packet, "dhcp.option.router");
            assert_eq!(router.as_deref(), Some("192.168.1.1"));
        }
    }
    assert_eq!(words(request, "dhcp.option.requested"), offered);
    assert_eq!(
        words(request, "dhcp.option.server").as_deref(),
        Some("192.168.1.1")
    );
    // Nobody answers the probe; then the address is the client's.
    let sender = |packet: &Packet| words(packet, "arp.sender.ip");
    assert_eq!(
        (sender(probe).as_deref(), probe.to),
        (Some("0.0.0.0"), None)
    );
    assert_eq!(words(probe, "arp.target.ip"), offered);
    assert_eq!(sender(asks), offered);
    assert_eq!(is_at.to, client);
    assert_eq!(words(echo, "ip.src"), offered);
    assert_eq!(words(reply, "ip.dst"), offered);
}

#[test]
fn a_page_that_counts_the_packets_of_a_recording_counts_right() {
    let book = Path::new("../../book");
    let recordings = captures::all();
    let mut counted = 0;
    for page in [
        "layers/transport.md",
        "tcp/connection.md",
        "tcp/reliability.md",
        "reference/errors.md",
        "sockets/socket.md",
    ] {
        let text = fs::read_to_string(book.join(page)).expect("a page");
        let summaries = text.split("<summary>录下的 ").skip(1);
        for rest in summaries {
            let Some((count, rest)) = rest.split_once(" 个包") else {
                continue;
            };
            let name = rest
                .split_once("{{#capture ")
                .and_then(|(_, name)| name.split_once("}}"));
            let (name, _) = name.expect("a capture under its summary");
            let found = recordings.iter().find(|one| one.name == name);
            let packets = found.map(|one| one.capture.packets.len());
            assert_eq!(count.parse().ok(), packets, "{page}: {name}");
            counted += 1;
        }
    }
    assert!(
        counted > 0,
        "no page counts packets any more: this test can go"
    );
}
