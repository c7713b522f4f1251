//! The parsers of `16_http` against mutated messages, and against `httparse`.
//!
//! A few thousand cases in the gate; `HTTP_CASES=1000000` runs as many.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![allow(
    dead_code,
    reason = "parts of a program of the book, compiled here as modules"
)]

#[path = "../../../examples/16_http/fields.rs"]
mod fields;
#[path = "../../../examples/16_http/message.rs"]
mod message;
#[path = "../../../examples/16_http/site.rs"]
mod site;

use std::env;

use message::Body;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::Config;

const SEEDS: [&str; 8] = [
    "GET /a%20b/c?d HTTP/1.1\r\nHost: x.example:80\r\nAccept: */*\r\nConnection: close\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: [::1]\r\nContent-Length: 15\r\nExpect: 100-continue\r\n\r\n",
    "PUT /x HTTP/1.1\nHost: a\nTransfer-Encoding: gzip, chunked\n\n",
    "GET http://a.example/b HTTP/1.0\r\nconnection: Keep-Alive, x\r\n\r\n",
    "HEAD /%E4%BD%A0%E5%A5%BD/../.. HTTP/1.1\r\nHost:\tx\t\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 29\r\nContent-Type: text/plain\r\n\r\n",
    "HTTP/1.0 301 Moved \u{4f60}\r\nLocation: /\r\nTransfer-Encoding: chunked\r\n\r\n",
    "HTTP/1.1 204 \r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
];

/// What makes a message mean something else, if a parser is careless.
const PIECES: [&str; 18] = [
    "\r\n",
    "\n",
    "\r",
    " ",
    "\t",
    ":",
    "\0",
    "%",
    "%2e%2e",
    "/../",
    "0",
    "99999999999999999999",
    "Content-Length: 3\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Host: b\r\n",
    " folded\r\n",
    "HTTP/1.1",
    "\u{ff}",
];

fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let change = (
        any::<Index>(),
        any::<Index>(),
        any::<u8>(),
        0..5_u8,
        0..PIECES.len(),
    );
    (0..SEEDS.len(), prop::collection::vec(change, 0..6)).prop_map(|(seed, changes)| {
        let mut bytes = SEEDS[seed].as_bytes().to_vec();
        for (at, to, byte, kind, piece) in changes {
            let (at, to) = (at.index(bytes.len() + 1), to.index(bytes.len() + 1));
            let (from, to) = (at.min(to), at.max(to));
            match kind {
                0 if at < bytes.len() => bytes[at] = byte,
                1 => drop(bytes.drain(from..to.min(from + 8))),
                2 => {
                    let copy = bytes[from..to].to_vec();
                    bytes.splice(at..at, copy);
                }
                3 => drop(bytes.splice(at..at, PIECES[piece].bytes())),
                _ => bytes.insert(at, byte),
            }
        }
        bytes
    })
}

fn config(share: u32) -> Config {
    let asked = env::var("HTTP_CASES").ok().and_then(|n| n.parse().ok());
    Config {
        cases: asked.unwrap_or(4000) / share,
        failure_persistence: None,
        ..Config::default()
    }
}

