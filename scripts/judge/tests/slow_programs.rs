//! Slow is not wrong: programs that are right and take their time, a busy machine, a full queue. What
//! is judged is what came, never the moment when the judge happened to stop looking.
#![allow(clippy::unwrap_used, reason = "a test may end at the first surprise")]
#![cfg(unix)]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use bilingual::Lang;
use bilingual::Ui;
use judge::Check;
use judge::play::{Options, play};
use judge::report::{self};
use judge::verdict::{Failure, HttpFault, Trouble, Verdict, Written};
use server::{PYTHON, server};
use session::run::Invocation;

#[path = "support/server.rs"]
mod server;

fn check(role: &str, stories: &[&str]) -> Check {
    let mut source = format!("title zh 题\ntitle en T\nrole {role}\n");
    for (index, story) in stories.iter().enumerate() {
        source += &format!(
            "variant v{index}\nwhy zh 因\nwhy en W\nread sockets/one-shot#bytes\nyou $\n{story}"
        );
    }
    Check::parse(&source).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn options(program: &str) -> Options {
    let program = Invocation {
        program: PYTHON.clone(),
        args: vec!["-IS".into(), "-c".into(), program.into()],
    };
    let mut options = Options::new(program, PathBuf::from("/"));
    // The machine may be busy with other tests.
    options.patience = Duration::from_secs(30);
    options.limit = Duration::from_secs(600);
    options
}

fn played(check: &Check, options: &Options) -> Vec<Verdict> {
    let all: Vec<_> = check.variants.iter().collect();
    play(check, &all, options, |_| {})
}

#[track_caller]
fn passes(role: &str, story: &str, program: &str) -> Verdict {
    let check = check(role, &[story]);
    let verdict = played(&check, &options(program)).remove(0);
    assert_eq!(verdict.failure, None, "{:?}", verdict.slow);
    verdict
}

#[track_caller]
fn failure_of(role: &str, story: &str, options: &Options) -> (Failure, String) {
    let check = check(role, &[story]);
    let verdicts = played(&check, options);
    let ui = Ui::plain(Lang::En);
    let text = report::outcome("t", &check, &verdicts, ui);
    let text = text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
    let failure = verdicts.into_iter().next().unwrap().failure;
    (*failure.expect("this program must fail"), text)
}

#[track_caller]
fn failure(role: &str, story: &str, program: &str) -> (Failure, String) {
    failure_of(role, story, &options(program))
}

macro_rules! seen {
    ($failure:expr, $pattern:pat) => {
        let failure = &$failure;
        assert!(matches!(failure.trouble, $pattern), "{failure:#?}");
    };
}

/// A server that sends what it is asked for, `bytes` at a time.
fn sender(bytes: usize, pause: f64, stop: usize) -> String {
    server(&format!(
        "
    c.recv(9); data = b'0123456789' * 314573; data = data[:3 << 20]
    for i in range(0, {stop}, {bytes}):
        c.sendall(data[i:min(i + {bytes}, {stop})]); time.sleep({pause})
    time.sleep(60)"
    ))
}

const LARGE: &str = "alice connect\nalice > go\nalice || 3MiB of \"0123456789\"\n";

#[test]
fn a_right_server_that_sends_slowly_is_waited_for() {
    let verdict = passes("server", LARGE, &sender(4000, 0.005, 3 << 20));
    // It did not happen to be fast, either.
    assert!(verdict.time > Duration::from_secs(2), "{:?}", verdict.time);
}

#[test]
fn what_was_right_when_the_time_was_over_is_called_right_so_far() {
    let mut options = options(&sender(4000, 0.02, 3 << 20));
    options.limit = Duration::from_secs(4);
    let (failure, text) = failure_of("server", LARGE, &options);
    let Trouble::RightSoFar { right, all, .. } = failure.trouble else {
        panic!("{failure:#?}")
    };
    assert!(right > 0 && right < all && all == 3 << 20, "{right} {all}");
    assert!(
        text.contains(&format!("Right so far: {right} of {all} bytes came in")),
        "{text}"
    );
    assert!(!text.contains("different from byte"), "{text}");
    assert!(!text.contains("The usual cause"), "{text}");
}

#[test]
fn what_came_is_counted_where_no_more_comes() {
    let (failure, text) = failure("server", LARGE, &sender(65536, 0.0, 1_234_567));
    seen!(failure, Trouble::TooLittle(..));
    let words = "1234567 of 3145728 bytes came, all of them right, then nothing more for ";
    assert!(text.contains(words), "{text}");
    assert!(text.contains("byte 1234568 did not come"), "{text}");
}

#[test]
fn a_line_that_comes_letter_by_letter_is_waited_for() {
    let body = "
    for b in b'0123456789 0123456789\\n': c.send(bytes([b])); time.sleep(0.15)
    time.sleep(60)";
    let story = "alice connect\nalice | 0123456789 0123456789\n";
    passes("server", story, &server(body));
    let story = "alice connect\nalice | 0123456789 012345678[..]\n";
    passes("server", story, &server(body));
}

#[test]
fn a_server_that_reads_slowly_is_waited_for() {
    let body = "
    left = 4 << 20
    while left > 0: left -= len(c.recv(16384)); time.sleep(0.012)
    c.sendall(b'done\\n')
    time.sleep(60)";
    let story = "alice connect\nalice >> 4MiB of \"x\"\nalice | done\n";
    passes("server", story, &server(body));
}

#[test]
fn a_server_with_a_small_receive_buffer_is_waited_for() {
    // Its own queue is always full: only the judge's end shows what it takes.
    let body = "
    left = 1 << 20
    while left > 0: left -= len(c.recv(4096)); time.sleep(0.016)
    c.sendall(b'done\\n')
    time.sleep(60)";
    let small = "l.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)\nloop()";
    let program = server(body).replace("loop()\n", small);
    let story = "alice connect\nalice >> 1MiB of \"x\"\nalice | done\n";
    let verdict = passes("server", story, &program);
    assert!(verdict.time > Duration::from_secs(4), "{:?}", verdict.time);
}

#[test]
fn the_body_of_a_response_may_come_slowly_and_is_short_only_where_it_has_ended() {
    let respond = |pieces: usize, then: &str| {
        server(&format!(
            "
    c.recv(999); c.sendall(b'HTTP/1.1 200 OK\\r\\nContent-Length: 26\\r\\n\\r\\n')
    for b in b'abcdefghijklmnopqrstuvwxyz'[:{pieces}]: c.send(bytes([b])); time.sleep(0.12)
    {then}"
        ))
    };
    let story = "alice connect\nalice >> \"GET / HTTP/1.1\\r\\n\\r\\n\"\nalice http 200 \"abcdefghijklmnopqrstuvwxyz\"\n";
    passes("server", story, &respond(26, "time.sleep(60)"));
    let (waits, text) = failure("server", story, &respond(5, "time.sleep(60)"));
    seen!(waits, Trouble::TooLittle(..));
    assert!(!text.contains("shorter than Content-Length"), "{text}");
    let (ended, _) = failure("server", story, &respond(5, "pass"));
    seen!(ended, Trouble::Http(HttpFault::Short { said: 26, came: 5 }));
}

#[test]
fn a_response_beyond_what_the_judge_reads_is_not_called_short() {
    let body = "
    c.recv(999); c.sendall(b'HTTP/1.1 404 Not Found\\r\\nContent-Length: 3000000\\r\\n\\r\\n' + b'x' * 3000000)
    time.sleep(60)";
    let story = "alice connect\nalice >> \"GET / HTTP/1.1\\r\\n\\r\\n\"\nalice http 404\n";
    let (failure, _) = failure("server", story, &server(body));
    seen!(failure, Trouble::Flood(Written::Sent));
}

#[test]
fn a_line_beyond_what_the_judge_reads_is_not_called_other_bytes() {
    let body = "
    while True: c.sendall(b'0123456789' * 1000)";
    let (failure, text) = failure("server", "alice connect\nalice | 0[..]\n", &server(body));
    seen!(failure, Trouble::Flood(Written::Sent));
    assert!(!text.contains("different from byte"), "{text}");
}

#[test]
fn what_came_too_much_is_counted_where_only_its_beginning_is_shown() {
    let story = "alice connect\nalice | a\nalice ~ 100ms\n";
    let body = "c.sendall(b'a\\n' + b'x' * 1000); time.sleep(60)";
    let (failure, text) = failure("server", story, &server(body));
    seen!(failure, Trouble::NotSilent(_));
    assert!(text.contains("x\" and 952 bytes more."), "{text}");
}

#[test]
fn other_bytes_far_inside_are_still_found() {
    let body = "
    c.recv(9); data = bytearray(b'0123456789' * 314573)[:3 << 20]; data[2000000] = 33
    c.sendall(data); time.sleep(60)";
    let (failure, text) = failure("server", LARGE, &server(body));
    seen!(failure, Trouble::Wrong(_));
    assert!(text.contains("different from byte 2000001 on"), "{text}");
}

#[test]
fn a_rule_that_states_a_time_is_not_stretched() {
    let body = "
    for b in b'0123456789': c.send(bytes([b])); time.sleep(0.1)
    time.sleep(60)";
    let story = "alice connect\nalice || \"0123456789\" within 400ms by rule\n";
    let (failure, _) = failure("server", story, &server(body));
    seen!(failure, Trouble::RightSoFar { .. });
    passes("server", &story.replace(" by rule", ""), &server(body));
}

#[test]
fn a_program_that_works_before_it_listens_is_waited_for() {
    // It needs a processor, however many others want one.
    let works = "import time\nwhile time.process_time() < 2.6: pass\n";
    let program = format!("{works}{}", server("c.sendall(b'up\\n'); time.sleep(60)"));
    let check = check("server", &["alice connect\nalice | up\n"]);
    let mut options = options(&program);
    options.patience = Duration::from_secs(2);
    let verdicts = played(&check, &options);
    assert_eq!(verdicts[0].failure, None);
    let ready = verdicts[0].slow.starts_slowly().unwrap();
    assert!(ready >= Duration::from_millis(2500), "{ready:?}");
    for (lang, words) in [
        (Lang::En, "A slow start: your program took "),
        (Lang::Zh, "启动很慢：你的程序用了 "),
    ] {
        let ui = Ui::plain(lang);
        let text = report::outcome("t", &check, &verdicts, ui);
        assert!(text.contains(words), "{text}");
    }
}

const LONG_TEXT: &str = "you >> 128KiB of \"a\"\nyou ^D\nyou | 131072\nyou ? 0\n";

/// A filter that does this first, and then counts what it reads.
fn counts(first: &str) -> String {
    format!("import sys, time\n{first}\nprint(len(sys.stdin.read()), flush=True)")
}

#[test]
fn a_filter_that_is_slow_to_start_is_given_time_to_read_a_long_text() {
    passes("filter", LONG_TEXT, &counts("time.sleep(3)"));
}

#[test]
fn a_filter_that_has_read_a_part_is_given_time_to_start() {
    let first = "sys.stdin.buffer.raw.read(9); time.sleep(3); print('-' * 9, file=sys.stderr)";
    let story = LONG_TEXT.replace("131072", "131063");
    passes("filter", &story, &counts(first));
}

#[test]
fn a_filter_that_never_reads_is_told_so() {
    let mut options = options(&counts("time.sleep(60)"));
    options.patience = Duration::from_secs(2);
    let (failure, _) = failure_of("filter", LONG_TEXT, &options);
    seen!(failure, Trouble::NotTyped);
}

#[test]
fn a_program_that_is_slow_to_start_is_given_time_for_its_answers_as_well() {
    let program = format!(
        "import time\ntime.sleep(3.2)\n{}",
        server("c.recv(9); time.sleep(3); c.sendall(b'up\\n'); time.sleep(60)")
    );
    let stories = ["alice connect\n", "alice connect\nalice > x\nalice | up\n"];
    let check = check("server", &stories);
    let verdicts = played(&check, &options(&program));
    assert!(
        verdicts.iter().all(|v| v.failure.is_none()),
        "{verdicts:#?}"
    );
}

#[test]
fn what_was_only_late_is_tried_once_more_alone() {
    let runs = tempfile::tempdir().unwrap();
    // Every second run prints nothing.
    let program = format!(
        "import os, tempfile\nd = {:?}\nn = len(os.listdir(d))\nopen(os.path.join(d, str(os.getpid())), 'w')\n{}",
        runs.path(),
        server("c.recv(9); n == 1 or c.sendall(b'up\\n'); time.sleep(60)")
    );
    let story = "alice connect\nalice > x\nalice | up\n";
    let check = check("server", &[story, story]);
    let verdicts = played(&check, &options(&program));
    assert!(
        verdicts.iter().all(|v| v.failure.is_none()),
        "{verdicts:#?}"
    );
    assert!(
        verdicts[1].slow.again && !verdicts[0].slow.again,
        "{verdicts:#?}"
    );
}

#[test]
fn a_check_ends_in_its_time_and_says_what_it_did_not_get_to() {
    let story = "alice connect\nalice > x\nalice | up\n";
    let check = check("server", &[story; 12]);
    let mut options = options(&server("c.recv(9); time.sleep(60)"));
    options.limit = Duration::from_secs(5);
    let began = Instant::now();
    let verdicts = played(&check, &options);
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(verdicts.len(), 12);
    let last = verdicts[11].failure.as_ref().unwrap();
    seen!(last, Trouble::NotPlayed);
    let ui = Ui::plain(Lang::En);
    let text = report::outcome("t", &check, &verdicts, ui);
    assert!(
        text.contains("Not finished (a check ends after 60 s): "),
        "{text}"
    );
    assert!(report::line(&verdicts[11], ui).contains("– v11"));
}

/// A server with a queue of this length, that accepts only `accepts`.
fn small_queue(length: usize, accepts: &str) -> String {
    format!(
        "
import socket, sys, threading, time
host, port = sys.argv[-1].rsplit(':', 1)
l = socket.socket()
l.bind((host, int(port)))
l.listen({length})
{accepts}"
    )
}

#[test]
fn a_full_queue_is_not_called_a_program_that_does_not_listen() {
    let mut options = options(&small_queue(1, "time.sleep(60)"));
    options.patience = Duration::from_secs(5);
    let (failure, text) = failure_of("server", "guest*50 connect\nguest*50 ~ 50ms\n", &options);
    let Trouble::QueueFull { connected, of, .. } = failure.trouble else {
        panic!("{failure:#?}")
    };
    assert!(
        connected > 0 && connected < of && of == 50,
        "{connected} {of}"
    );
    assert!(
        text.contains(
            "Your program listens, but its queue of connections waiting for accept is full"
        ),
        "{text}"
    );
    assert!(text.contains("of 50 connections were made in"), "{text}");
    if cfg!(target_os = "linux") {
        assert!(text.contains(" are waiting in it, and "), "{text}");
    }
}

#[test]
fn a_queue_that_is_full_later_is_told_as_well() {
    let one_at_a_time = "
while True:
    c = l.accept()[0]
    while d := c.recv(99): c.sendall(d)";
    let story = "alice connect\nalice > a\nalice | a\nguest*50 connect\nguest*50 ~ 50ms\n";
    let (failure, _) = failure("server", story, &small_queue(1, one_at_a_time));
    seen!(failure, Trouble::QueueFull { of: 50, .. });
    // As many as there is room for are accepted.
    let story = story
        .replace("50 connect", "2 connect")
        .replace("50 ~", "2 ~");
    passes("server", &story, &small_queue(4, one_at_a_time));
}

#[test]
fn a_small_queue_is_enough_for_who_accepts_at_once() {
    let accepts = "
def run(c):
    with c:
        while d := c.recv(99): c.sendall(d)
while True: threading.Thread(target=run, args=(l.accept()[0],), daemon=True).start()";
    let story = "guest*50 connect\nguest*50 > {n}\nguest*50 | {n}\n";
    for length in [0, 1, 5] {
        passes("server", story, &small_queue(length, accepts));
    }
}

/// Answers 64 KiB at a time, taking its time, and lets go of a client that takes no answer for 300 ms.
const SLOW_TO_FILL: &str = "import socket, sys, threading, time
here = set()
def serve(client):
    client.settimeout(DEADLINE)
    try:
        while some := client.recv(65536):
            if some == b'who\\n':
                client.sendall(b'%d\\n' % len(here))
                continue
            time.sleep(0.02)
            client.sendall(some)
    except OSError:
        pass
    here.discard(client)
host, port = sys.argv[-1].rsplit(':', 1)
with socket.create_server((host, int(port))) as listener:
    while True:
        client, _ = listener.accept()
        here.add(client)
        threading.Thread(target=serve, args=(client,), daemon=True).start()
";

const NEVER_READS: &str = "alice connect\nalice stops\nalice >> 16MiB of \"x\"\nalice ~ 800ms\nbob connect\nbob > who\nbob | 1\n";

#[test]
fn the_time_of_a_peer_that_does_not_read_counts_from_when_the_program_is_held_up() {
    passes(
        "server",
        NEVER_READS,
        &SLOW_TO_FILL.replace("DEADLINE", "0.3"),
    );
}

#[test]
fn a_program_that_a_peer_holds_up_is_not_waited_for_longer() {
    let program = SLOW_TO_FILL.replace("DEADLINE", "None");
    let (failure, _) = failure_of("server", NEVER_READS, &options(&program));
    assert!(
        matches!(failure.trouble, Trouble::Wrong { .. }),
        "{failure:?}"
    );
}
