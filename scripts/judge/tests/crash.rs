//! Crash reports as real programs wrote them: which are known, how much crashed, and what is kept.
#![allow(clippy::unwrap_used, reason = "a test may end at the first surprise")]

use judge::crash::{Crash, Extent, find};
use session::Status;
use session::run::Ended;

const RUNS: Option<Ended> = None;

const fn status(code: i32) -> Option<Ended> {
    let status = Status::Code(code);
    Some(Ended {
        status,
        signal: None,
    })
}

const fn signal(number: i32) -> Option<Ended> {
    let status = Status::Signal;
    let signal = Some(number);
    Some(Ended { status, signal })
}

fn whole() -> Extent {
    Extent::Whole
}

fn part(name: &str) -> Extent {
    Extent::Part(Some(name.to_owned()))
}

#[track_caller]
fn check(errors: &str, ended: Option<Ended>, by: &str, extent: Extent, said: &[&str]) {
    let Some(crash) = find(errors, ended) else {
        panic!("no crash in:\n{errors}")
    };
    let said = said.iter().map(|line| (*line).to_owned()).collect();
    let by_name = crash.by;
    assert_eq!(by_name, by);
    let expected = Crash {
        by: by_name,
        extent,
        said,
    };
    assert_eq!(crash, expected);
}

#[track_caller]
fn nothing(errors: &str, ended: Option<Ended>) {
    assert_eq!(find(errors, ended), None);
}