/// How many fields `httparse` reads with this name, and their values.
fn values(fields: &[httparse::Header<'_>], name: &str) -> Vec<String> {
    let same = fields
        .iter()
        .filter(|field| field.name.eq_ignore_ascii_case(name));
    same.map(|field| String::from_utf8_lossy(field.value).into_owned())
        .collect()
}

/// What we take for a request, another parser takes for the same request.
fn agree(bytes: &[u8]) -> Result<bool, TestCaseError> {
    let end = (1..=bytes.len())
        .find(|&end| bytes[..end].ends_with(b"\n\n") || bytes[..end].ends_with(b"\n\r\n"));
    let Some(head) = end.map(|end| &bytes[..end]) else {
        // Without an empty line there is no head for the parser; it must still not panic.
        let _ = (message::request(bytes), message::response(bytes, "GET"));
        return Ok(false);
    };
    agree_on_the_response(head)?;
    let Ok(ours) = message::request(head) else {
        return Ok(false);
    };
    let mut fields = [httparse::EMPTY_HEADER; 64];
    let mut theirs = httparse::Request::new(&mut fields);
    let status = theirs.parse(head);
    // RFC 9110 §2.5: a higher minor version is read as the highest we know; httparse refuses it.
    if status == Err(httparse::Error::Version) {
        return Ok(false);
    }
    prop_assert_eq!(status, Ok(httparse::Status::Complete(head.len())));
    prop_assert_eq!(Some(ours.method.as_str()), theirs.method);
    let target = theirs.path.unwrap();
    prop_assert!(
        target.contains(&ours.path) || target.starts_with("http"),
        "{target}"
    );
    prop_assert_eq!(ours.old, theirs.version == Some(0));
    let expected = match framing(theirs.headers)? {
        None | Some(Body::Length(0)) => Body::None,
        Some(body) => body,
    };
    prop_assert_eq!(ours.body, expected);
    Ok(true)
}

fn agree_on_the_response(head: &[u8]) -> Result<(), TestCaseError> {
    let Ok(ours) = message::response(head, "GET") else {
        return Ok(());
    };
    let mut fields = [httparse::EMPTY_HEADER; 64];
    let mut theirs = httparse::Response::new(&mut fields);
    let status = theirs.parse(head);
    if status == Err(httparse::Error::Version) {
        return Ok(());
    }
    prop_assert_eq!(status, Ok(httparse::Status::Complete(head.len())));
    prop_assert_eq!(Some(ours.status), theirs.code);
    let expected = match ours.status {
        100..200 | 204 | 304 => Body::None,
        _ => framing(theirs.headers)?.unwrap_or(Body::UntilClose),
    };
    prop_assert_eq!(ours.body, expected);
    Ok(())
}

/// What the fields of `httparse` say of the body; anything doubtful must have been refused.
fn framing(fields: &[httparse::Header<'_>]) -> Result<Option<Body>, TestCaseError> {
    let lengths = values(fields, "content-length");
    let codings = values(fields, "transfer-encoding");
    match (&lengths[..], &codings[..]) {
        ([], []) => Ok(None),
        ([length], []) => Ok(Some(Body::Length(length.parse().unwrap()))),
        ([], [coding]) if coding.trim().eq_ignore_ascii_case("chunked") => Ok(Some(Body::Chunked)),
        other => Err(TestCaseError::fail(format!("accepted: {other:?}"))),
    }
}

#[test]
fn the_seeds_are_understood() {
    let requests = SEEDS.iter().filter(|seed| agree(seed.as_bytes()).unwrap());
    assert_eq!(requests.count(), 4, "the third has a coding we do not know");
    let answers = SEEDS[5..]
        .iter()
        .filter(|s| message::response(s.as_bytes(), "GET").is_ok());
    assert_eq!(answers.count(), 2, "HTTP/1.0 has no chunks");
}

proptest! {
    #![proptest_config(config(2))]
    #[test]
    fn a_mutated_message_is_refused_or_means_the_same_to_httparse(bytes in mutated()) {
        agree(&bytes)?;
    }
}

proptest! {
    #![proptest_config(config(4))]
    #[test]
    fn no_bytes_make_the_parsers_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = (message::request(&bytes), message::response(&bytes, "GET"));
        if let Some(size) = message::chunk_size(&bytes) {
            prop_assert!(size < 1 << 60);
        }
    }
}

proptest! {
    #![proptest_config(config(4))]
    #[test]
    fn every_name_of_a_path_stays_in_its_folder(path in "/(%2[eEfF]|%5[cC]|%00|[./\\\\:a%0-9]){0,12}") {
        for name in site::segments(&path).unwrap_or_default() {
            prop_assert!(!name.is_empty() && !name.starts_with('.'), "{name}");
            prop_assert!(!name.contains(['/', '\\', ':', '\0']), "{name}");
        }
    }
}
