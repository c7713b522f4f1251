//! The parsers of `04_framing` alone: against a model, against each other's language, and against bytes
//! that no honest peer sends.

use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use frames::{By, LIMIT, by_end, by_length, by_line, framed, one_recv};
use message::Message;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

#[path = "../../../../examples/04_framing/frames.rs"]
mod frames;
#[path = "../../../../examples/04_framing/message.rs"]
#[allow(clippy::enum_variant_names, reason = "the names of the protocol")]
mod message;

/// Gives its bytes in pieces of these sizes, as a network might.
struct Pieces<'a> {
    bytes: &'a [u8],
    sizes: std::iter::Cycle<std::slice::Iter<'a, usize>>,
}

impl<'a> Pieces<'a> {
    fn new(bytes: &'a [u8], sizes: &'a [usize]) -> Self {
        let sizes = sizes.iter().cycle();
        Pieces { bytes, sizes }
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let size = *self.sizes.next().unwrap_or(&1);
        let n = size.min(buffer.len()).min(self.bytes.len());
        self.bytes.read(&mut buffer[..n])
    }
}

/// The messages, and whether it ended well.
fn read_all(by: By, reader: impl Read) -> (Vec<Vec<u8>>, bool) {
    let mut reader = BufReader::new(reader);
    let mut messages = Vec::new();
    loop {
        let message = match by {
            By::Recv => one_recv(&mut reader),
            By::Line => by_line(&mut reader),
            By::Length => by_length(&mut reader),
            By::End => by_end(&mut reader),
        };
        match message {
            Ok(Some(message)) => messages.push(message),
            Ok(None) => return (messages, true),
            Err(_) => return (messages, false),
        }
        if by == By::End {
            return (messages, true);
        }
    }
}

fn check<S: Strategy>(strategy: S, test: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let cases = env::var("FRAMING_CASES").map_or(1_000, |cases| cases.parse().unwrap());
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(cases)
    };
    let mut runner = TestRunner::new(config);
    runner.run(&strategy, test).unwrap();
}

/// Sizes from 1 on.
fn sizes() -> impl Strategy<Value = Vec<usize>> {
    vec(1usize..40, 1..8)
}

/// Bytes in which line ends and lengths are frequent.
fn wire() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        4 => vec(any::<u8>(), 0..12),
        2 => Just(b"\n".to_vec()),
        1 => Just(b"\r\n".to_vec()),
        1 => Just(b"\r".to_vec()),
        4 => vec(any::<u8>(), 0..12).prop_map(|body| framed(By::Length, &body).unwrap()),
        1 => (0u32..70_000).prop_map(|length| length.to_be_bytes().to_vec()),
        1 => Just("你好，再见".as_bytes().to_vec()),
        1 => (LIMIT - 4..LIMIT + 4).prop_map(|n| vec![b'x'; n]),
    ];
    vec(part, 0..8).prop_map(|parts| parts.concat())
}

#[test]
fn wherever_the_bytes_are_cut_the_messages_are_the_same() {
    let strategy = (wire(), sizes());
    check(strategy, |(bytes, sizes)| {
        for by in [By::Line, By::Length, By::End] {
            let whole = read_all(by, &bytes[..]);
            prop_assert_eq!(&whole, &read_all(by, Pieces::new(&bytes, &sizes)));
            prop_assert!(whole.0.iter().all(|message| message.len() <= LIMIT));
        }
        Ok(())
    });
}

#[test]
fn one_recv_gives_the_pieces_as_they_come() {
    check((wire(), sizes()), |(bytes, sizes)| {
        let (pieces, good) = read_all(By::Recv, Pieces::new(&bytes, &sizes));
        prop_assert!(good);
        prop_assert_eq!(pieces.concat(), bytes);
        for (piece, size) in pieces.iter().zip(sizes.iter().cycle()) {
            prop_assert!(piece.len() <= *size);
        }
        Ok(())
    });
}

#[test]
fn what_is_framed_is_read_again_in_every_cut() {
    let message = prop_oneof![
        vec(any::<u8>(), 0..50),
        "[a-z\u{4e00}-\u{4e10}\r]{0,20}".prop_map(String::into_bytes)
    ];
    check((vec(message, 0..6), sizes()), |(messages, sizes)| {
        for by in [By::Line, By::Length] {
            let frames: Result<Vec<_>, _> = messages.iter().map(|m| framed(by, m)).collect();
            let fits = |m: &Vec<u8>| by == By::Length || !m.contains(&b'\n') && !m.ends_with(b"\r");
            prop_assert_eq!(frames.is_ok(), messages.iter().all(fits));
            let Ok(frames) = frames else { continue };
            let read = read_all(by, Pieces::new(&frames.concat(), &sizes));
            prop_assert_eq!(read, (messages.clone(), true));
        }
        Ok(())
    });
}

