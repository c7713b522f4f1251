//! Programs that behave badly: each is ended in time, with a report of its own, and nothing is left.
#![allow(clippy::unwrap_used, reason = "a test may end at the first surprise")]
#![cfg(unix)]

use std::env;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use judge::Check;
use judge::crash::Extent;
use judge::play::{Options, variant};
use judge::verdict::{Failure, HttpFault, Kept, Surplus, Trouble, Verdict, Written};
use server::{PYTHON, SERVER, server};
use session::run::Invocation;

#[path = "support/server.rs"]
mod server;

/// The head of a check; what replaces `ROLE` may have a second line.
const HEAD: &str =
    "title zh 题\ntitle en T\nrole ROLE\nvariant v\nwhy zh 因\nwhy en W\nread a/b#c\nyou $\n";

#[track_caller]
fn judge(role: &str, story: &str, program: &str) -> Verdict {
    let source = format!("{}{story}", HEAD.replace("ROLE", role));
    let check = Check::parse(&source).unwrap();
    let last = check.variants.last().unwrap();
    let program = Invocation {
        program: PYTHON.clone(),
        args: vec!["-IS".into(), "-c".into(), program.into()],
    };
    let mut options = Options::new(program, PathBuf::from("/"));
    // The machine may be busy with other tests.
    options.limit = Duration::from_secs(600);
    if !story.contains("# impatient") {
        options.patience = Duration::from_secs(30);
    }
    if story.contains("# patient") {
        options.deadline *= 5;
    }
    variant(&check, last, &options)
}

#[track_caller]
fn failure(role: &str, story: &str, program: &str) -> Failure {
    let verdict = judge(role, story, program);
    *verdict.failure.expect("this program must fail")
}

#[track_caller]
fn passes(role: &str, story: &str, program: &str) {
    // Nothing has to be waited for, except on a busy machine.
    let verdict = judge(role, &format!("# patient\n{story}"), program);
    assert_eq!(verdict.failure, None);
}

macro_rules! seen {
    ($failure:expr, $pattern:pat) => {
        let failure = $failure;
        assert!(matches!(failure.trouble, $pattern), "{failure:#?}");
    };
}

