//! A body in chunks: each length and each line end has its name, wherever TCP cuts.

#[path = "support/wire.rs"]
mod wire;

use proptest::prelude::*;
use wire::{fields, sent_to};

const HEAD: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n";

/// What comes after the head, one line for each field: its kind and its value.
#[track_caller]
fn check(body: &str, expected: &[&str]) {
    let packets = sent_to(9_999, format!("{HEAD}{body}").as_bytes(), &[]);
    let shown: Vec<String> = fields(&packets[0])
        .iter()
        .skip(3)
        .map(|field| {
            format!(
                "{} {}",
                field.kind.id.trim_start_matches("http."),
                field.value
            )
        })
        .collect();
    assert_eq!(shown, expected);
}

#[test]
fn each_chunk_has_its_size_and_its_end() {
    check(
        "5\r\nhello\r\n00a;x=y\r\n0123456789\r\n0\r\nDate: now\r\n\r\n",
        &[
            "chunk 5\\r\\n",
            "body hello",
            "chunk.end \\r\\n",
            "chunk 00a;x=y\\r\\n",
            "body 0123456789",
            "chunk.end \\r\\n",
            "chunk 0\\r\\n",
            "header Date: now\\r\\n",
            "chunk.end \\r\\n",
        ],
    );
}

#[test]
fn the_next_message_may_follow() {
    check(
        "0\r\n\r\nHTTP/1.1 404 Not Found\r\n\r\n",
        &[
            "chunk 0\\r\\n",
            "chunk.end \\r\\n",
            "status HTTP/1.1 404 Not Found\\r\\n",
            "end \\r\\n",
        ],
    );
    // The answer to HEAD has no chunks.
    check(
        "HTTP/1.1 404 Not Found\r\n",
        &["status HTTP/1.1 404 Not Found\\r\\n"],
    );
}

#[test]
fn what_is_no_chunk_is_a_body() {
    check("hello", &["body hello"]);
    check("-1\r\nx", &["body -1\\r\\n", "body x"]);
    check(
        "2\r\nabc\r\n",
        &["chunk 2\\r\\n", "body ab", "body c\\r\\n"],
    );
    check("ffffffffffffffffff\r\n", &["body ffffffffffffffffff\\r\\n"]);
}

#[test]
fn a_size_beyond_what_comes_is_not_believed() {
    check(
        "ffffffffffffffff\r\nab",
        &["chunk ffffffffffffffff\\r\\n", "body ab"],
    );
}

/// A size that TCP cuts is not known; everywhere else the parts of the body are the same text.
#[test]
fn a_chunk_may_be_cut_inside() {
    let body = "5\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n";
    let payload = format!("{HEAD}{body}");
    let text = |cut: usize| {
        let packets = sent_to(9_999, payload.as_bytes(), &[cut]);
        let all = packets.iter().flat_map(fields);
        let all = all.filter(|field| field.kind.id == "http.body");
        all.map(|field| field.value.clone()).collect::<String>()
    };
    let sizes = [1, 2, 11, 12, 19, 20].map(|at| HEAD.len() + at);
    for cut in HEAD.len()..payload.len() {
        if !sizes.contains(&cut) {
            assert_eq!(text(cut), "helloyou", "{cut}");
        }
    }
}

proptest! {
    #[test]
    fn any_chunks_are_covered(
        body in "([0-9a-f]{0,3}|\r|\n|\r\n|;|HTTP/1|[a-z]{1,9}){0,30}",
        cuts in prop::collection::vec(1_usize..150, 0..4),
    ) {
        let payload = format!("{HEAD}{body}");
        let mut cuts = cuts;
        cuts.retain(|&cut| cut < payload.len());
        cuts.sort_unstable();
        cuts.dedup();
        for packet in sent_to(9_999, payload.as_bytes(), &cuts) {
            fields(&packet);
        }
    }
}
