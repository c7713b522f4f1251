//! The transitions of RFC 9293 §3.3.2, figure 5, from segments alone.

#[path = "support/wire.rs"]
mod wire;

use wire::{capture, states};

/// A story: each line a segment, and what the states of client and server become with it.
#[track_caller]
fn check(story: &str) {
    let (mut segments, mut expected) = (String::new(), Vec::new());
    for line in story.trim().lines() {
        let (segment, states) = line.split_once("->").expect("a segment -> states");
        segments.push_str(segment.trim());
        segments.push('\n');
        expected.push(states.trim().to_owned());
    }
    let found = states(&capture(&segments).packets);
    assert_eq!(found, expected, "\n{segments}");
}

const OPEN: &str = "
    c SYN 0         -> SYN-SENT/SYN-RECEIVED
    s SYN,ACK 0 1   -> ESTABLISHED/·
    c ACK 1 1       -> ·/ESTABLISHED
";

#[track_caller]
fn after_opening(story: &str) {
    check(&format!("{OPEN}{}", story.trim_start()).replace("\n\n", "\n"));
}

#[test]
fn three_segments_open_a_connection() {
    check(OPEN);
}

#[test]
fn a_host_that_answers_a_syn_was_listening_before() {
    check(
        "c RST 0         -> ·/LISTEN
         c SYN 0         -> SYN-SENT/SYN-RECEIVED
         s SYN,ACK 0 1   -> ESTABLISHED/·
         c ACK 1 1       -> ·/ESTABLISHED",
    );
    check(
        "c RST 0         -> ·/·
         c SYN 0         -> SYN-SENT/·
         s RST,ACK 0 1   -> CLOSED/·",
    );
}

#[test]
fn the_first_to_close_waits_in_time_wait() {
    after_opening(
        "
    c FIN,ACK 1 1   -> FIN-WAIT-1/CLOSE-WAIT
    s ACK 1 2       -> FIN-WAIT-2/·
    s FIN,ACK 1 2   -> TIME-WAIT/LAST-ACK
    c ACK 2 2       -> ·/CLOSED",
    );
}

#[test]
fn the_server_may_close_first() {
    after_opening(
        "
    s FIN,ACK 1 1   -> CLOSE-WAIT/FIN-WAIT-1
    c ACK 1 2       -> ·/FIN-WAIT-2
    c FIN,ACK 1 2   -> LAST-ACK/TIME-WAIT
    s ACK 2 2       -> CLOSED/·",
    );
}

#[test]
fn a_fin_that_acknowledges_a_fin_goes_straight_to_time_wait() {
    after_opening(
        "
    c FIN,ACK 1 1   -> FIN-WAIT-1/CLOSE-WAIT
    s FIN,ACK 1 2   -> TIME-WAIT/LAST-ACK
    c ACK 2 2       -> ·/CLOSED",
    );
}

#[test]
fn half_closed_still_delivers_in_the_other_direction() {
    after_opening(
        "
    c FIN,ACK 1 1   -> FIN-WAIT-1/CLOSE-WAIT
    s ACK 1 2       -> FIN-WAIT-2/·
    s ACK 1 2 more  -> ·/·
    c ACK 2 5       -> ·/·
    s FIN,ACK 5 2   -> TIME-WAIT/LAST-ACK
    c ACK 2 6       -> ·/CLOSED",
    );
}

#[test]
fn both_open_at_once() {
    check(
        "c SYN 0       -> SYN-SENT/·
         s SYN 0       -> SYN-RECEIVED/SYN-RECEIVED
         c SYN,ACK 0 1 -> ·/ESTABLISHED
         s SYN,ACK 0 1 -> ESTABLISHED/·",
    );
}

#[test]
fn both_close_at_once() {
    after_opening(
        "
    c FIN,ACK 1 1   -> FIN-WAIT-1/·
    s FIN,ACK 1 1   -> CLOSING/CLOSING
    c ACK 2 2       -> ·/TIME-WAIT
    s ACK 2 2       -> TIME-WAIT/·",
    );
}

