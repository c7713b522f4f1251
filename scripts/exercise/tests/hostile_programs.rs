//! Programs that behave badly: each ends in time, with words of its own, and nothing is left.
#![allow(clippy::unwrap_used, reason = "a test may end at the first surprise")]
#![cfg(unix)]

use std::env;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use exercise::Check;
use exercise::play::{Options, variant};
use exercise::verdict::{Failure, Trouble, Verdict};
use session::run::{Invocation, look_up};

const HEAD: &str =
    "title zh 题\ntitle en T\nrole ROLE\nvariant v\nwhy zh 因\nwhy en W\nread a/b#c\nyou $\n";

/// A server that calls `serve(c)` for each client, in a thread.
const SERVER: &str = "
import os, signal, socket, struct, subprocess, sys, threading, time
host, port = sys.argv[-1].rsplit(':', 1)
l = socket.create_server((host, int(port)))
def run(c):
    with c: serve(c)
def loop():
    while True:
        threading.Thread(target=run, args=(l.accept()[0],), daemon=True).start()
";

#[track_caller]
fn judge(role: &str, story: &str, program: &str) -> Verdict {
    let source = format!("{}{story}", HEAD.replace("ROLE", role));
    let check = Check::parse(&source).unwrap();
    let last = check.variants.last().unwrap();
    let program = Invocation {
        program: look_up("python3", &env::var_os("PATH").unwrap())
            .expect("these tests need python3"),
        args: vec!["-IS".into(), "-c".into(), program.into()],
    };
    let mut options = Options::new(program, PathBuf::from("/"));
    if !story.contains("# impatient") {
        options.patience = Duration::from_secs(30);
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
    let verdict = judge(role, story, program);
    assert_eq!(verdict.failure, None);
}

fn server(body: &str) -> String {
    format!("{SERVER}\ndef serve(c):\n    {body}\nloop()\n")
}

macro_rules! seen {
    ($failure:expr, $pattern:pat) => {
        let failure = $failure;
        assert!(matches!(failure.trouble, $pattern), "{failure:#?}");
    };
}

const GREETED: &str = "alice connect\nalice > hi\nalice | hi\nalice ^D\nalice ? end\n";

#[test]
fn a_program_that_exits_at_once_ended_before_it_listened() {
    let failure = failure("server", GREETED, "print('bye'); raise SystemExit(3)");
    assert_eq!(failure.output, ["bye"]);
    assert_eq!(failure.ended.unwrap().to_string(), "status 3");
    seen!(failure, Trouble::EndedAtOnce);
}

#[test]
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
#[test]
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

#[test]
fn a_flood_is_stopped_on_the_wire_and_on_the_screen() {
    let wire = server("while c.send(b'x' * 65536): pass");
    seen!(
        failure("server", "alice connect\nalice ^D\nalice ? end\n", &wire),
        Trouble::Flood
    );
    let screen = "while True: print('x' * 1000)";
    seen!(
        failure("filter", "you | y\nyou ? 0\n", screen),
        Trouble::Wrong(_) | Trouble::Flood
    );
    let screen = format!("{SERVER}\nwhile True: print('x' * 1000)");
    seen!(failure("server", GREETED, &screen), Trouble::Flood);
}

#[test]
fn a_crash_is_known_by_its_status_and_its_words() {
    let crash = server("os.kill(os.getpid(), signal.SIGSEGV)");
    let failure = failure("server", GREETED, &crash);
    assert_eq!(failure.ended.unwrap().signal, Some(11));
    seen!(failure, Trouble::ClosedEarly(_) | Trouble::ResetEarly(_));
}

#[test]
fn bytes_that_come_only_at_the_end_were_not_flushed() {
    let late =
        server("f = c.makefile('wb', 65536); d = c.recv(99); f.write(d); c.recv(99); f.flush()");
    seen!(failure("server", GREETED, &late), Trouble::OnlyAtEnd(_));
    let late = "import os, sys\nd = sys.stdin.read()\nos.write(1, b'done\\n')";
    seen!(
        failure(
            "filter",
            "# impatient\nyou > a\nyou | done\nyou ? 0\n",
            late
        ),
        Trouble::OnlyAtEnd(_)
    );
}

#[test]
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

#[test]
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

#[test]
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

#[test]
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

#[test]
fn a_program_that_stops_reading_is_told_so() {
    let story = "alice connect\nalice >> 16MiB of \"x\"\nalice | done\n";
    seen!(
        failure("server", story, &server("time.sleep(60)")),
        Trouble::NotReading(_, _)
    );
}

#[test]
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

#[test]
fn a_program_that_closes_its_input_does_not_stop_the_judge() {
    let closes = "import os, time\nos.close(0)\nprint('closed', flush=True)\ntime.sleep(60)";
    let story = "you | closed\nyou > a\nyou > b\nyou | more\n";
    let began = Instant::now();
    seen!(failure("filter", story, closes), Trouble::NotTyped);
    assert!(began.elapsed() < Duration::from_secs(30));
}

#[cfg(target_os = "linux")]
#[test]
fn memory_that_a_peer_can_grow_is_bounded() {
    let story = "alice connect\nalice > x\nalice | done\nyou memory 64MiB\n";
    let greedy = server("c.recv(9); b = b'x' * (100 << 20); c.sendall(b'done\\n'); time.sleep(60)");
    seen!(failure("server", story, &greedy), Trouble::Memory { .. });
    passes(
        "server",
        story,
        &server("c.recv(9); c.sendall(b'done\\n'); time.sleep(60)"),
    );
}

#[cfg(target_os = "linux")]
#[test]
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

#[test]
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

#[test]
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
}

const ECHO: &str = "
    while d := c.recv(65536): c.sendall(d)";

#[test]
fn each_way_of_sending_says_the_same() {
    for way in ["glue", "cut", "pace 1 5ms"] {
        let story = format!(
            "alice connect\nalice > 你好\nalice > 汉字\nalice | 你好\nalice | 汉字\n\
             variant w = v with {way}\nwhy zh 因\nwhy en W\nread a/b#c\n"
        );
        passes("server", &story, &server(ECHO));
    }
}

#[test]
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
    passes(
        "server",
        &story.replace("WAY", "cut").replace('N', "m"),
        &count,
    );
    passes(
        "server",
        &story.replace("WAY", "pace 1 20ms").replace('N', "m"),
        &count,
    );
}

#[test]
fn a_slow_reader_and_one_that_stops_get_everything() {
    let story = "alice connect\nalice stops\nalice >> 1MiB of \"0123456789 \"\nalice ~ 100ms\nalice reads 65536 5ms\nalice || 1MiB of \"0123456789 \" within 10s\nalice pace 100 1ms\nalice > bye\nalice | bye\n";
    passes("server", story, &server(ECHO));
}