/// A list of functions with their names.
macro_rules! facts {
    ($($(#[$when:meta])* $name:ident,)*) => {
        &[$($(#[$when])* (stringify!($name), $name as fn()),)*]
    };
}

const FACTS: &[(&str, fn())] = facts![
    a_program_that_exits_at_once_ended_before_it_listened,
    a_program_that_never_listens_is_told_so,
    #[cfg(target_os = "linux")]
    a_program_that_listens_elsewhere_is_told_where,
    #[cfg(target_os = "linux")]
    an_address_of_ipv4_may_be_listened_at_through_ipv6,
    a_flood_is_stopped_on_the_wire_and_on_stdout,
    a_crash_is_known_by_its_status_and_its_words,
    bytes_that_come_only_at_the_end_were_not_flushed,
    text_without_its_line_end_is_shown_as_it_came,
    too_little_too_much_and_other_bytes_are_told_apart,
    a_reset_is_not_an_end,
    a_server_that_takes_one_client_refuses_the_second,
    a_program_that_stops_reading_is_told_so,
    how_a_program_ends_is_judged,
    a_program_that_closes_its_input_does_not_stop_the_judge,
    #[cfg(target_os = "linux")]
    memory_that_a_peer_can_grow_is_bounded_beyond_what_the_language_needs,
    #[cfg(target_os = "linux")]
    nothing_that_a_program_starts_outlives_it,
    #[cfg(target_os = "linux")]
    what_is_kept_of_each_client_that_is_gone_is_counted,
    #[cfg(target_os = "linux")]
    what_grows_once_or_goes_a_moment_later_is_not_kept,
    a_story_that_fails_when_played_again_says_which_time,
    a_client_is_accepted_and_judged,
    fifty_at_once_are_fifty_connections_at_the_same_time,
    each_way_of_sending_says_the_same,
    what_is_sent_in_a_row_arrives_in_one_read_when_glued_and_in_many_when_cut,
    a_slow_reader_and_one_that_stops_get_everything,
    what_came_on_a_connection_is_sent_again,
    a_datagram_is_answered_with_what_it_said,
    datagrams_that_do_not_come_or_are_others_are_told_apart,
    a_refused_client_says_so_and_ends,
    a_relay_is_judged_on_both_sides,
    a_filter_answers_each_line,
    arguments_come_before_the_address,
    a_connection_that_is_reset_at_once_was_made,
    a_response_is_judged_as_a_whole,
    #[cfg(target_os = "linux")]
    a_program_that_leaves_its_process_group_is_ended_all_the_same,
    standard_error_is_drained_and_no_verdict,
    a_line_on_standard_error_is_read_where_the_story_asks_for_it,
    a_crash_is_told_with_its_last_line_whole,
    other_lines_are_passed_over_where_the_rules_allow_them,
    #[cfg(target_os = "linux")]
    a_program_on_another_port_is_told_which,
    a_crash_after_the_answer_is_seen_where_the_program_should_still_run,
    an_end_that_takes_a_while_is_waited_for,
    #[cfg(target_os = "linux")]
    a_program_that_is_about_to_end_does_not_count_as_running,
];

/// Number of programs at the same time: they mostly wait, and libtest would start one per core.
const AT_ONCE: usize = 10;

/// Runs all of them; with `FACT=flood`, only those whose names contain this.
#[test]
fn whatever_a_program_does_is_told_in_time() {
    let wanted = env::var("FACT").unwrap_or_default();
    let facts: Vec<_> = FACTS
        .iter()
        .filter(|(name, _)| name.contains(&wanted))
        .collect();
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((name, fact)) = facts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // The panic says its name.
                    let named = thread::Builder::new().name((*name).to_owned());
                    if named.spawn(fact).unwrap().join().is_err() {
                        failed.lock().unwrap().push(*name);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "not so: {failed:#?}");
}

const GREETED: &str = "alice connect\nalice > hi\nalice | hi\nalice ^D\nalice ? end\n";

fn a_program_that_exits_at_once_ended_before_it_listened() {
    let failure = failure("server", GREETED, "print('bye'); raise SystemExit(3)");
    assert_eq!(failure.output, [b"bye"]);
    assert_eq!(failure.ended.unwrap().to_string(), "status 3");
    seen!(failure, Trouble::EndedAtOnce);
}

fn a_program_that_never_listens_is_told_so() {
    let story = format!(
        "# impatient\n{}",
        GREETED.replace("connect", "connect within 1s")
    );
    seen!(
        failure("server", &story, "import time; time.sleep(60)"),
        Trouble::NeverListens(_)
    );
}

#[cfg(target_os = "linux")]
fn a_program_that_listens_elsewhere_is_told_where() {
    let elsewhere = "
import socket, time
l = socket.create_server(('127.0.0.2', 0)); time.sleep(60)";
    seen!(
        failure("server", GREETED, elsewhere),
        Trouble::ListensElsewhere(_)
    );
    let everywhere = "
import socket, sys, time
l = socket.create_server(('0.0.0.0', int(sys.argv[-1].rsplit(':')[-1]))); time.sleep(60)";
    let failure = failure("server", GREETED, everywhere);
    let Trouble::ListensElsewhere(at) = failure.trouble else {
        panic!("{failure:#?}")
    };
    assert!(at[0].ip().is_unspecified(), "{at:?}");
}

#[cfg(target_os = "linux")]
fn an_address_of_ipv4_may_be_listened_at_through_ipv6() {
    let mapped = "
import socket, sys
host, port = sys.argv[-1].rsplit(':', 1)
l = socket.socket(socket.AF_INET6)
l.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
l.bind(('::ffff:' + host, int(port))); l.listen()
while True:
    c = l.accept()[0]
    while d := c.recv(99): c.sendall(d)
    c.close()";
    passes("server", GREETED, mapped);
}

fn a_flood_is_stopped_on_the_wire_and_on_stdout() {
    let wire = server("while c.send(b'x' * 65536): pass");
    seen!(
        failure("server", "alice connect\nalice ^D\nalice ? end\n", &wire),
        Trouble::Flood(Written::Sent)
    );
    let screen = "while True: print('x' * 1000)";
    seen!(
        failure("filter", "you | y\nyou ? 0\n", screen),
        Trouble::Wrong(_) | Trouble::Flood(Written::Printed)
    );
    let screen = format!("{SERVER}\nwhile True: print('x' * 1000)");
    seen!(
        failure("server", GREETED, &screen),
        Trouble::Flood(Written::Printed)
    );
}

fn a_crash_is_known_by_its_status_and_its_words() {
    let crash = server("os.kill(os.getpid(), signal.SIGSEGV)");
    let failure = failure("server", GREETED, &crash);
    assert_eq!(failure.ended.unwrap().signal, Some(11));
    seen!(failure, Trouble::ClosedEarly(_) | Trouble::ResetEarly(_));
}

fn bytes_that_come_only_at_the_end_were_not_flushed() {
    let late =
        server("f = c.makefile('wb', 65536); d = c.recv(99); f.write(d); c.recv(99); f.flush()");
    let patient = format!("# patient\n{GREETED}");
    seen!(failure("server", &patient, &late), Trouble::OnlyAtEnd(_));
    let late = "import os, sys\nd = sys.stdin.read()\nos.write(1, b'done\\n')";
    seen!(
        failure(
            "filter",
            "# impatient\n# patient\nyou > a\nyou | done\nyou ? 0\n",
            late
        ),
        Trouble::OnlyAtEnd(_)
    );
}

fn text_without_its_line_end_is_shown_as_it_came() {
    let failure = failure(
        "filter",
        "# impatient\nyou | done\nyou ? 0\n",
        "import time\nprint('done', end='', flush=True); time.sleep(60)",
    );
    let Trouble::TooLittle(bytes, _) = failure.trouble else {
        panic!("{failure:#?}")
    };
    assert_eq!(
        (bytes.came.as_slice(), bytes.expected.as_slice()),
        (&b"done"[..], &b"done\n"[..])
    );
}

fn too_little_too_much_and_other_bytes_are_told_apart() {
    let story = "alice connect\nalice > hello\nalice || \"hello\\n\"\nalice ~ 200ms\n";
    seen!(
        failure(
            "server",
            story,
            &server("d = c.recv(99); c.sendall(d[:3]); time.sleep(60)")
        ),
        Trouble::TooLittle(_, _)
    );
    seen!(
        failure("server", story, &server("d = c.recv(99); c.sendall(d[:3])")),
        Trouble::ClosedEarly(_)
    );
    seen!(
        failure(
            "server",
            story,
            &server("d = c.recv(99); c.sendall(b'hellO!'); time.sleep(60)")
        ),
        Trouble::Wrong(_)
    );
    // Half a line that can no longer become right.
    let half = server("c.sendall(b'hal'); time.sleep(60)");
    seen!(
        failure("server", "alice connect\nalice | hello\n", &half),
        Trouble::Wrong(_)
    );
    seen!(
        failure(
            "server",
            story,
            &server("d = c.recv(99); c.sendall(d + b'?'); time.sleep(60)")
        ),
        Trouble::NotSilent(_)
    );
    let story = "alice connect\nalice > hello\nalice | hello\nalice ^D\nalice ? end\n";
    seen!(
        failure(
            "server",
            story,
            &server("d = c.recv(99); c.sendall(d + b'?'); time.sleep(60)")
        ),
        Trouble::TooMuch(_)
    );
    seen!(
        failure(
            "server",
            story,
            &server("d = c.recv(99); c.sendall(d); time.sleep(60)")
        ),
        Trouble::StillOpen(_)
    );
}

fn a_reset_is_not_an_end() {
    let reset =
        "c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); c.recv(9)";
    seen!(
        failure("server", GREETED, &server(reset)),
        Trouble::ResetEarly(_)
    );
    passes(
        "server",
        "alice connect\nalice > x\nalice ? reset\n",
        &server(reset),
    );
    passes(
        "server",
        "alice connect\nalice > x\nalice ? gone\n",
        &server(reset),
    );
    seen!(
        failure(
            "server",
            "alice connect\nalice > x\nalice ? reset\n",
            &server("c.recv(9)")
        ),
        Trouble::NoReset
    );
}

fn a_server_that_takes_one_client_refuses_the_second() {
    let one =
        format!("{SERVER}\nc = l.accept()[0]; l.close(); c.sendall(b'alone\\n'); time.sleep(60)");
    seen!(
        failure(
            "server",
            "alice connect\nalice | alone\nbob connect\n",
            &one
        ),
        Trouble::Refused
    );
}

fn a_program_that_stops_reading_is_told_so() {
    let story = "alice connect\nalice >> 16MiB of \"x\"\nalice | done\n";
    seen!(
        failure("server", story, &server("time.sleep(60)")),
        Trouble::NotReading(_, _)
    );
}

fn how_a_program_ends_is_judged() {
    seen!(
        failure("filter", "you ? 0\n", "raise SystemExit(3)"),
        Trouble::WrongStatus
    );
    seen!(
        failure(
            "filter",
            "# impatient\nyou ? 0\n",
            "import time; time.sleep(60)"
        ),
        Trouble::StillRunning(_)
    );
    seen!(
        failure("filter", "you ? 0\n", "print(1)"),
        Trouble::TooMuch(_)
    );
    // What it has started prints a moment later.
    let late = "import os, time\nos.fork() and os._exit(0)\ntime.sleep(.1); print(1)";
    let late = || failure("filter", "you ? 0\n", late).trouble;
    // A busy machine may leave that asleep.
    assert!((0..5).any(|_| matches!(late(), Trouble::TooMuch(_))));
    seen!(
        failure("filter", "you > x\nyou | up\nyou ~ 9s\n", "print('up')"),
        Trouble::Gone
    );
    seen!(
        failure(
            "filter",
            "you | 1\nyou ~ 9s\n",
            "import time; print(1, flush=True); print(2, flush=True); time.sleep(60)"
        ),
        Trouble::NotSilent(_)
    );
}

fn a_program_that_closes_its_input_does_not_stop_the_judge() {
    let closes = "import os, time\nos.close(0)\nprint('closed', flush=True)\ntime.sleep(60)";
    let story = "you | closed\nyou > a\nyou > b\nyou | more\n";
    let began = Instant::now();
    seen!(failure("filter", story, closes), Trouble::NotTyped);
    assert!(began.elapsed() < Duration::from_secs(30));
}

#[cfg(target_os = "linux")]
fn memory_that_a_peer_can_grow_is_bounded_beyond_what_the_language_needs() {
    let story = "alice connect\nalice > x\nalice | done\nyou memory 64MiB\n";
    let greedy = server("c.recv(9); b = b'x' * (100 << 20); c.sendall(b'done\\n'); time.sleep(60)");
    seen!(failure("server", story, &greedy), Trouble::Memory { .. });
    passes(
        "server",
        story,
        &server("c.recv(9); c.sendall(b'done\\n'); time.sleep(60)"),
    );
    let large = format!(
        "needed = b'x' * (100 << 20)\n{}",
        server("c.recv(9); c.sendall(b'done\\n'); time.sleep(60)")
    );
    passes("server", story, &large);
    let filter = "import sys\nneeded = b'x' * (100 << 20)\nprint('up', flush=True)\nkept = sys.stdin.readline() * (20 << 20)\nprint('done', flush=True)\nsys.stdin.read()";
    let story = |most| {
        format!(
            "# patient\nyou | up\nyou > abc\nyou | done\nyou memory {most}MiB\nyou ^D\nyou ? 0\n"
        )
    };
    passes("filter", &story(128), filter);
    seen!(
        failure("filter", &story(32), filter),
        Trouble::Memory { .. }
    );
}

const FORGOTTEN: &str =
    "alice connect\nalice > hi\nalice | hi\nalice ^D\nalice ? end\nyou forgets 50\n";

/// A server that answers, does `body` for each client, `c`, and lets it go.
fn keeper(body: &str) -> String {
    let serve = format!("KEPT.append(c.recv(9)); c.sendall(KEPT.pop()); c.recv(9); {body}");
    format!("KEPT = []\n{}", server(&serve))
}

#[cfg(target_os = "linux")]
fn what_is_kept_of_each_client_that_is_gone_is_counted() {
    use Kept::{Descriptors, Memory, Processes, Threads};
    let touched = "KEPT.append(b'x' * (1 << 20))";
    let untouched = "KEPT.append(bytes(1 << 20))";
    let of_all = [
        ("c.shutdown(1); KEPT.append(c.dup())", Descriptors, 50),
        ("KEPT.append(open('/dev/null'))", Descriptors, 50),
        ("c.close(); threading.Event().wait()", Threads, 50),
        ("os.fork() or os._exit(0)", Processes, 50),
        ("os.fork() or (c.close(), signal.pause())", Processes, 50),
        (touched, Memory, 50 << 20),
        (untouched, Memory, 50 << 20),
    ];
    thread::scope(|scope| {
        for (body, what, most) in of_all {
            scope.spawn(move || kept(FORGOTTEN, body, what, most));
        }
    });
    // Only the connections that are reset are kept: one of two.
    let half = "alice connect\nalice > hi\nalice | hi\nalice ^C\n";
    let half = format!("{half}{}", FORGOTTEN.replace("alice", "bob"));
    let broken = server(
        "
        try:
            while d := c.recv(9): c.sendall(d)
        except OSError: KEPT.append(c.dup())",
    );
    let program = format!("KEPT = []\n{broken}");
    let failure = failure("server", &format!("# patient\n{half}"), &program);
    let Trouble::Keeps { what, clients, .. } = failure.trouble else {
        panic!("{failure:#?}")
    };
    assert_eq!((what, clients), (Descriptors, 100));
}

#[cfg(target_os = "linux")]
#[track_caller]
fn kept(story: &str, body: &str, expected: Kept, most: u64) {
    let failure = failure("server", &format!("# patient\n{story}"), &keeper(body));
    let Trouble::Keeps { what, least, .. } = failure.trouble else {
        panic!("{body}: {failure:#?}")
    };
    assert_eq!(what, expected, "{body}");
    assert!(least > most / 2 && least < most * 3 / 2, "{body}: {least}");
}

#[cfg(target_os = "linux")]
fn what_grows_once_or_goes_a_moment_later_is_not_kept() {
    let pool = format!(
        "
from concurrent.futures import ThreadPoolExecutor
{SERVER}
def serve(c):
    while d := c.recv(9): c.sendall(d)
with ThreadPoolExecutor(60) as pool:
    while True: pool.submit(run, l.accept()[0])"
    );
    passes("server", FORGOTTEN, &pool);
    for body in [
        // A thread for each of the first 180 clients, which stays.
        "c.close(); KEPT.append(1); len(KEPT) < 180 and threading.Event().wait()",
        // The memory of the last 120 clients.
        "KEPT.append(b'x' * (1 << 20)); del KEPT[:-120]",
        // Goes a moment later.
        "c.shutdown(1); time.sleep(0.4)",
        // Waits for the children of the last batch, never for those of the very last clients.
        "KEPT.append(os.fork() or os._exit(0)); len(KEPT) > 40 and [os.waitpid(KEPT.pop(), 0) for _ in range(40)]",
    ] {
        passes("server", FORGOTTEN, &keeper(body));
    }
    let crowd = FORGOTTEN
        .replace("alice", "guest*50")
        .replace("forgets 50", "forgets 1");
    passes("server", &crowd, &keeper(""));
}

fn a_story_that_fails_when_played_again_says_which_time() {
    let tired = keeper("KEPT.append(1); len(KEPT) == 31 and os._exit(3)");
    let failure = failure("server", &format!("# patient\n{FORGOTTEN}"), &tired);
    // The first client came before the fifty.
    assert!(matches!(failure.peer, Some(30 | 31)), "{failure:#?}");
    assert_eq!(failure.ended.unwrap().to_string(), "status 3");
}

#[cfg(target_os = "linux")]
fn nothing_that_a_program_starts_outlives_it() {
    // One child ignores SIGTERM, one has left the process group.
    let word = format!("left-behind-{}", std::process::id());
    let program = format!("
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
sleeper = [sys.executable, '-I', '-c', 'import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)', '{word}']
subprocess.Popen(sleeper)
subprocess.Popen(sleeper, start_new_session=True)
print('ready', flush=True)
time.sleep(60)");
    seen!(
        failure("filter", "you | ready\nyou | more\n", &program),
        Trouble::TooLittle(_, _)
    );
    let until = Instant::now() + Duration::from_secs(10);
    while running(&word) > 0 {
        assert!(Instant::now() < until, "a child is left");
        std::thread::yield_now();
    }
}

fn running(word: &str) -> usize {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.filter_map(|process| std::fs::read(process.path().join("cmdline")).ok());
    lines
        .filter(|line| {
            line.split(|&byte| byte == 0)
                .any(|arg| arg == word.as_bytes())
        })
        .count()
}

fn a_client_is_accepted_and_judged() {
    let client = "
import socket, sys
host, port = sys.argv[-1].rsplit(':', 1)
with socket.create_connection((host, int(port))) as c:
    c.sendall('你好\\n'.encode()); print(c.recv(99).decode(), end='')";
    let story = "alice accept\nalice | 你好\nalice > 再见\nyou | 再见\nalice ? end\nyou ? 0\n";
    passes("client", story, client);
    let story = "# impatient\nalice accept within 1s\n";
    seen!(
        failure("client", story, "import time; time.sleep(60)"),
        Trouble::NeverConnects(_)
    );
    seen!(
        failure("client", "alice accept\n", "pass"),
        Trouble::EndedAtOnce
    );
}

fn fifty_at_once_are_fifty_connections_at_the_same_time() {
    let echo = server("d = c.recv(99); n.add(c); b.wait(20); c.sendall(d)").replace(
        "def serve",
        "n = set(); b = threading.Barrier(50)\ndef serve",
    );
    passes(
        "server",
        "guest*50 connect\nguest*50 > I am {n}\nguest*50 | I am {n} within 20s\n",
        &echo,
    );
    let story = "guest*3 connect\nguest*3 > {n}\nguest*3 | {n}\n";
    let other = server("d = c.recv(9); c.sendall(d.replace(b'2', b'no')); time.sleep(60)");
    assert_eq!(failure("server", story, &other).peer, Some(2));
}

const ECHO: &str = "
    while d := c.recv(65536): c.sendall(d)";

fn each_way_of_sending_says_the_same() {
    for way in ["glue", "cut", "pace 1 5ms"] {
        let story = format!(
            "alice connect\nalice > 你好\nalice > 汉字\nalice | 你好\nalice | 汉字\n\
             variant w = v with {way}\nwhy zh 因\nwhy en W\nread a/b#c\n"
        );
        passes("server", &story, &server(ECHO));
    }
}

fn what_is_sent_in_a_row_arrives_in_one_read_when_glued_and_in_many_when_cut() {
    let story = "alice connect\nalice > 你好\nalice > 汉字\nalice || \"N\"\nvariant w = v with WAY\nwhy zh 因\nwhy en W\nread a/b#c\n";
    let count = server(
        "d = b''; n = 0\n    while len(d) < 14: d += c.recv(99); n += 1\n    c.sendall(b'1' if n == 1 else b'm'); time.sleep(60)",
    );
    passes(
        "server",
        &story.replace("WAY", "glue").replace('N', "1"),
        &count,
    );
    // A program that a busy machine leaves asleep for longer than the pause reads pieces together.
    let cut = story.replace("WAY", "cut").replace('N', "m");
    let apart = || judge("server", &cut, &count).failure.is_none();
    assert!((0..5).any(|_| apart()));
    passes(
        "server",
        &story.replace("WAY", "pace 1 20ms").replace('N', "m"),
        &count,
    );
}

fn a_slow_reader_and_one_that_stops_get_everything() {
    let story = "alice connect\nalice stops\nalice >> 1MiB of \"0123456789 \"\nalice ~ 100ms\nalice reads 65536 5ms\nalice || 1MiB of \"0123456789 \" within 10s\nalice pace 100 1ms\nalice > bye\nalice | bye\n";
    passes("server", story, &server(ECHO));
}

fn what_came_on_a_connection_is_sent_again() {
    let story = "alice connect\nalice || \"\\?\\?:\"\nalice >> \"\\{0..2}!\"\nalice | yes\n";
    let body = "c.sendall(b'id:'); c.sendall(b'yes\\n' if c.recv(9) == b'id!' else b'no\\n'); time.sleep(60)";
    passes("server", story, &server(body));
}

/// A client that sends and receives datagrams: `s` is its socket, `to` the address.
fn sender(body: &str) -> String {
    format!(
        "
import socket, sys, time
host, port = sys.argv[-1].rsplit(':', 1); to = (host, int(port))
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(20)
{body}
"
    )
}

const UDP: &str = "client\ntransport udp";

fn a_datagram_is_answered_with_what_it_said() {
    let story = "alice || \"\\?\\?ask\"\nmallory >> \"\\{0..2}no\"\nalice >> \"\\{0..2}yes\"\nyou | yes\nalice ~ 100ms\nyou ? 0\n";
    let connected = sender(
        "s.connect(to); s.send(b'\\x17\\x2aask'); d = s.recv(99); assert d[:2] == b'\\x17\\x2a'; print(d[2:].decode(), flush=True); time.sleep(.5)",
    );
    passes(UDP, story, &connected);
    let large = "alice || 8000 of \"x\"\nalice >> 8000 of \"y\"\nyou | 8000\n";
    let connected = sender("s.sendto(b'x' * 8000, to); print(len(s.recv(9999)), flush=True)");
    passes(UDP, large, &connected);
    // It takes an answer from any sender.
    let open = sender("s.sendto(b'idask', to); print(s.recv(99)[2:].decode())");
    seen!(failure(UDP, story, &open), Trouble::Wrong(_));
}

fn datagrams_that_do_not_come_or_are_others_are_told_apart() {
    let story = "# impatient\nalice || \"a\\?c\" within 1s\nalice || \"again\" within 1s\n";
    let silent = sender("time.sleep(60)");
    seen!(failure(UDP, story, &silent), Trouble::NeverSends(_));
    let elsewhere = sender("s.sendto(b'abc', (host, to[1] ^ 1)); time.sleep(60)");
    seen!(failure(UDP, story, &elsewhere), Trouble::NeverSends(_));
    // A machine that is busy starts them late.
    let story = &story
        .replace("# impatient\n", "")
        .replacen(" within 1s", "", 1);
    seen!(failure(UDP, story, "pass"), Trouble::SentNothing);
    for other in ["ab", "abcd", "bbc", ""] {
        let other = sender(&format!("s.sendto(b'{other}', to); time.sleep(60)"));
        seen!(failure(UDP, story, &other), Trouble::Wrong(_));
    }
    let once = sender("s.sendto(b'abc', to); time.sleep(60)");
    seen!(failure(UDP, story, &once), Trouble::NoDatagram(_, _));
    let twice = sender("s.sendto(b'abc', to); s.sendto(b'x', to); time.sleep(60)");
    seen!(
        failure(UDP, "alice || \"abc\"\nalice ~ 1s\n", &twice),
        Trouble::NotSilent(_)
    );
    let flood = sender("while True: s.sendto(b'x' * 1000, to)");
    seen!(
        failure(UDP, "alice || \"y\" within 9s\n", &flood),
        Trouble::Wrong(_) | Trouble::Flood(Written::Printed)
    );
}

fn a_refused_client_says_so_and_ends() {
    let client = "
import socket, sys
host, port = sys.argv[-1].rsplit(':', 1)
try: socket.create_connection((host, int(port)))
except ConnectionRefusedError: print('refused'); sys.exit(1)";
    let story = "variant w\nwhy zh 因\nwhy en W\nread a/b#c\nalice refuses\nyou $\nyou | refused\nyou ? 1\n";
    passes("client", story, client);
    let asks = sender(
        "s.connect(to); s.send(b'x')
try: s.recv(9)
except ConnectionRefusedError: print('refused'); sys.exit(1)",
    );
    if cfg!(target_os = "linux") {
        passes(UDP, story, &asks);
    }
    seen!(failure("client", story, "pass"), Trouble::NotPrinted(_));
}

const RELAY: &str = "
import socket, sys, threading
here, there = [(a.rsplit(':', 1)[0], int(a.rsplit(':', 1)[1])) for a in sys.argv[-2:]]
l = socket.create_server(here)
def pump(a, b):
    while d := a.recv(65536): b.sendall(d)
    b.shutdown(socket.SHUT_WR)
def both(a):
    try: b = socket.create_connection(there)
    except ConnectionRefusedError: return a.close()
    threading.Thread(target=pump, args=(b, a), daemon=True).start()
    pump(a, b)
while True: threading.Thread(target=both, args=(l.accept()[0],), daemon=True).start()
";

fn a_relay_is_judged_on_both_sides() {
    let story = "alice connect\nup accept\nalice > 你好\nup | 你好\nup > 再见\nalice | 再见\nalice ^D\nup ? end\nup > 最后\nup close\nalice | 最后\nalice ? end\nbob connect\nup accept\nyou runs\n";
    passes("relay", story, RELAY);
    let story = format!("{story}variant w = v with cut\nwhy zh 因\nwhy en W\nread a/b#c\n");
    passes("relay", &story, RELAY);
    let story = "variant w\nwhy zh 因\nwhy en W\nread a/b#c\nup refuses\nyou $\nalice connect\nalice ? gone\n";
    passes("relay", story, RELAY);
    // It connects to itself. Once: what it accepts then it leaves alone.
    let alone = "
import socket, sys, time
host, port = sys.argv[-2].rsplit(':', 1)
l = socket.create_server((host, int(port)))
a, _ = l.accept()
b = socket.create_connection((host, int(port)))
time.sleep(60)";
    seen!(
        failure("relay", "alice connect\nup accept within 1s\n", alone),
        Trouble::NeverConnects(_)
    );
}

fn a_filter_answers_each_line() {
    let sum = "
import sys
for line in sys.stdin:
    n = sum(bytes.fromhex(line)); print(f'{n & 0xffff:04x}', flush=True)";
    passes(
        "filter",
        "you > 45 00 00 1c\nyou | 0061\nyou > ff\nyou | 00ff\nyou ^D\nyou ? 0\n",
        sum,
    );
    let story = "you || \"\\xff\\?\\nb\"\nyou || \"c\"\nyou ? 0\n";
    let bytes = |bytes: &str| format!("import sys\nsys.stdout.buffer.write(b'{bytes}')");
    passes("filter", story, &bytes("\\xffa\\nbc"));
    for (other, trouble) in [
        ("\\xffa\\nxc", "wrong"),
        ("\\xffa\\nb", "not_printed"),
        ("\\xffa\\nbcd", "too_much"),
    ] {
        let failure = failure("filter", story, &bytes(other));
        assert_eq!(failure.trouble.kind().name(), trouble, "{failure:#?}");
    }
}

fn arguments_come_before_the_address() {
    let client = "
import socket, sys
host, port = sys.argv[-1].rsplit(':', 1)
with socket.create_connection((host, int(port))) as c: print(*sys.argv[1:-1], end='', flush=True); c.recv(1); print(); sys.exit(3)";
    let story = "variant w\nwhy zh 因\nwhy en W\nread a/b#c\nyou $ -n 张三\nalice accept\nyou _ -n 张三\nalice close\nyou |\nyou ? 3\n";
    passes("client", story, client);
}

#[track_caller]
fn failed_at(story: &str, program: &str) -> Failure {
    failure("server", story, program)
}

/// A web server that answers each request with `answer`.
fn web(answer: &str) -> String {
    server(&format!(
        "
    while c.recv(65536).endswith(b'\\r\\n\\r\\n'): c.sendall({answer})"
    ))
}

/// The judge may look at a connection only after it has been made and reset.
fn a_connection_that_is_reset_at_once_was_made() {
    let serve = |end: &str| {
        server("pass").replace(
            "threading.Thread(target=run, args=(l.accept()[0],), daemon=True).start()",
            &format!("c = l.accept()[0]; {end}"),
        )
    };
    let linger =
        "c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); c.close()";
    let closed_first = format!("c.shutdown(socket.SHUT_WR); {linger}");
    let gone = "alice connect\nalice ? gone\nguest*20 connect\nguest*20 ? gone\nyou runs\n";
    let reset = "alice connect\nalice ? reset\nguest*20 connect\nguest*20 ? reset\nyou runs\n";
    passes("server", gone, &serve(linger));
    passes("server", gone, &serve(&closed_first));
    passes("server", reset, &serve(linger));
    let talks = "alice connect\nalice > a\nalice | a\nyou runs\n";
    seen!(failed_at(talks, &serve(linger)), Trouble::ResetEarly(_));
}

fn a_response_is_judged_as_a_whole() {
    let story = "alice connect\nalice >> \"GET / HTTP/1.1\\r\\n\\r\\n\"\nalice http 200 \"你好\"\nalice >> \"GET / HTTP/1.1\\r\\n\\r\\n\"\nalice http 200\nalice close\n";
    let right =
        "b'HTTP/1.1 200 OK\\r\\nServer: x\\r\\nContent-length:6\\r\\n\\r\\n' + '你好'.encode()";
    passes("server", story, &web(right));
    let fault = |from: &str, to: &str| {
        assert!(right.contains(from));
        let failure = failure("server", story, &web(&right.replace(from, to)));
        match failure.trouble {
            Trouble::Http(fault) => fault,
            _ => panic!("{failure:#?}"),
        }
    };
    let line = |text: &str| text.as_bytes().to_vec();
    assert_eq!(
        fault("HTTP/1.1 200 OK", "hello"),
        HttpFault::NotHttp(line("hello"))
    );
    assert_eq!(
        fault("\\r\\n", "\\n"),
        HttpFault::LineEnd(line("HTTP/1.1 200 OK"))
    );
    assert_eq!(fault("\\r\\n\\r\\n'", "'"), HttpFault::NoEnd);
    let (wanted, came) = (200, 404);
    assert_eq!(fault("200", "404"), HttpFault::Status { wanted, came });
    assert_eq!(fault("Content-length:6", "A: b"), HttpFault::NoLength);
    assert_eq!(fault(":6", ": six"), HttpFault::BadLength(line("six")));
    assert_eq!(
        fault("Content-length:6", "Transfer-Encoding: chunked"),
        HttpFault::Chunked
    );
    let (said, came) = (8, 6);
    assert_eq!(fault(":6", ":8"), HttpFault::Short { said, came });
    let (said, more) = (2, "你好".as_bytes()[2..].to_vec());
    // The body that was expected is longer too.
    let shorter = story.replace("\"你好\"", "");
    let failure = failure("server", &shorter, &web(&right.replace(":6", ":2")));
    assert_eq!(
        failure.trouble,
        Trouble::Http(HttpFault::Long {
            said,
            more: Surplus::of(&more)
        })
    );
    let silent = server("c.recv(99); time.sleep(60)");
    seen!(failed_at(story, &silent), Trouble::TooLittle(_, _));
    let rude = server("c.recv(99)");
    seen!(failed_at(story, &rude), Trouble::ClosedEarly(_));
    let refused =
        "alice connect\nalice >> \"GET / HTTP/1.1\\r\\n\\r\\n\"\nalice http 431 or gone\n";
    passes("server", refused, &rude);
    passes("server", refused, &web(&right.replace("200", "431")));
    let head = "alice connect\nalice >> \"HEAD / HTTP/1.1\\r\\n\\r\\n\"\nalice http 200 head \"你好\"\nalice ~ 50ms\n";
    let answer = |length: &str, body: &str| {
        web(&format!(
            "b'HTTP/1.1 200 OK\\r\\nContent-Length: {length}\\r\\n\\r\\n{body}'"
        ))
    };
    passes("server", head, &answer("6", ""));
    seen!(
        failed_at(head, &answer("2", "")),
        Trouble::Http(HttpFault::OtherLength { said: 2, wanted: 6 })
    );
    seen!(
        failed_at(head, &answer("6", "abcdef")),
        Trouble::Http(HttpFault::HeadBody(_))
    );
}

#[cfg(target_os = "linux")]
fn a_program_that_leaves_its_process_group_is_ended_all_the_same() {
    // The parent is gone at once, and what it left behind still serves.
    let word = format!("daemon-{}", std::process::id());
    let daemon = server(ECHO).replace(
        "def run",
        &format!("l.set_inheritable(True)\nif os.fork(): os._exit(0)\nos.setsid(); name = '{word}'\ndef run"),
    );
    let verdict = judge("server", &format!("{GREETED}you runs\n"), &daemon);
    seen!(
        *verdict.failure.expect("its parent has ended"),
        Trouble::Gone | Trouble::EndedAtOnce
    );
}

fn standard_error_is_drained_and_no_verdict() {
    let logs = "sys.stderr.write('x' * 999 + '\\n'); sys.stderr.flush()";
    let busy = server(
        "
    while d := c.recv(65536):
        for _ in range(4000): LOGS
        c.sendall(d)",
    )
    .replace("LOGS", logs);
    passes("server", GREETED, &busy);
    let first = format!(
        "import sys\nprint('my own words', file=sys.stderr)\n{}",
        server(ECHO)
    );
    passes("server", GREETED, &first);
    let filter = "import sys\nprint('ready', file=sys.stderr)\nfor line in sys.stdin: print(line, end='', flush=True)\nprint('done', file=sys.stderr)";
    passes(
        "filter",
        "you > a\nyou | a\nyou ~ 100ms\nyou ^D\nyou ? 0\n",
        filter,
    );
    let prompt = "import sys\nprint('log', file=sys.stderr, flush=True); print('name? ', end='', flush=True); sys.stdin.read()";
    passes("filter", "you _ name? \nyou ^D\nyou ? 0\n", prompt);
    // It floods and never listens: the report is about the flood.
    let flood = "import sys\nwhile True: print('x' * 1000, file=sys.stderr)";
    let story = "# impatient\nalice connect within 1s\n";
    let failure = failure("server", story, flood);
    // The last line may be half written, and is then shorter.
    assert_eq!(failure.errors.iter().map(Vec::len).max(), Some(400));
    seen!(failure, Trouble::NeverListens(_));
}

fn a_line_on_standard_error_is_read_where_the_story_asks_for_it() {
    let story = "you ! HTTP/1.1 404[..]\nyou ? 1 clean\n";
    let fails = |program: &str| failure("filter", &format!("# impatient\n{story}"), program);
    let right = "import sys\nprint('asking', file=sys.stderr); sys.exit('HTTP/1.1 404 Not Found')";
    passes("filter", story, right);
    let no_end = "import sys\nsys.stderr.write('HTTP/1.1 404'); sys.exit(1)";
    passes("filter", story, no_end);
    let elsewhere = "print('HTTP/1.1 404 Not Found'); raise SystemExit(1)";
    seen!(
        fails(elsewhere),
        Trouble::NotSaid {
            on_output: true,
            ..
        }
    );
    let never = "import sys\nsys.exit('404')";
    seen!(
        fails(never),
        Trouble::NotSaid {
            on_output: false,
            ..
        }
    );
    let body = "import sys\nprint('a body'); sys.exit('HTTP/1.1 404 Not Found')";
    seen!(fails(body), Trouble::TooMuch(_));
    let anywhere = "you |! cannot [..]\nyou ? 1\n";
    passes(
        "filter",
        anywhere,
        "print('cannot connect'); raise SystemExit(1)",
    );
    passes("filter", anywhere, "import sys; sys.exit('cannot connect')");
    seen!(
        failure("filter", anywhere, "raise SystemExit(1)"),
        Trouble::NotSaid { anywhere: true, .. }
    );
}

fn a_crash_is_told_with_its_last_line_whole() {
    let word = "long".repeat(50);
    let thread = server(&format!("d = c.recv(99); raise RuntimeError('{word}')"));
    let failure = failure("server", GREETED, &thread);
    let crash = failure.crash.clone().expect("a crash");
    assert!(matches!(crash.extent, Extent::Part(Some(_))), "{crash:?}");
    assert_eq!(crash.said, [format!("RuntimeError: {word}")]);
    assert_eq!(failure.ended, None);
    seen!(failure, Trouble::ClosedEarly(_) | Trouble::ResetEarly(_));
    let handled = server(
        "import traceback
    d = c.recv(99)
    try: raise ValueError('tried')
    except ValueError: traceback.print_exc()
    c.sendall(b'no')",
    );
    let logged = self::failure("server", GREETED, &handled)
        .crash
        .expect("a report");
    assert_eq!(
        (logged.extent, logged.said),
        (Extent::Logged, vec!["ValueError: tried".into()])
    );
    let whole = "raise ValueError('at once')";
    let whole = self::failure("server", GREETED, whole)
        .crash
        .expect("a crash");
    assert_eq!(
        (whole.extent, whole.said),
        (Extent::Whole, vec!["ValueError: at once".into()])
    );
    // Only the end of the judge's side made it crash.
    let late = "print(input())\ninput()";
    let story = "# impatient\nyou > a\nyou | a\nyou | b\n";
    let late = self::failure("filter", story, late);
    assert!(late.crash.is_none(), "{late:#?}");
    assert!(!late.errors.is_empty());
    seen!(late, Trouble::TooLittle(..));
}

fn other_lines_are_passed_over_where_the_rules_allow_them() {
    let free = "server\nlines free";
    let story = "alice connect\nalice > 你好\nyou | [..]你好\nalice > 再见\nyou | [..]再见\n";
    let server_of = |body: &str| {
        format!(
            "print('listening on', sys.argv[-1], flush=True)\n{}",
            server(body)
        )
        .replacen("print", "import sys; print", 1)
    };
    let logs = server_of(
        "print('connected', flush=True)
    for line in c.makefile(encoding='utf-8'): print('got a line:', len(line), flush=True); print('alice:', line, end='', flush=True)",
    );
    passes(free, story, &logs);
    seen!(failure("server", story, &logs), Trouble::Wrong(_));
    let halves = server_of("while d := c.recv(4): print(d.decode(errors='replace'), flush=True)");
    seen!(failure(free, story, &halves), Trouble::Wrong(_));
    let silent = server_of("c.recv(99); time.sleep(60)");
    let silent = failure(free, &format!("# impatient\n{story}"), &silent);
    seen!(silent, Trouble::TooLittle(..));
}

#[cfg(target_os = "linux")]
fn a_program_on_another_port_is_told_which() {
    let other = "
import socket, sys, time
host, port = sys.argv[-1].rsplit(':', 1)
l = socket.create_server((host, int(port) - 12345)); time.sleep(60)";
    seen!(
        failure("server", GREETED, other),
        Trouble::ListensElsewhere(_)
    );
}

fn a_crash_after_the_answer_is_seen_where_the_program_should_still_run() {
    // One thread, so that nobody answers the second client meanwhile.
    let crash = format!(
        "{SERVER}\nc = l.accept()[0]; c.sendall(c.recv(99)); c.recv(99); c.close(); os.abort()"
    );
    let failure = failure(
        "server",
        &format!("{GREETED}bob connect\nbob > x\nbob | x\n"),
        &crash,
    );
    assert_eq!(failure.ended.unwrap().signal, Some(6));
    seen!(
        failure,
        Trouble::Refused | Trouble::Gone | Trouble::ResetEarly(_) | Trouble::ClosedEarly(_)
    );
}

fn an_end_that_takes_a_while_is_waited_for() {
    let ended = |then: &str| {
        let program = format!(
            "{SERVER}
print('ready', file=sys.stderr, flush=True)
def busy(seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until: pass
c = l.accept()[0]; c.sendall(c.recv(99)); c.recv(99); l.close(); {then}"
        );
        let failure = failure("server", &format!("{GREETED}bob connect\n"), &program);
        seen!(failure.clone(), Trouble::Refused);
        failure.ended.map(|ended| ended.to_string())
    };
    // What the system does for a program that ends, slowly: first its descriptors, then its status.
    let closed = "os.closerange(1, 3); c.close(); time.sleep(1.5); os.abort()";
    assert_eq!(ended(closed).as_deref(), Some("signal 6"));
    // Only Linux reports that a program is busy.
    if cfg!(target_os = "linux") {
        let busy = "c.close(); busy(0.6); sys.exit(3)";
        assert_eq!(ended(busy).as_deref(), Some("status 3"));
    }
    assert_eq!(ended("c.close(); time.sleep(60)"), None);
}

#[cfg(target_os = "linux")]
fn a_program_that_is_about_to_end_does_not_count_as_running() {
    let story = format!("{GREETED}you runs\n");
    let ends = format!(
        "{SERVER}
c = l.accept()[0]; c.sendall(c.recv(99)); c.recv(99)
until = time.monotonic() + 0.3
c.close()
while time.monotonic() < until: pass"
    );
    seen!(failure("server", &story, &ends), Trouble::Gone);
    passes("server", &story, &server(ECHO));
}