#[test]
fn a_frame_cut_short_is_never_a_message() {
    check(
        (vec(any::<u8>(), 0..50), any::<prop::sample::Index>()),
        |(body, at)| {
            for by in [By::Line, By::Length] {
                let Ok(frame) = framed(by, &body) else {
                    continue;
                };
                let cut = at.index(frame.len());
                let wanted = (Vec::new(), cut == 0);
                prop_assert_eq!(read_all(by, &frame[..cut]), wanted);
            }
            Ok(())
        },
    );
}

#[test]
fn a_message_of_the_game_is_read_only_from_its_own_bytes() {
    let kinds = vec(prop_oneof![0u8..9, any::<u8>()], 0..9);
    let words = ".{0,12}".prop_map(|words| [&[7][..], words.as_bytes()].concat());
    check(prop_oneof![3 => kinds, 1 => words], |body| {
        if let Ok(message) = Message::parse(&body) {
            prop_assert_eq!(message.to_bytes(), body);
            prop_assert!(!message.to_string().is_empty());
        }
        Ok(())
    });
}

#[test]
fn every_message_of_the_game_comes_back() {
    let message = prop_oneof![
        any::<u8>().prop_map(|version| Message::Start { version }),
        any::<(u16, u16)>().prop_map(|(low, high)| Message::Range { low, high }),
        any::<u16>().prop_map(Message::Guess),
        Just(Message::TooSmall),
        Just(Message::TooBig),
        any::<u16>().prop_map(|guesses| Message::Right { guesses }),
        any::<String>().prop_map(Message::Error),
    ];
    check(message, |message| {
        prop_assert_eq!(Message::parse(&message.to_bytes()).unwrap(), message);
        Ok(())
    });
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What Rust makes of these bytes, in one line: each agreement, then the game.
fn told(bytes: &[u8]) -> String {
    let mut words = Vec::new();
    for by in [By::Line, By::Length, By::End] {
        let (messages, good) = read_all(by, bytes);
        words.push(good.to_string());
        words.extend(messages.iter().map(|message| hex(message)));
        words.push(";".to_owned());
    }
    words.push(match Message::parse(bytes) {
        Ok(message) => hex(message.to_string().as_bytes()),
        Err(_) => "no".to_owned(),
    });
    words.join(" ")
}

/// Says of each line of hexadecimal digits what `told` says.
const PYTHON: &str = r#"
import io, sys
sys.path.insert(0, "examples/python")
from frames import READ, BadMessage
from guess import parse
for line in sys.stdin:
    data = bytes.fromhex(line.strip())
    words = []
    for by in ("line", "length", "end"):
        stream, messages, good = io.BufferedReader(io.BytesIO(data)), [], True
        try:
            while True:
                message = READ[by](stream)
                if message is None:
                    break
                messages.append(message.hex())
                if by == "end":
                    break
        except BadMessage:
            good = False
        words += [str(good).lower(), *messages, ";"]
    try:
        words.append(" ".join(str(word) for word in parse(data)).encode().hex())
    except BadMessage:
        words.append("no")
    print(" ".join(words))
"#;

#[test]
fn rust_and_python_read_the_same() {
    let mut python = Command::new("python3");
    python
        .args(["-c", PYTHON])
        .current_dir(session::root().unwrap());
    python.stdin(Stdio::piped()).stdout(Stdio::piped());
    crate::program::environment(&mut python);
    let Ok(mut child) = python.spawn() else {
        return eprintln!("skipped: no python3");
    };
    let stdin = std::cell::RefCell::new(child.stdin.take().unwrap());
    let stdout = std::cell::RefCell::new(BufReader::new(child.stdout.take().unwrap()));
    let game = vec(prop_oneof![0u8..9, any::<u8>()], 0..6);
    check(prop_oneof![wire(), game], |bytes| {
        let mut line = hex(&bytes);
        line.push('\n');
        stdin.borrow_mut().write_all(line.as_bytes()).unwrap();
        let mut said = String::new();
        stdout.borrow_mut().read_line(&mut said).unwrap();
        let ours = told(&bytes);
        prop_assert_eq!(said.trim_end(), ours.trim_end());
        Ok(())
    });
    drop(stdin);
    assert!(child.wait().unwrap().success());
}
