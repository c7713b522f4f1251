//! The uwsgi protocol: every byte has its name, whatever its lengths say and wherever it is cut.

#[path = "support/wire.rs"]
mod wire;

use capture::Packet;
use proptest::prelude::*;
use wire::{fields, sent_to};

fn to_uwsgi(payload: &[u8], cuts: &[usize]) -> Vec<Packet> {
    sent_to(3031, payload, cuts)
}

/// A request with these names and values, and a body.
fn request(pairs: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut vars = Vec::new();
    for text in pairs.iter().flat_map(|&(name, value)| [name, value]) {
        vars.extend(u16::try_from(text.len()).expect("short").to_le_bytes());
        vars.extend(text.as_bytes());
    }
    with_head(&vars, body)
}

fn with_head(vars: &[u8], body: &[u8]) -> Vec<u8> {
    let [low, high] = u16::try_from(vars.len()).expect("short").to_le_bytes();
    [&[0, low, high, 0], vars, body].concat()
}

/// One line for each field: its kind and its value, and what is said of it.
#[track_caller]
fn check(payload: &[u8], expected: &str) {
    let packets = to_uwsgi(payload, &[]);
    let shown: Vec<String> = fields(&packets[0])
        .iter()
        .map(|field| {
            let id = field.kind.id.trim_start_matches("uwsgi.");
            format!("{id} {} ({})", field.value, field.meaning.en)
        })
        .collect();
    let expected: Vec<&str> = expected.lines().map(str::trim).collect();
    assert_eq!(shown, expected);
}

const BROKEN: &str = "more than is left: the request is wrong";

#[test]
fn a_request_is_a_header_pairs_and_a_body() {
    let pairs = [
        ("REQUEST_METHOD", "POST"),
        ("QUERY_STRING", ""),
        ("HTTP_HOST", "你好"),
    ];
    check(
        &request(&pairs, b"a=1"),
        "modifier1 0 (a request for WSGI)
        datasize 57 (low byte first: 57 + 0 × 256)
        modifier2 0 ()
        name.size 14 (14 bytes)
        name REQUEST_METHOD (from the request line)
        value.size 4 (4 bytes)
        value POST ()
        name.size 12 (12 bytes)
        name QUERY_STRING (from the request line)
        value.size 0 (0 bytes)
        name.size 9 (9 bytes)
        name HTTP_HOST (from a header field)
        value.size 6 (6 bytes)
        value 你好 ()
        body a=1 ()",
    );
}

#[test]
fn the_arrow_says_what_is_asked_for() {
    let pairs = [("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/x?y=1")];
    let packet = &to_uwsgi(&request(&pairs, b""), &[])[0];
    assert!(
        packet.label.starts_with("GET /x?y=1 · "),
        "{}",
        packet.label
    );
    assert_eq!(packet.said.en, "client asks in uwsgi: GET /x?y=1");
    assert_eq!(packet.said.zh, "客户端用 uwsgi 请求：GET /x?y=1");
    let silent = &to_uwsgi(&request(&[("A", "b")], b""), &[])[0];
    assert_eq!(silent.label, "seq 1:11 ack 1");
}

#[test]
fn the_low_byte_of_a_length_comes_first() {
    let value = "v".repeat(300);
    let payload = request(&[("A", &value)], b"");
    assert_eq!(payload[1..3], [0x31, 0x01]);
    let packets = to_uwsgi(&payload, &[]);
    let fields = fields(&packets[0]);
    assert_eq!(fields[1].value, "305");
    assert_eq!(fields[1].meaning.zh, "低字节在前：49 + 1 × 256");
    assert_eq!(fields[5].value, "300");
}

/// Wherever TCP cuts it, behind its header: the parts of each name and value are the same text.
#[test]
fn a_request_may_be_cut_anywhere() {
    let pairs = [
        ("REQUEST_METHOD", "GET"),
        ("EMPTY", ""),
        ("", "x"),
        ("HTTP_HOST", "a.b"),
    ];
    let payload = request(&pairs, b"body");
    let told = |cuts: &[usize]| {
        let packets = to_uwsgi(&payload, cuts);
        let mut texts = [String::new(), String::new(), String::new()];
        for field in packets.iter().flat_map(fields) {
            assert_ne!(field.kind.id, "uwsgi.broken", "{cuts:?}");
            match field.kind.id {
                "uwsgi.name" => texts[0] += &field.value,
                "uwsgi.value" => texts[1] += &field.value,
                "uwsgi.body" => texts[2] += &field.value,
                _ => {}
            }
        }
        texts
    };
    let whole = ["REQUEST_METHODEMPTYHTTP_HOST", "GETxa.b", "body"];
    for first in 4..payload.len() {
        assert_eq!(told(&[first]), whole, "{first}");
        for second in first + 1..payload.len() {
            assert_eq!(told(&[first, second]), whole, "{first} {second}");
        }
    }
    let bytes: Vec<usize> = (4..payload.len()).collect();
    assert_eq!(told(&bytes), whole);
}

