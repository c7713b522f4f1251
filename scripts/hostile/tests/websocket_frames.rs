//! The frames and messages of `18_websocket` against any bytes, and against a library.
//!
//! A few thousand cases in the gate; `WEBSOCKET_CASES=1000000` runs as many.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![allow(
    dead_code,
    reason = "parts of a program of the book, compiled here as modules"
)]

#[path = "../../../examples/18_websocket/frame.rs"]
mod frame;
#[path = "../../../examples/18_websocket/message.rs"]
mod message;

use std::env;
use std::io::{self, Cursor, Read, Write};

use frame::{Fault, Opcode};
use message::{Event, Pieces};
use proptest::prelude::*;
use proptest::test_runner::Config;
use tungstenite::protocol::{Role, WebSocketConfig};
use tungstenite::{Message, WebSocket};

const LIMIT: usize = 300;

fn cases(usually: u32) -> Config {
    let given = env::var("WEBSOCKET_CASES").ok();
    Config {
        cases: given.map_or(usually, |given| given.parse().unwrap()),
        failure_persistence: None,
        ..Config::default()
    }
}

/// What a server reads in these bytes, which come in pieces that end at `cuts`.
fn read(bytes: &[u8], cuts: &[usize]) -> (Vec<Event>, Option<Fault>) {
    let (mut held, mut events, mut pieces) = (Vec::new(), Vec::new(), Pieces::default());
    let mut start = 0;
    for end in cuts.iter().copied().chain([bytes.len()]) {
        held.extend(&bytes[start..end]);
        start = end;
        loop {
            match frame::read(&held, true, LIMIT) {
                Err(fault) => return (events, Some(fault)),
                Ok(None) => break,
                Ok(Some((frame, length))) => {
                    assert!(frame.header <= 14 && frame.payload.len() <= LIMIT);
                    assert_eq!(length, frame.header + frame.payload.len());
                    held.drain(..length);
                    match pieces.add(frame, LIMIT) {
                        Err(fault) => return (events, Some(fault)),
                        Ok(event) => events.extend(event),
                    }
                }
            }
            if let Some(Event::Close(_)) = events.last() {
                return (events, None);
            }
        }
        // What a peer can make us hold: a frame that is not whole.
        assert!(held.len() <= 14 + LIMIT);
    }
    (events, None)
}

/// One frame, honest or not: its first byte, its payload, a key, and how its length is written.
fn one_frame() -> impl Strategy<Value = Vec<u8>> {
    let first = prop_oneof![
        12 => prop::sample::select(vec![0x81_u8, 0x01, 0x00, 0x80, 0x89, 0x8a]),
        2 => Just(0x88),
        1 => any::<u8>(),
    ];
    let payload = prop_oneof![
        6 => "[a-z你好é😀]{0,8}".prop_map(String::into_bytes),
        2 => "[a-z]{120,305}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..6),
        1 => Just(b"\x03\xe8".to_vec()),
        1 => prop::sample::select(vec![b"\xe4".to_vec(), b"\xbd\xa0".to_vec(), b"\xff".to_vec()]),
    ];
    (
        first,
        payload,
        any::<[u8; 4]>(),
        prop_oneof![15 => Just(true), 1 => Just(false)],
    )
        .prop_map(|(first, payload, key, masked)| {
            let mut out = Vec::new();
            frame::write(&mut out, Opcode::Text, &payload, masked.then_some(key));
            out[0] = first;
            out
        })
}

fn stream() -> impl Strategy<Value = Vec<u8>> {
    let noise = prop::collection::vec(any::<u8>(), 0..20);
    (
        prop::collection::vec(one_frame(), 0..6),
        prop_oneof![9 => Just(Vec::new()), 1 => noise],
    )
        .prop_map(|(frames, noise)| [frames.concat(), noise].concat())
}

fn in_order(mut cuts: Vec<usize>, length: usize) -> Vec<usize> {
    cuts.retain(|cut| *cut <= length);
    cuts.sort_unstable();
    cuts
}

