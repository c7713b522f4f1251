//! A report gives a cause only for a kind of failure that it fits: each program here fails for a
//! reason of its own in a variant that was made for another mistake.
#![allow(clippy::unwrap_used, reason = "a test may end at the first surprise")]
#![cfg(unix)]

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use bilingual::Lang;
use bilingual::Ui;
use judge::Check;
use judge::play::{Options, variant};
use judge::report::{self};
use server::{PYTHON, SERVER, server};
use session::run::{Invocation, root};

#[path = "support/server.rs"]
mod server;

/// The reports on this variant of an exercise of the course, in both languages.
fn reports(id: &str, name: &str, program: &str) -> [String; 2] {
    let path = format!("examples/exercises/{id}/check.session");
    let check = Check::parse(&fs::read_to_string(root().unwrap().join(path)).unwrap()).unwrap();
    let run = Invocation {
        program: PYTHON.clone(),
        args: vec!["-IS".into(), "-c".into(), program.into()],
    };
    let mut options = Options::new(run, PathBuf::from("/"));
    // The machine may be busy with other tests.
    options.limit = Duration::from_secs(600);
    if program.contains("create_server") {
        options.patience = Duration::from_secs(30);
    }
    let verdict = variant(&check, check.variant(name).unwrap(), &options);
    [Lang::En, Lang::Zh].map(|lang| {
        let ui = Ui::plain(lang);
        report::outcome(id, &check, std::slice::from_ref(&verdict), ui)
    })
}

/// The text without white space: lines are broken between Chinese characters.
fn unbroken(text: &str) -> String {
    text.split_ascii_whitespace().collect()
}

#[track_caller]
fn says(texts: &[String; 2], what: [&str; 2]) {
    for (text, what) in texts.iter().zip(what) {
        assert!(
            unbroken(text).contains(&unbroken(what)),
            "no {what}:\n{text}"
        );
    }
}

/// Checks that the reports say `what`, give no cause, and lead to `read`, or nowhere.
#[track_caller]
fn check(id: &str, name: &str, program: &str, what: [&str; 2], read: Option<&str>) {
    let texts = reports(id, name, program);
    says(&texts, what);
    for (text, (cause, leads, end)) in texts.iter().zip([
        ("The usual cause: ", "Read: ", "en.md"),
        ("多半是因为：", "去读：", "md"),
    ]) {
        assert!(
            !text.contains(cause),
            "the cause of another failure:\n{text}"
        );
        let to = text
            .lines()
            .find_map(|line| line.trim().strip_prefix(leads));
        let read = read.and_then(|read| read.split_once('#'));
        let read = read.map(|(page, part)| format!("book/{page}.{end}#{part}"));
        assert_eq!(to, read.as_deref(), "{text}");
    }
}

#[test]
fn a_program_that_printed_a_mebibyte_is_not_told_about_send() {
    let body = "
    while d := c.recv(65536):
        print(d, flush=True)
        c.sendall(d)";
    let what = ["Your program printed more than 1 MiB", "打印了超过 1 MiB"];
    let read = Some("exercises/start#report");
    check("echo_server", "slow_reader", &server(body), what, read);
}

#[test]
fn a_program_that_never_listens_is_not_told_about_byte_order() {
    let what = [
        "Nothing listened at the address for ",
        "没有程序在这个地址上监听",
    ];
    let program = "import time; time.sleep(60)";
    check(
        "length_prefix",
        "hello",
        program,
        what,
        Some("sockets/socket#calls"),
    );
}

#[test]
fn a_crash_of_decode_is_not_told_about_write_all() {
    let body = "
    while d := c.recv(4096):
        c.sendall(d.decode().encode())";
    let what = ["A part of your program crashed", "你的程序有一部分崩溃了"];
    let program = server(body);
    check("echo_server", "slow_reader", &program, what, None);
}

#[test]
fn a_crash_on_a_message_is_not_told_about_the_next_client() {
    let program = format!(
        "{SERVER}\nwhile True:\n    c = l.accept()[0]\n    while d := c.recv(99): c.sendall(d)\n    {{}}['client']"
    );
    let what = [
        "Your program crashed (with status 1)",
        "你的程序崩溃了（状态 1）",
    ];
    check("echo_server", "next", &program, what, None);
}

#[test]
fn a_client_that_does_not_connect_is_not_told_about_characters_in_two_parts() {
    let what = ["Your program did not connect", "你的程序没有连过来"];
    let program = "import time; time.sleep(60)";
    check(
        "say_hello",
        "cut",
        program,
        what,
        Some("sockets/socket#calls"),
    );
}

#[test]
fn a_server_that_sends_without_end_is_not_told_about_its_first_read() {
    let body = "
    c.recv(99)
    while c.send(b'x' * 65536): pass";
    let what = [
        "has finished, but your program keeps sending",
        "对方已经发完，你的程序还不停地发",
    ];
    let read = Some("exercises/start#report");
    check("echo_server", "empty", &server(body), what, read);
}

#[test]
fn a_connection_that_stays_open_is_not_told_that_the_peer_is_done_before_it_is() {
    let texts = reports("timeouts", "half_line", &server("time.sleep(60)"));
    let what = [
        "Your program did not close the connection within ",
        "你的程序没有关闭连接，这时它该关了。",
    ];
    says(&texts, what);
}

const UTF8: &str = "
decoder = codecs.getincrementaldecoder('utf-8')('replace')
while data := c.recv(99): print(decoder.decode(data), flush=True)
print(decoder.decode(b'', True), flush=True)";

const WHOLE: &str = "
data = b''
while more := c.recv(99): data += more
print(data.decode(), flush=True)";

/// Checks that a server that serves one client, and `then` does this, is told of the next client.
#[track_caller]
fn is_told_of_the_next_client(then: &str, what: [&str; 2]) {
    let causes = ["accept belongs in a loop", "循环里"];
    for (id, serve) in [("utf8_stream", UTF8), ("whole_message", WHOLE)] {
        let program =
            format!("{SERVER}\nimport codecs, select\nc = l.accept()[0]\n{serve}\n{then}");
        let texts = reports(id, "next", &program);
        says(&texts, causes);
        says(&texts, what);
    }
}

#[test]
fn a_server_that_ends_with_the_next_client_in_its_queue_is_told_of_the_next_client() {
    let what = ["What was expected was not printed", "该打印的没有打印"];
    is_told_of_the_next_client("c.close()\nselect.select([l], [], [])", what);
}

#[test]
fn a_server_that_no_longer_listens_when_the_next_client_comes_is_told_of_the_next_client() {
    let what = ["no longer listens", "已经不监听了"];
    is_told_of_the_next_client("l.close()\nc.close()\ntime.sleep(60)", what);
}

#[test]
fn a_server_that_stops_listening_with_the_next_client_in_its_queue_is_told_of_the_next_client() {
    let then = "c.close()\nselect.select([l], [], [])\nl.close()\ntime.sleep(60)";
    // bob's connection was reset: nothing is said about it.
    let what = ["your program is still running.", "你的程序还在运行。"];
    is_told_of_the_next_client(then, what);
}