#[test]
fn a_name_longer_than_the_request_is_not_read() {
    check(
        &with_head(&[0xff, 0xff, b'A', b'B'], b"rest"),
        &format!(
            "modifier1 0 (a request for WSGI)
            datasize 4 (low byte first: 4 + 0 × 256)
            modifier2 0 ()
            name.size 65535 ({BROKEN})
            broken 41 42 (2 bytes)
            body rest ()"
        ),
    );
}

#[test]
fn a_name_that_leaves_no_room_for_the_length_of_its_value_is_not_read() {
    check(
        &with_head(&[1, 0, b'A', 9], b""),
        &format!(
            "modifier1 0 (a request for WSGI)
            datasize 4 (low byte first: 4 + 0 × 256)
            modifier2 0 ()
            name.size 1 ({BROKEN})
            broken 41 09 (2 bytes)"
        ),
    );
}

#[test]
fn a_value_longer_than_the_request_is_not_read() {
    check(
        &with_head(&[1, 0, b'A', 2, 0, b'x'], b"y"),
        &format!(
            "modifier1 0 (a request for WSGI)
            datasize 6 (low byte first: 6 + 0 × 256)
            modifier2 0 ()
            name.size 1 (1 byte)
            name A ()
            value.size 2 ({BROKEN})
            broken 78 (1 byte)
            body y ()"
        ),
    );
}

#[test]
fn half_a_length_at_the_end_of_the_request_is_none() {
    check(
        &with_head(&[7], b""),
        "modifier1 0 (a request for WSGI)
        datasize 1 (low byte first: 1 + 0 × 256)
        modifier2 0 ()
        broken 07 (1 byte)",
    );
}

/// The rest of a broken request stays unread in the segments that follow, up to the body.
#[test]
fn what_is_broken_stays_broken_until_the_body() {
    let payload = with_head(&[0xff, 0xff, b'A', b'B', 1, 0, b'C'], b"body");
    let packets = to_uwsgi(&payload, &[7, 9]);
    let ids: Vec<Vec<&str>> = packets
        .iter()
        .map(|packet| fields(packet).iter().map(|field| field.kind.id).collect())
        .collect();
    assert_eq!(
        ids[1..],
        [vec!["uwsgi.broken"], vec!["uwsgi.broken", "uwsgi.body"]]
    );
}

#[test]
fn many_pairs_are_bounded() {
    let pairs = vec![("A", "b"); 5000];
    let packets = to_uwsgi(&request(&pairs, b""), &[]);
    let fields = fields(&packets[0]);
    assert!(fields.len() < 1000, "{}", fields.len());
    assert_eq!(
        fields.last().map(|field| field.kind.id),
        Some("uwsgi.broken")
    );
}

#[test]
fn what_is_no_request_for_wsgi_is_not_called_one() {
    let protocol = |port, payload: &[u8]| {
        let packets = sent_to(port, payload, &[]);
        packets[0].layers[3].protocol
    };
    let good = request(&[("REQUEST_METHOD", "GET")], b"");
    assert_eq!(protocol(3031, &good), "uwsgi");
    assert_eq!(protocol(3032, &good), "data");
    assert_eq!(protocol(3031, b"GET / HTTP/1.1\r\n\r\n"), "HTTP");
    // A ping, and a header that is cut.
    assert_eq!(protocol(3031, &[100, 0, 0, 0]), "data");
    assert_eq!(protocol(3031, &[0, 9, 0]), "data");
}

proptest! {
    #[test]
    fn any_bytes_are_covered(
        vars in prop::collection::vec(prop_oneof![3 => Just(0_u8), 3 => 0..20_u8, 1 => any::<u8>()], 0..200),
        size in any::<u16>(),
        honest in any::<bool>(),
        cuts in prop::collection::vec(0_usize..200, 0..4),
    ) {
        let mut payload = with_head(&vars, b"");
        if !honest {
            payload[1..3].copy_from_slice(&size.to_le_bytes());
        }
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut + 1).filter(|&cut| cut < payload.len()).collect();
        cuts.sort_unstable();
        cuts.dedup();
        for packet in to_uwsgi(&payload, &cuts) {
            fields(&packet);
        }
    }
}