const PYTHON: &str = "\
Traceback (most recent call last):
  File \"/home/ming/echo.py\", line 9, in <module>
    main()
    ~~~~^^
  File \"/home/ming/echo.py\", line 5, in main
    int(\"x\")
    ~~~^^^^^
ValueError: invalid literal for int() with base 10: 'x'
";

const PYTHON_THREAD: &str = "\
Exception in thread Thread-1 (run):
Traceback (most recent call last):
  File \"/tmp/t.py\", line 3, in run
    try: int(\"x\")
         ^^^^^^^^
ValueError: invalid literal for int() with base 10: 'x'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File \"/usr/lib/python3.11/threading.py\", line 1045, in _bootstrap_inner
    self.run()
  File \"/usr/lib/python3.11/threading.py\", line 982, in run
    self._target(*self._args, **self._kwargs)
  File \"/tmp/t.py\", line 4, in run
    except ValueError as e: raise RuntimeError(\"client gone\") from e
                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
RuntimeError: client gone
";

#[test]
fn a_traceback_of_python_is_known() {
    let said = ["ValueError: invalid literal for int() with base 10: 'x'"];
    check(PYTHON, status(1), "Python", whole(), &said);
    let logged_first = format!("listening on 127.0.0.1:8888\n{PYTHON}\n");
    check(&logged_first, status(1), "Python", whole(), &said);
    let colored = PYTHON.replace("ValueError", "\x1b[1;35mValueError\x1b[0m");
    check(&colored, status(1), "Python", whole(), &said);
    check(
        &PYTHON.replace('\n', "\r\n"),
        status(1),
        "Python",
        whole(),
        &said,
    );
}

#[test]
fn a_thread_of_python_is_a_part_and_a_chain_is_told_by_its_end() {
    let said = ["RuntimeError: client gone"];
    let name = "Thread-1 (run)";
    check(PYTHON_THREAD, RUNS, "Python", part(name), &said);
    check(PYTHON_THREAD, status(0), "Python", part(name), &said);
    let old = PYTHON_THREAD.replace(" (run)", "");
    check(&old, RUNS, "Python", part("Thread-1"), &said);
    let went_on = format!("{PYTHON_THREAD}\nnext client\n");
    check(&went_on, RUNS, "Python", part(name), &said);
    let several = format!("{PYTHON_THREAD}Exception in thread Thread-2:\n{PYTHON}");
    let last = ["ValueError: invalid literal for int() with base 10: 'x'"];
    check(&several, RUNS, "Python", part("Thread-2"), &last);
}

#[test]
fn a_handler_of_pythons_library_is_a_part() {
    let said = ["ValueError: invalid literal for int() with base 10: 'x'"];
    for above in [
        "Unhandled exception in client_connected_cb\ntransport: <_SelectorSocketTransport fd=8>\n",
        "----------------------------------------\nException occurred during processing of request from ('127.0.0.1', 49108)\n",
        "Task exception was never retrieved\nfuture: <Task finished name='Task-4' coro=<h() done>>\n",
    ] {
        let report = format!("{above}{PYTHON}----------------------------------------\n");
        check(&report, RUNS, "Python", Extent::Part(None), &said);
    }
}

#[test]
fn what_python_has_logged_and_survived_is_no_crash() {
    let said = ["ValueError: invalid literal for int() with base 10: 'x'"];
    check(PYTHON, RUNS, "Python", Extent::Logged, &said);
    check(PYTHON, status(0), "Python", Extent::Logged, &said);
    // It went on, and ended for another reason.
    let later = format!("{PYTHON}next client\ncannot bind\n");
    check(&later, status(1), "Python", Extent::Logged, &said);
    let ignored = format!("Exception ignored in: <socket.socket fd=3>\n{PYTHON}");
    check(&ignored, RUNS, "Python", Extent::Logged, &said);
}

#[test]
fn other_reports_of_python_are_known() {
    let group = "\
  + Exception Group Traceback (most recent call last):
  |   File \"g.py\", line 1, in <module>
  |     raise ExceptionGroup(\"eg\", [ValueError(\"one\"), TypeError(\"two\")])
  | ExceptionGroup: eg (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | ValueError: one
    +---------------- 2 ----------------
    | TypeError: two
    +------------------------------------
";
    let said = [
        "ExceptionGroup: eg (2 sub-exceptions)",
        "ValueError: one",
        "TypeError: two",
    ];
    check(group, status(1), "Python", whole(), &said);
    let syntax = "  File \"s.py\", line 1\n    def f(:\n          ^\nSyntaxError: invalid syntax\n";
    let said = ["SyntaxError: invalid syntax", "File \"s.py\", line 1"];
    check(syntax, status(1), "Python", whole(), &said);
    let lines = "Traceback (most recent call last):\n  File \"m.py\", line 1, in <module>\nValueError: one\ntwo\n";
    // `two` may belong to the message, or have been logged after it: it cannot be told.
    let one = ["ValueError: one"];
    check(lines, status(1), "Python", Extent::Logged, &one);
    let interrupted = "Traceback (most recent call last):\n  File \"m.py\", line 1, in <module>\nKeyboardInterrupt\n";
    check(
        interrupted,
        signal(2),
        "Python",
        whole(),
        &["KeyboardInterrupt"],
    );
    // It is still being written.
    nothing(
        "Traceback (most recent call last):\n  File \"m.py\", line 1\n",
        RUNS,
    );
}

const JAVA: &str = "\
Exception in thread \"Thread-0\" java.lang.IllegalStateException: outer
\tat T.f(T.java:1)
\tat T.lambda$main$0(T.java:2)
\tat java.base/java.lang.Thread.run(Thread.java:840)
Caused by: java.lang.NumberFormatException: For input string: \"x\"
\tat java.base/java.lang.NumberFormatException.forInputString(NumberFormatException.java:67)
\tat java.base/java.lang.Integer.parseInt(Integer.java:668)
\t... 3 more
";

#[test]
fn an_exception_of_java_is_known_with_its_cause() {
    let said = [
        "java.lang.IllegalStateException: outer",
        "Caused by: java.lang.NumberFormatException: For input string: \"x\"",
    ];
    check(JAVA, RUNS, "Java", part("Thread-0"), &said);
    let main = JAVA.replace("Thread-0", "main");
    check(&main, status(1), "Java", whole(), &said);
    // Other threads keep it alive.
    check(&main, RUNS, "Java", Extent::Part(None), &said);
    let handled = "java.net.SocketException: Connection reset\n\tat java.base/sun.nio.ch.NioSocketImpl.implRead(NioSocketImpl.java:328)\n";
    let said = ["java.net.SocketException: Connection reset"];
    check(handled, RUNS, "Java", Extent::Logged, &said);
    check(
        &format!("{handled}{JAVA}"),
        RUNS,
        "Java",
        part("Thread-0"),
        &[
            "java.lang.IllegalStateException: outer",
            "Caused by: java.lang.NumberFormatException: For input string: \"x\"",
        ],
    );
    let pool =
        "Exception in thread \"pool-1-thread-3\" java.lang.OutOfMemoryError: Java heap space\n";
    check(
        pool,
        RUNS,
        "Java",
        part("pool-1-thread-3"),
        &["java.lang.OutOfMemoryError: Java heap space"],
    );
    let mut deep = "Exception in thread \"main\" java.lang.StackOverflowError\n".to_owned();
    deep.push_str(&"\tat Server.read(Server.java:5)\n".repeat(1024));
    check(
        &deep,
        status(1),
        "Java",
        whole(),
        &["java.lang.StackOverflowError"],
    );
}

#[test]
fn an_uncaught_error_of_node_is_known_among_its_own_frames() {
    let event = "\
node:events:502
      throw er; // Unhandled 'error' event
      ^

Error: listen EADDRNOTAVAIL: address not available 192.0.2.1:1
    at Server.setupListenHandle [as _listen2] (node:net:1886:21)
    at process.processTicksAndRejections (node:internal/process/task_queues:83:21)
Emitted 'error' event on Server instance at:
    at emitErrorNT (node:net:1944:8) {
  code: 'EADDRNOTAVAIL',
  port: 1
}

Node.js v20.20.2
";
    let said = ["Error: listen EADDRNOTAVAIL: address not available 192.0.2.1:1"];
    check(event, status(1), "Node.js", whole(), &said);
    let thrown = "/tmp/t.js:1\nfunction f(){ throw new TypeError(\"boom\"); } setTimeout(f,1);\n              ^\n\nTypeError: boom\n    at Timeout.f [as _onTimeout] (/tmp/t.js:1:21)\n    at listOnTimeout (node:internal/timers:581:17)\n\nNode.js v20.20.2\n";
    check(thrown, status(1), "Node.js", whole(), &["TypeError: boom"]);
    let old = thrown.replace("\nNode.js v20.20.2\n", "");
    check(&old, status(1), "Node.js", whole(), &["TypeError: boom"]);
    let text = "\n/tmp/s.js:1\nthrow \"text\";\n^\ntext\n(Use `node --trace-uncaught ...` to show where the exception was thrown)\n\nNode.js v20.20.2\n";
    check(text, status(1), "Node.js", whole(), &["text"]);
    let caught = "TypeError: boom\n    at f (/tmp/t.js:1:21)\n";
    check(
        caught,
        RUNS,
        "Node.js",
        Extent::Logged,
        &["TypeError: boom"],
    );
    let warned =
        "(node:12) UnhandledPromiseRejectionWarning: Error: boom\n    at f (/tmp/t.js:1:21)\n";
    check(
        warned,
        RUNS,
        "Node.js",
        Extent::Part(None),
        &["Error: boom"],
    );
}

#[test]
fn a_panic_of_rust_is_known_with_and_without_a_backtrace() {
    let old = "thread 'main' panicked at 'boom', src/main.rs:2:5\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n";
    check(
        old,
        status(101),
        "Rust",
        whole(),
        &["thread 'main' panicked at 'boom', src/main.rs:2:5"],
    );
    let new = "\n\
thread 'client 3' (16105) panicked at th.rs:1:82:
assertion `left == right` failed: sum
  left: 1
 right: 2
stack backtrace:
   0: __rustc::rust_begin_unwind
             at /rustc/5980/library/std/src/panicking.rs:689:5
note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.
";
    let said = [
        "thread 'client 3' (16105) panicked at th.rs:1:82: assertion `left == right` failed: sum",
        "  left: 1",
        " right: 2",
    ];
    check(new, RUNS, "Rust", part("client 3"), &said);
    // The main thread only joined it.
    let joined = format!(
        "{new}\nthread 'main' (16104) panicked at th.rs:1:195:\ncalled `Result::unwrap()` on an `Err` value: Any {{ .. }}\nnote: run with `RUST_BACKTRACE=1`\n"
    );
    check(&joined, status(101), "Rust", whole(), &said);
    let unnamed = "thread '<unnamed>' panicked at src/main.rs:9:9:\nclient gone\nnote: run with\n";
    let said = ["thread '<unnamed>' panicked at src/main.rs:9:9: client gone"];
    check(unnamed, RUNS, "Rust", Extent::Part(None), &said);
    // By `cargo run`.
    let cargo = format!(
        "   Compiling a v0.1.0 (/a)\n    Finished `dev` profile\n     Running `target/debug/a`\n{}error: process didn't exit successfully: `target/debug/a` (exit status: 101)\n",
        unnamed.replace("<unnamed>", "main")
    );
    let said = ["thread 'main' panicked at src/main.rs:9:9: client gone"];
    check(&cargo, status(101), "Rust", whole(), &said);
    let deep = "\nthread 'main' (16255) has overflowed its stack\nfatal runtime error: stack overflow, aborting\n";
    check(
        deep,
        signal(6),
        "Rust",
        whole(),
        &["thread 'main' (16255) has overflowed its stack"],
    );
    let much = "memory allocation of 1000000000000000000 bytes failed";
    check(&format!("{much}\n"), signal(6), "Rust", whole(), &[much]);
    // An error that `main` returns is an orderly end.
    nothing(
        "Error: Os { code: 111, kind: ConnectionRefused, message: \"Connection refused\" }\n",
        status(1),
    );
}

#[test]
fn a_panic_of_go_is_known_and_one_request_of_http_is_a_part() {
    let panic = "panic: runtime error: index out of range [5] with length 3\n\ngoroutine 18 [running]:\nmain.serve(...)\n\t/tmp/x.go:9 +0x1d\nexit status 2\n";
    let said = ["panic: runtime error: index out of range [5] with length 3"];
    check(panic, status(2), "Go", whole(), &said);
    let signal = "panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x47e]\n\ngoroutine 1 [running]:\nmain.main()\n";
    let said = [
        "panic: runtime error: invalid memory address or nil pointer dereference",
        "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x47e]",
    ];
    check(signal, status(2), "Go", whole(), &said);
    let locked = "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive]:\nmain.main()\n";
    check(
        locked,
        status(2),
        "Go",
        whole(),
        &["fatal error: all goroutines are asleep - deadlock!"],
    );
    let request = "2024/01/01 10:00:00 http: panic serving 127.0.0.1:4242: boom\ngoroutine 19 [running]:\nnet/http.(*conn).serve.func1()\n";
    check(
        request,
        RUNS,
        "Go",
        Extent::Part(None),
        &["panic serving 127.0.0.1:4242: boom"],
    );
}

#[test]
fn a_sanitizers_report_is_known_by_its_summary() {
    let address = "\
=================================================================
==15721==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000013 at pc 0x55c9062db238
WRITE of size 1 at 0x602000000013 thread T0
    #0 0x55c9062db237 in main /tmp/as.c:3

SUMMARY: AddressSanitizer: heap-buffer-overflow /tmp/as.c:3 in main
Shadow bytes around the buggy address:
  0x0c047fff7fb0: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
  ASan internal:           fe
==15721==ABORTING
";
    let said = [
        "AddressSanitizer: heap-buffer-overflow on address 0x602000000013 at pc 0x55c9062db238",
        "SUMMARY: AddressSanitizer: heap-buffer-overflow /tmp/as.c:3 in main",
    ];
    check(address, status(1), "AddressSanitizer", whole(), &said);
    let behaviour = "as.c:3:131: runtime error: signed integer overflow: 2147483647 + 1 cannot be represented in type 'int'\n";
    check(
        behaviour,
        RUNS,
        "UndefinedBehaviorSanitizer",
        Extent::Found,
        &[behaviour.trim_end()],
    );
    let leak = "\n==15811==ERROR: LeakSanitizer: detected memory leaks\n\nDirect leak of 3 byte(s) in 1 object(s) allocated from:\n    #0 0x7f2a in malloc\n\nSUMMARY: AddressSanitizer: 3 byte(s) leaked in 1 allocation(s).\n";
    let said = [
        "LeakSanitizer: detected memory leaks",
        "SUMMARY: AddressSanitizer: 3 byte(s) leaked in 1 allocation(s).",
    ];
    check(leak, status(1), "LeakSanitizer", Extent::Found, &said);
    let race = "WARNING: ThreadSanitizer: data race (pid=9)\n  Write of size 4 at 0x55 by thread T1:\nSUMMARY: ThreadSanitizer: data race x.c:5 in f\n";
    let said = [
        "ThreadSanitizer: data race (pid=9)",
        "SUMMARY: ThreadSanitizer: data race x.c:5 in f",
    ];
    check(race, RUNS, "ThreadSanitizer", Extent::Found, &said);
}

#[test]
fn what_c_and_cpp_say_before_they_abort_is_known() {
    for (said, by) in [
        ("pl: as.c:3: main: Assertion `p==0' failed.", "C"),
        ("free(): double free detected in tcache 2", "C"),
        ("*** stack smashing detected ***: terminated", "C"),
        (
            "libc++abi: terminating due to uncaught exception of type std::runtime_error: boom",
            "C",
        ),
    ] {
        check(
            &format!("listening\n{said}\n"),
            signal(6),
            by,
            whole(),
            &[said],
        );
    }
    let thrown =
        "terminate called after throwing an instance of 'std::runtime_error'\n  what():  boom\n";
    let said = [
        "terminate called after throwing an instance of 'std::runtime_error'",
        "what():  boom",
    ];
    check(thrown, signal(6), "C++", whole(), &said);
}

#[test]
fn other_languages_are_known_by_their_own_words() {
    for (report, ended, by, said) in [
        (
            "Unhandled exception. System.InvalidOperationException: boom\n   at Program.Main() in /x.cs:line 3\n",
            signal(6),
            ".NET",
            "System.InvalidOperationException: boom",
        ),
        (
            "x.rb:3:in 'Object#run': boom (RuntimeError)\n\tfrom x.rb:5:in '<main>'\n",
            status(1),
            "Ruby",
            "x.rb:3:in 'Object#run': boom (RuntimeError)",
        ),
        (
            "x.rb:3:in `run': boom (RuntimeError)\n\tfrom x.rb:5:in `<main>'\n",
            status(1),
            "Ruby",
            "x.rb:3:in `run': boom (RuntimeError)",
        ),
        (
            "PHP Fatal error:  Uncaught Exception: boom in /x.php:3\nStack trace:\n#0 {main}\n  thrown in /x.php on line 3\n",
            status(255),
            "PHP",
            "Uncaught Exception: boom in /x.php:3",
        ),
        (
            "boom at x.pl line 3.\n",
            status(255),
            "Perl",
            "boom at x.pl line 3.",
        ),
        (
            "boom at x.pl line 3, <STDIN> line 1.\n",
            status(2),
            "Perl",
            "boom at x.pl line 3, <STDIN> line 1.",
        ),
        (
            "Fatal error: exception Failure(\"boom\")\n",
            status(2),
            "OCaml",
            "Failure(\"boom\")",
        ),
        (
            "thread 4711 panic: index out of bounds: index 5, len 3\n/x.zig:3:5: 0x1 in main\n",
            signal(6),
            "Zig",
            "index out of bounds: index 5, len 3",
        ),
        (
            "Swift/ContiguousArrayBuffer.swift:600: Fatal error: Index out of range\n",
            signal(5),
            "Swift",
            "Swift/ContiguousArrayBuffer.swift:600: Fatal error: Index out of range",
        ),
        (
            "Uncaught Kotlin exception: kotlin.IllegalStateException: boom\n    at 0 x.kexe\n",
            signal(6),
            "Kotlin",
            "kotlin.IllegalStateException: boom",
        ),
        (
            "x: Prelude.head: empty list\nCallStack (from HasCallStack):\n",
            status(1),
            "Haskell",
            "x: Prelude.head: empty list",
        ),
        (
            "lua: x.lua:1: boom\nstack traceback:\n\t[C]: in function 'error'\n",
            status(1),
            "Lua",
            "lua: x.lua:1: boom",
        ),
        (
            "error: Uncaught (in promise) Error: boom\n    at file:///x.ts:1:7\n",
            status(1),
            "Deno",
            "Error: boom",
        ),
    ] {
        check(report, ended, by, whole(), &[said]);
    }
    // A sentence of this form is a crash of Perl only if the program ended badly.
    nothing("I am at work line 3.\n", RUNS);
    nothing("I am at work line 3.\n", status(0));
}

#[test]
fn what_programs_usually_write_is_no_crash() {
    for errors in [
        "",
        "listening on 127.0.0.1:8888\n",
        "Error: connection refused\n",
        "ERROR client 3: broken pipe\n",
        "warning: unused variable: `x`\n --> src/main.rs:2:5\n",
        "Traceback\n",
        "panic: not a goroutine in sight\n",
        "[2024-01-01] INFO thread 'main' started\n",
        "usage: echo ADDRESS\n",
        "Exception\n",
        "at x line\n",
    ] {
        nothing(errors, RUNS);
        nothing(errors, status(1));
    }
}

#[test]
fn a_message_without_end_is_shortened_in_its_middle() {
    let long = format!("{}the end", "x".repeat(100_000));
    let report =
        format!("Traceback (most recent call last):\n  File \"x\", line 1\nValueError: {long}\n");
    let crash = find(&report, status(1)).unwrap();
    assert!(crash.said[0].len() < 2100 && crash.said[0].ends_with("the end"));
}
