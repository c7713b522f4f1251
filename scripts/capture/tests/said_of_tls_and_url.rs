//! What `layers/session-presentation` and `layers/web-request` say of their packets.

#[path = "support/captures.rs"]
mod captures;

use capture::{Capture, Packet};
use captures::packet;

fn story(name: &str) -> Capture {
    captures::named(name).capture
}

fn has(packet: &Packet, text: &str) -> bool {
    let text = text.as_bytes();
    packet.bytes.windows(text.len()).any(|bytes| bytes == text)
}

/// The last `size` bytes of a packet: what TCP or UDP carried.
fn payload(packet: &Packet, size: usize) -> &[u8] {
    &packet.bytes[packet.bytes.len() - size..]
}

#[test]
fn the_name_is_plain_in_packet_6_and_the_words_are_nowhere() {
    let capture = story("tls");
    assert!(has(packet(&capture, 6), "server.test"));
    for other in &capture.packets {
        assert!(!has(other, "你好"), "the message is encrypted");
        let certificate_or_name = other.label.contains("ClientHello");
        assert_eq!(has(other, "server.test"), certificate_or_name);
    }
}

#[test]
fn packet_11_is_a_record_of_23_around_6_bytes() {
    let capture = story("tls");
    let message = packet(&capture, 11);
    // Ethernet 14, IP 20, TCP 32, the record's header 5, then 6 + 1 + 16.
    assert_eq!(message.bytes.len(), 14 + 20 + 32 + 5 + 6 + 1 + 16);
    assert_eq!(payload(message, 28)[..5], [23, 3, 3, 0, 23]);
    for close_notify in [12, 15] {
        let record = payload(packet(&capture, close_notify), 24);
        assert_eq!(record[..5], [23, 3, 3, 0, 19]);
    }
    assert_eq!(packet(&capture, 13).label, "FIN, ACK");
}

#[test]
fn the_path_of_the_url_has_its_steps_where_the_page_says() {
    let capture = story("url_journey");
    let names: Vec<&str> = capture
        .hosts
        .iter()
        .map(|host| host.name.as_str())
        .collect();
    assert_eq!(names, ["browser", "nameserver", "proxy", "app"]);
    let question = packet(&capture, 3);
    assert!(has(question, "\u{3}www\u{8}workbook\u{4}test"));
    let udp = |packet: &Packet| packet.bytes.len() - 14 - 20 - 8;
    assert_eq!((udp(question), udp(packet(&capture, 4))), (35, 51));
    let labels: Vec<&str> = (7..=9)
        .map(|n| packet(&capture, n).label.as_str())
        .collect();
    assert_eq!(labels, ["SYN", "SYN, ACK", "ack 1"]);
    let (asked, passed_on) = (packet(&capture, 10), packet(&capture, 17));
    for request in [asked, passed_on] {
        assert!(has(request, "\r\nHost: www.workbook.test\r\n"));
    }
    for added in [
        "\r\nVia: 1.1 proxy\r\n",
        "\r\nX-Forwarded-For: 192.0.2.1\r\n",
    ] {
        assert!(!has(asked, added) && has(passed_on, added));
    }
    let arp = packet(&capture, 12);
    assert_eq!(names[arp.from], "proxy");
    assert!(has(packet(&capture, 23), "你从 192.0.2.1 来。"));
    // Addresses stand at the same place in every IPv4 packet: bytes 26 to 33.
    let ends = |packet: &Packet| (packet.bytes[29], packet.bytes[33]);
    let ip = capture
        .packets
        .iter()
        .filter(|packet| packet.bytes[12..14] == [8, 0]);
    for (from, to) in ip.map(ends) {
        assert!(
            !matches!((from, to), (1, 90) | (90, 1)),
            "browser and app never meet"
        );
    }
}

/// The values of the fields of this kind.
fn values<'a>(packet: &'a Packet, kind: &str) -> Vec<&'a str> {
    let fields = packet.layers.iter().flat_map(|layer| &layer.fields);
    let fields = fields.filter(|field| field.kind.id == kind);
    fields.map(|field| field.value.as_str()).collect()
}

#[test]
fn nginx_hands_on_thirteen_pairs_and_adds_four_lines_to_the_answer() {
    let recording = captures::named("nginx");
    let capture = &recording.capture;
    let [asked, passed_on, answered, shown] = [10, 17, 19, 23].map(|n| packet(capture, n));
    let names: Vec<&str> = capture.hosts.iter().map(|host| &*host.name).collect();
    let ends = |packet: &Packet| (names[packet.from], packet.to.map(|to| names[to]));
    assert_eq!(ends(asked), ("browser", Some("proxy")));
    assert_eq!(ends(passed_on), ("proxy", Some("app")));
    assert_eq!(ends(answered), ("app", Some("proxy")));
    assert_eq!(ends(shown), ("proxy", Some("browser")));

    let pairs = values(passed_on, "uwsgi.name");
    let (fields, added): (Vec<&str>, Vec<&str>) =
        pairs.iter().partition(|name| name.starts_with("HTTP_"));
    assert_eq!(fields, ["HTTP_HOST", "HTTP_CONNECTION"]);
    assert!(
        added.len() == 11 && added.contains(&"REMOTE_ADDR"),
        "{added:?}"
    );
    assert_eq!(values(passed_on, "uwsgi.datasize"), ["275"]);
    let logged = "26 个字符串 strings, 275 字节 bytes";
    let mut lines = recording.session.steps.iter();
    assert!(lines.any(|step| step.action.to_string().ends_with(logged)));

    let lines = |packet: &Packet| -> Vec<String> {
        let lines = values(packet, "http.header").into_iter();
        lines
            .map(|line| line.split(':').next().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(lines(answered), ["Content-Type"]);
    let all = [
        "Server",
        "Date",
        "Content-Type",
        "Transfer-Encoding",
        "Connection",
    ];
    assert_eq!(lines(shown), all);
}