/// Bytes to read, and nowhere to write.
struct Wire(Cursor<Vec<u8>>);

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What the library reads, up to a Close, and whether it found fault with anything before the end.
fn library_reads(bytes: &[u8]) -> (Vec<Event>, bool) {
    let config = WebSocketConfig::default()
        .max_message_size(Some(LIMIT))
        .max_frame_size(Some(LIMIT));
    let wire = Wire(Cursor::new(bytes.to_vec()));
    let mut socket = WebSocket::from_raw_socket(wire, Role::Server, Some(config));
    let mut events = Vec::new();
    loop {
        match socket.read() {
            Ok(Message::Text(text)) => events.push(Event::Text(text.to_string())),
            Ok(Message::Ping(payload)) => events.push(Event::Ping(payload.to_vec())),
            Ok(Message::Pong(_)) => events.push(Event::Pong),
            Ok(Message::Close(close)) => {
                events.push(Event::Close(close.map(|close| close.code.into())));
                return (events, false);
            }
            Ok(_) => return (events, true),
            Err(tungstenite::Error::Protocol(
                tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
            )) => return (events, false),
            Err(_) => return (events, true),
        }
    }
}

proptest! {
    #![proptest_config(cases(4000))]

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for masked in [false, true] {
            if let Ok(Some((_, length))) = frame::read(&bytes, masked, LIMIT) {
                prop_assert!(length <= bytes.len());
            }
        }
        read(&bytes, &[]);
    }

    #[test]
    fn where_tcp_cuts_changes_nothing(
        bytes in stream(),
        cuts in prop::collection::vec(0_usize..800, 0..6),
    ) {
        let whole = read(&bytes, &[]);
        prop_assert_eq!(&read(&bytes, &in_order(cuts, bytes.len())), &whole);
        let each: Vec<usize> = (0..bytes.len()).collect();
        prop_assert_eq!(&read(&bytes, &each), &whole);
    }

    #[test]
    fn what_we_write_we_read(
        text in "\\PC{0,90}",
        key in any::<[u8; 4]>(),
        masked in any::<bool>(),
    ) {
        let mut bytes = Vec::new();
        frame::write(&mut bytes, Opcode::Text, text.as_bytes(), masked.then_some(key));
        let (frame, length) = frame::read(&bytes, masked, 4096).unwrap().unwrap();
        prop_assert_eq!((length, frame.fin, frame.opcode), (bytes.len(), true, Opcode::Text));
        prop_assert_eq!(frame.payload, text.into_bytes());
        prop_assert!(frame::read(&bytes, !masked, 4096).is_err());
    }

    /// Ours is the stricter one: it takes text alone, lengths in their shortest form, and a wrong byte
    /// is found at once. So what it takes the library takes, and reads the same in it.
    #[test]
    fn what_we_take_the_library_takes_and_reads_the_same(bytes in stream()) {
        let (ours, fault) = read(&bytes, &[]);
        let (theirs, refused) = library_reads(&bytes);
        let same = ours.len().min(theirs.len());
        match fault {
            None => {
                prop_assert!(!refused, "the library refuses: {ours:?}, then it has {theirs:?}");
                prop_assert_eq!(ours, theirs);
            }
            Some(_) => prop_assert_eq!(&ours[..same], &theirs[..same]),
        }
    }
}

/// The examples of RFC 6455 §5.7.
#[test]
fn the_examples_of_the_rfc_are_read_and_written() {
    let hello = [0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f];
    let key = [0x37, 0xfa, 0x21, 0x3d];
    let masked = [
        0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58,
    ];
    for (bytes, key) in [(&hello[..], None), (&masked, Some(key))] {
        let mut written = Vec::new();
        frame::write(&mut written, Opcode::Text, b"Hello", key);
        assert_eq!(written, bytes);
        let (frame, _) = frame::read(bytes, key.is_some(), 5).unwrap().unwrap();
        assert_eq!(frame.payload, b"Hello");
    }
    for (length, head) in [
        (256, &[0x82, 0x7e, 1, 0][..]),
        (65_536, &[0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0]),
    ] {
        let mut written = Vec::new();
        frame::write(&mut written, Opcode::Binary, &vec![7; length], None);
        assert!(written.starts_with(head), "{:x?}", &written[..10]);
        let (frame, used) = frame::read(&written, false, length).unwrap().unwrap();
        assert_eq!((frame.payload.len(), used), (length, written.len()));
    }
}
