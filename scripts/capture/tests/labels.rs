//! What the arrows say: relative numbers, and segments that come again or ask for something.

#[path = "support/wire.rs"]
mod wire;

use wire::capture;

/// A story after the handshake: each line a segment, and its label.
#[track_caller]
fn check(story: &str) {
    let (mut segments, mut expected) = (String::new(), Vec::new());
    let opening = "c SYN 0 -> SYN\ns SYN,ACK 0 1 -> SYN, ACK\nc ACK 1 1 -> ack 1\n";
    for line in opening.lines().chain(story.trim().lines()) {
        let (segment, label) = line.split_once("->").expect("a segment -> label");
        segments.push_str(segment.trim());
        segments.push('\n');
        expected.push(label.trim().to_owned());
    }
    let capture = capture(&segments);
    let found: Vec<&str> = capture
        .packets
        .iter()
        .map(|packet| packet.label.as_str())
        .collect();
    assert_eq!(found, expected, "\n{segments}");
}

#[test]
fn numbers_count_from_the_start_of_the_connection() {
    // The client's numbers pass 2^32 on the way.
    check(
        "c ACK 1 1 hello   -> seq 1:6 ack 1
         s ACK 1 6         -> ack 6
         s ACK 1 6 world!  -> seq 1:7 ack 6
         c FIN,ACK 6 7     -> FIN, ACK
         s ACK 7 7         -> ack 7
         s FIN,ACK 7 7     -> FIN, ACK",
    );
}

#[test]
fn bytes_that_were_sent_before_are_a_retransmission() {
    check(
        "c ACK 1 1 hello lost -> seq 1:6 ack 1
         c ACK 1 1 hello      -> seq 1:6 ack 1 (retransmission)
         s ACK 1 6            -> ack 6
         c FIN,ACK 6 1 lost   -> FIN, ACK
         c FIN,ACK 6 1        -> FIN, ACK (retransmission)",
    );
}

#[test]
fn a_gap_is_acknowledged_again_and_again() {
    check(
        "c ACK 1 1 hello lost -> seq 1:6 ack 1
         c ACK 6 1 hello      -> seq 6:11 ack 1
         s ACK 1 1            -> ack 1 (duplicate ack)
         c ACK 1 1 hello      -> seq 1:6 ack 1 (retransmission)
         s ACK 1 11           -> ack 11",
    );
}

#[test]
fn one_number_back_asks_whether_the_peer_is_there() {
    check(
        "c ACK 1 1 hello -> seq 1:6 ack 1
         s ACK 1 6       -> ack 6
         c ACK 5 1       -> seq 5 ack 1 (keep-alive)
         s ACK 1 6       -> ack 6 (probe answered)",
    );
}

#[test]
fn a_closed_window_is_probed_until_it_opens() {
    check(
        "c ACK 1 1 hello  -> seq 1:6 ack 1
         s ACK 1 6 win=0  -> ack 6 win 0
         c ACK 5 1        -> seq 5 ack 1 (zero-window probe)
         s ACK 1 6 win=0  -> ack 6 win 0 (probe answered)
         c ACK 6 1 x      -> seq 6:7 ack 1 (zero-window probe)
         s ACK 1 6 win=0  -> ack 6 win 0 (probe answered)
         s ACK 1 6 win=50 -> ack 6 win 50 (window update)",
    );
}

#[test]
fn a_lost_syn_is_sent_again() {
    let capture = capture("c SYN 0 lost\nc SYN 0");
    let packet = &capture.packets[1];
    assert_eq!(packet.label, "SYN (retransmission)");
    assert!(capture.packets[0].lost);
    assert_eq!(packet.said.zh, "客户端没有等到确认，再来一次：请求建立连接");
}

#[test]
fn a_conversation_that_was_going_on_counts_from_its_first_segment() {
    let capture = capture("c ACK 500 700 hello\ns ACK 700 505");
    let labels: Vec<&str> = capture
        .packets
        .iter()
        .map(|packet| packet.label.as_str())
        .collect();
    assert_eq!(labels, ["seq 1:6 ack 1", "ack 6"]);
}

#[test]
fn one_byte_that_was_lost_is_a_retransmission_and_no_keep_alive() {
    check(
        "c ACK 1 1 h lost -> seq 1:2 ack 1
         c ACK 1 1 h      -> seq 1:2 ack 1 (retransmission)
         s ACK 1 2        -> ack 2
         c ACK 1 1 h      -> seq 1:2 ack 1 (keep-alive)",
    );
}
