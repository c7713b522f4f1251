//! What a peer sends can neither rewrite the screen of an example, nor hide on it, nor turn the
//! direction of the text around it.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "../../../examples/common/foreign.rs"]
#[allow(
    unreachable_pub,
    reason = "a part of the examples, compiled here as a module"
)]
mod foreign;
#[path = "support/program.rs"]
mod program;
#[path = "../../bilingual/src/visible.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "what the tools do with such text, to compare"
)]
mod visible;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::thread;

use program::{Language, Program, guarded};

/// It would clear the screen, turn the name of a program, ring, and hide.
const WILD: &str = "\x1b[2J\u{9b}1A\x07\u{202e}txt.exe\u{2066}\u{200b}\u{feff}\u{2028}end";
const SHOWN: &str =
    "\u{fffd}[2J\u{fffd}1A\u{fffd}\u{fffd}txt.exe\u{fffd}\u{fffd}\u{fffd}\u{fffd}end";

#[track_caller]
fn tame(screen: &str) {
    assert!(screen.contains(SHOWN), "{screen:?}");
    let wild = |c: char| visible::is_trick(c) && !matches!(c, '\n' | '\t');
    assert!(!screen.contains(wild), "{screen:?}");
}

/// Sends all, closes that direction, and reads to the end.
fn tell(mut stream: TcpStream, words: &str) -> String {
    let _ = stream.write_all(words.as_bytes());
    let _ = stream.shutdown(Shutdown::Write);
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8(bytes).unwrap()
}

#[test]
fn the_examples_are_as_strict_as_the_tools() {
    for c in '\0'..=char::MAX {
        let strict = visible::is_trick(c) && !matches!(c, '\n' | '\t');
        assert_eq!(foreign::plays_tricks(c), strict, "{c:?}");
    }
    assert_eq!(
        foreign::printable(&format!("{WILD}\r\n\t")),
        format!("{SHOWN}\n\t")
    );
}

/// The languages in which the programs of the first pages are written.
const LANGUAGES: &[Language] = if cfg!(unix) {
    &[Language::Rust, Language::Python, Language::C]
} else {
    &[Language::Rust, Language::Python]
};

#[test]
fn one_shot_shows_it_tamed_in_each_language() {
    for &language in LANGUAGES {
        let (program, stream) = Program::server(language, "01_one_shot", &[]);
        tell(stream, WILD);
        tame(&program.ends().1);
    }
}

#[test]
fn both_sides_of_duplex_show_it_tamed_in_each_language() {
    for &language in LANGUAGES {
        for (mut program, mut stream) in [
            Program::server(language, "02_duplex", &[]),
            Program::client(language, "02_duplex", &[]),
            Program::server(language, "02_duplex", &["--turns"]),
        ] {
            stream.write_all(format!("{WILD}\n").as_bytes()).unwrap();
            program.sees("end\n");
            program.hangs_up();
            tell(stream, "");
            tame(&program.ends().1);
        }
    }
}

#[test]
fn the_chat_room_and_its_client_show_it_tamed_in_each_language() {
    for &language in LANGUAGES {
        the_room_shows_it_tamed(language);
        let (client, stream) = Program::client(language, "03_threaded_server", &[]);
        tell(stream, &format!("{WILD}\n"));
        tame(&client.ends().1);
    }
}

fn the_room_shows_it_tamed(language: Language) {
    let (mut server, mut guest) = Program::server(language, "03_threaded_server", &[]);
    let other = TcpStream::connect(guest.peer_addr().unwrap()).unwrap();
    let mut heard = BufReader::new(guarded(other));
    let mut screen = String::new();
    while !screen.contains("you are") {
        heard.read_line(&mut screen).unwrap();
    }
    guest
        .write_all(format!("{WILD}\n/{WILD}\n").as_bytes())
        .unwrap();
    while !screen.contains("txt") {
        heard.read_line(&mut screen).unwrap();
    }
    tame(&screen);
    server.sees("txt");
    server.types("/quit\n");
    drop(heard);
    tell(guest, "");
    tame(&server.ends().1);
}

/// Answers one request with these words.
fn web_server(answer: &str) -> (String, thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let answer = answer.to_owned();
    let server = thread::spawn(move || {
        let stream = guarded(listener.accept().unwrap().0);
        let mut head = BufReader::new(stream);
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            head.read_line(&mut line).unwrap();
        }
        tell(head.into_inner(), &answer);
    });
    (address, server)
}

#[test]
fn web_pages_are_shown_tamed() {
    // A control character in the head is no HTTP; what turns text may stand there.
    let answer = format!(
        "HTTP/1.1 200 \u{202e}OK\r\nX: \u{2066}\u{200b}\r\nServer: {}\r\n\r\n{WILD}\n",
        '\u{feff}'
    );
    let (address, server) = web_server(&answer);
    let url = format!("http://{address}/");
    tame(&Program::start("16_http", &["get", &url]).ends().1);
    server.join().unwrap();
    let (address, server) = web_server(&answer);
    let url = format!("http://{address}/");
    tame(
        &Program::start("19_url_journey", &["browser", &url])
            .ends()
            .1,
    );
    server.join().unwrap();
    let (address, server) = web_server(&answer);
    if let Some(python) = Program::python("http_get", &[&address]) {
        tame(&python.ends().1);
    } else {
        let _ = TcpStream::connect(&address).unwrap().write_all(b"\r\n");
    }
    server.join().unwrap();
}