#[test]
fn a_refused_connection_is_closed_again() {
    check(
        "c SYN 0       -> SYN-SENT/·
         s RST,ACK 0 1 -> CLOSED/·",
    );
}

#[test]
fn a_reset_closes_both_ends() {
    after_opening(
        "
    s RST,ACK 1 1   -> CLOSED/CLOSED",
    );
}

#[test]
fn a_reset_before_the_window_is_an_old_one() {
    after_opening(
        "
    c ACK 1 1 hello -> ·/·
    s ACK 1 6       -> ·/·
    c RST 2 0       -> CLOSED/·",
    );
}

#[test]
fn a_reset_sends_a_server_that_has_not_opened_back_to_listen() {
    check(
        "c SYN 0       -> SYN-SENT/SYN-RECEIVED
         s SYN,ACK 0 1 lost -> ·/·
         c RST 1       -> CLOSED/LISTEN",
    );
}

#[test]
fn a_lost_syn_changes_its_sender_only() {
    check(
        "c SYN 0 lost  -> SYN-SENT/LISTEN
         c SYN 0       -> ·/SYN-RECEIVED
         s SYN,ACK 0 1 -> ESTABLISHED/·
         c ACK 1 1     -> ·/ESTABLISHED",
    );
}

#[test]
fn unanswered_syns_leave_the_client_in_syn_sent() {
    check(
        "c SYN 0 lost  -> SYN-SENT/·
         c SYN 0 lost  -> ·/·
         c SYN 0 lost  -> ·/·",
    );
}

#[test]
fn a_lost_fin_changes_its_sender_only() {
    after_opening(
        "
    c FIN,ACK 1 1 lost -> FIN-WAIT-1/·
    c FIN,ACK 1 1      -> ·/CLOSE-WAIT
    s ACK 1 2          -> FIN-WAIT-2/·
    s FIN,ACK 1 2 lost -> ·/LAST-ACK
    s FIN,ACK 1 2      -> TIME-WAIT/·
    c ACK 2 2          -> ·/CLOSED",
    );
}

#[test]
fn a_fin_counts_when_all_before_it_has_arrived() {
    after_opening(
        "
    c ACK 1 1 hello lost -> ·/·
    c FIN,ACK 6 1        -> FIN-WAIT-1/·
    s ACK 1 1            -> ·/·
    c ACK 1 1 hello      -> ·/CLOSE-WAIT
    s ACK 1 7            -> FIN-WAIT-2/·",
    );
}

#[test]
fn an_acknowledgment_that_crosses_a_fin_is_not_its_answer() {
    after_opening(
        "
    c ACK 1 1 hello -> ·/·
    c FIN,ACK 6 1   -> FIN-WAIT-1/·
    s ACK 1 6       -> ·/CLOSE-WAIT
    s ACK 1 7       -> FIN-WAIT-2/·",
    );
}

#[test]
fn the_same_ports_can_connect_again() {
    let again = "
    c FIN,ACK 1 1   -> FIN-WAIT-1/CLOSE-WAIT
    s FIN,ACK 1 2   -> TIME-WAIT/LAST-ACK
    c ACK 2 2       -> ·/CLOSED
    c SYN 1000      -> SYN-SENT/SYN-RECEIVED
    s SYN,ACK 1000 1001 -> ESTABLISHED/·
    c ACK 1001 1001 -> ·/ESTABLISHED";
    after_opening(again);
}

#[test]
fn syn_sent_refuses_an_old_connection_and_waits_on() {
    // RFC 9293 §3.5.1, figure 9: the server still has the connection of before.
    check(
        "c SYN 0         -> SYN-SENT/·
         s ACK 700 900   -> ·/·
         c RST 900       -> ·/·",
    );
    check(
        "c SYN 5         -> SYN-SENT/·
         s SYN,ACK 0 2   -> ·/SYN-RECEIVED
         c RST 2         -> ·/·",
    );
}
