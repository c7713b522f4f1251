//! The texts of the reports: every kind of failure has its own, in both languages.
#![allow(clippy::unwrap_used, reason = "a test may end at the first surprise")]

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use bilingual::Lang;
use bilingual::{Text, Ui};
use judge::Check;
use judge::build::{Built, build};
use judge::check::TroubleKind;
use judge::crash::{Crash, Extent};
use judge::report::{self, REPORT_COLUMNS};
use judge::verdict::{Bytes, Failure, HttpFault, Kept, Slow, Surplus, Trouble, Verdict, Written};
use session::Status;
use session::run::Ended;
use unicode_width::UnicodeWidthStr;

const CHECK: &str = "\
title zh 回声服务器
title en Echo server
role server
variant plain
why zh 读到什么就写回什么，一直到对方结束。
why en Write back what you read, until the peer ends.
read sockets/duplex#half-close
you $
alice connect
alice > 你好
alice | 你好
variant dribble = plain with pace 1 5ms
why zh 一次 read 可能只给一个字节：一次 read 不等于一条消息。
why en One read may give one byte: one read is not one message.
read sockets/one-shot#at-most
";

const ZH: Ui = Ui::plain(Lang::Zh);
const EN: Ui = Ui::plain(Lang::En);

fn failed(trouble: Trouble) -> Failure {
    Failure {
        step: 3,
        peer: None,
        trouble,
        ended: None,
        output: Vec::new(),
        errors: Vec::new(),
        crash: None,
    }
}

fn report(failure: Failure, ui: Ui) -> String {
    let check = Check::parse(CHECK).unwrap();
    let verdict = Verdict {
        variant: "dribble".to_owned(),
        title: Text::default(),
        time: Duration::from_millis(300),
        seed: 1,
        memory_unchecked: false,
        kept_unchecked: false,
        slow: Slow::default(),
        failure: Some(Box::new(failure)),
    };
    report::outcome("echo_server", &check, &[verdict], ui)
}

fn bytes(expected: &[u8], came: &[u8]) -> Bytes {
    Bytes {
        before: 0,
        expected: expected.to_vec(),
        pattern: false,
        any: Vec::new(),
        came: came.to_vec(),
        all: 0,
    }
}

#[test]
fn a_report_shows_the_steps_the_bytes_and_the_first_difference() {
    let trouble = || Trouble::Wrong(bytes("你好\n".as_bytes(), "你\u{fffd}\u{fffd}".as_bytes()));
    assert_eq!(
        report(failed(trouble()), ZH),
        "
✗ dribble · 每次 1 个字节，隔 5 毫秒

  没做到：alice 应该收到一行 \"你好\\n\"

  收到的和应该收到的不一样。

  ef bf bd 是 U+FFFD（替换字符）：程序把还没收齐的半个字解码了。

  多半是因为：一次 read 可能只给一个字节：一次 read 不等于一条消息。

  去读：book/sockets/one-shot.md#at-most

    应该  你       好       \\n
          e4 bd a0 e5 a5 bd 0a
    收到  你       �        �
          e4 bd a0 ef bf bd ef bf bd
                   ^^ 从第 4 个字节起不同

  在这之前，都做到了：
    启动你的程序，最后一个参数是地址
    alice 连上来
    alice 发送 \"你好\\n\"

  只试这一种：cargo workbook exercise check echo_server --only dribble
"
    );
    assert_eq!(
        report(failed(trouble()), EN),
        "
✗ dribble · one byte every 5 ms

  Failed at: alice should receive the line \"你好\\n\"

  What came differs from what was expected.

  ef bf bd is U+FFFD, the replacement character: half a character was decoded.

  The usual cause: One read may give one byte: one read is not one message.

  Read: book/sockets/one-shot.en.md#at-most

    expected  你       好       \\n
              e4 bd a0 e5 a5 bd 0a
    came      你       �        �
              e4 bd a0 ef bf bd ef bf bd
                       ^^ different from byte 4 on

  What happened before:
    your program starts, with the address as its last argument
    alice connects
    alice sends \"你好\\n\"

  This one alone: cargo workbook exercise check echo_server --only dribble
"
    );
}

fn every_kind() -> Vec<Trouble> {
    let s = Duration::from_secs(2);
    let part = || bytes(b"hello\n", b"hel");
    let none = || bytes(b"hello\n", b"");
    vec![
        Trouble::CannotStart("x: not found".into()),
        Trouble::EndedAtOnce,
        Trouble::NeverListens(s),
        Trouble::ListensElsewhere(vec!["127.0.0.1:8888".parse().unwrap()]),
        Trouble::ListensElsewhere(vec!["0.0.0.0:8888".parse().unwrap()]),
        Trouble::NeverConnects(s),
        Trouble::Refused,
        Trouble::NotConnected(s),
        Trouble::QueueFull {
            connected: 3,
            of: 50,
            queue: Some(2),
            time: s,
        },
        Trouble::Flood(Written::Printed),
        Trouble::Flood(Written::Sent),
        Trouble::Gone,
        Trouble::ClosedEarly(Bytes::default()),
        Trouble::ClosedEarly(none()),
        Trouble::ClosedEarly(part()),
        Trouble::ResetEarly(part()),
        Trouble::OutputClosed(part()),
        Trouble::TooLittle(none(), s),
        Trouble::TooLittle(part(), s),
        Trouble::RightSoFar {
            right: 3_072_000,
            all: 8 << 20,
            time: s,
        },
        Trouble::NotReading(none(), 1 << 20),
        Trouble::OnlyAtEnd(none()),
        Trouble::NotPrinted(none()),
        Trouble::NotSaid {
            pattern: "HTTP/1.1 404[..]".into(),
            anywhere: false,
            on_output: false,
        },
        Trouble::NeverSends(s),
        Trouble::SentNothing,
        Trouble::NoDatagram(none(), s),
        Trouble::Http(HttpFault::NotHttp(b"hello".to_vec())),
        Trouble::Http(HttpFault::LineEnd(b"Host: a".to_vec())),
        Trouble::Http(HttpFault::NoEnd),
        Trouble::Http(HttpFault::Field(b"hello".to_vec())),
        Trouble::Http(HttpFault::Status {
            wanted: 404,
            came: 200,
        }),
        Trouble::Http(HttpFault::NoLength),
        Trouble::Http(HttpFault::BadLength(b"-1".to_vec())),
        Trouble::Http(HttpFault::Chunked),
        Trouble::Http(HttpFault::Short { said: 6, came: 2 }),
        Trouble::Http(HttpFault::OtherLength { said: 5, wanted: 6 }),
        Trouble::Http(HttpFault::HeadBody(Surplus::of(b"hello"))),
        Trouble::Http(HttpFault::Long {
            said: 2,
            more: Surplus::of(b"more"),
        }),
        Trouble::Wrong(part()),
        Trouble::TooMuch(Surplus::of(b"more")),
        Trouble::NotSilent(Surplus::of(b"noise\n")),
        Trouble::StillOpen(s),
        Trouble::NoReset,
        Trouble::NotTyped,
        Trouble::StillRunning(s),
        Trouble::WrongStatus,
        Trouble::Memory {
            most: 64 << 20,
            grown: 100 << 20,
        },
        kept(Kept::Processes, 50),
        kept(Kept::Threads, 50),
        kept(Kept::Descriptors, 50),
        kept(Kept::Memory, 50 << 20),
        Trouble::NotPlayed,
        Trouble::TooBusy,
        Trouble::Judge("no address".into()),
    ]
}

fn kept(what: Kept, least: u64) -> Trouble {
    Trouble::Keeps {
        what,
        clients: 50,
        batches: 5,
        least,
    }
}

#[test]
fn what_clients_left_is_counted_in_both_languages() {
    let descriptors = || failed(kept(Kept::Descriptors, 50));
    let words = "  50 clients came and went, 5 times over; each time, your program kept at least\n  50 more open descriptors.\n";
    let text = report(descriptors(), EN);
    assert!(text.contains(words), "{text}");
    let words = "50 个客户端来了又走，这样重复了 5 次；每一次，你的程序都至少多占着 50 个打开的\n  描述符，没有放掉。";
    let text = report(descriptors(), ZH);
    assert!(text.contains(words), "{text}");
}

#[test]
fn every_kind_of_failure_has_its_own_words_and_no_line_is_too_wide() {
    for ui in [ZH, EN] {
        let mut seen = BTreeSet::new();
        for trouble in every_kind() {
            let name = format!("{trouble:?}");
            let text = report(failed(trouble), ui);
            // Where there is no verdict, the report is shorter.
            let happened: Vec<_> = text.split("\n\n").take(3).map(str::to_owned).collect();
            assert!(
                seen.insert(happened),
                "the words of {name} are those of another:\n{text}"
            );
            for line in text.lines() {
                assert!(
                    line.width() <= REPORT_COLUMNS,
                    "{} columns: {line}",
                    line.width()
                );
            }
        }
    }
}

#[test]
fn every_kind_of_failure_has_a_name_that_a_stub_line_may_say() {
    let seen: BTreeSet<TroubleKind> = every_kind().iter().map(Trouble::kind).collect();
    let known: BTreeSet<TroubleKind> = TroubleKind::ALL.iter().copied().collect();
    assert_eq!(seen, known);
    let names: BTreeSet<&str> = known.iter().map(|kind| kind.name()).collect();
    assert_eq!(names.len(), known.len());
}

#[test]
fn a_crash_is_told_in_the_programs_own_words_and_not_in_ours() {
    let mut failure = failed(Trouble::ClosedEarly(bytes(b"hello\n", b"")));
    failure.ended = Some(Ended {
        status: Status::Code(101),
        signal: None,
    });
    let said = "thread 'main' panicked at mine/echo_server.rs:7:9: no \x1b[31mway";
    failure.crash = Some(Crash {
        by: "Rust",
        extent: Extent::Whole,
        said: vec![said.into()],
    });
    let text = report(failure.clone(), EN);
    assert!(
        text.contains(
            "  Your program crashed (with status 101). Your program closed the connection"
        ),
        "{text}"
    );
    assert!(
        text.contains(
            "    thread 'main' panicked at mine/echo_server.rs:7:9: no \u{fffd}[31mway\n"
        ),
        "{text}"
    );
    failure.ended = None;
    assert!(report(failure, ZH).contains("你的程序有一部分崩溃了"));
}

#[test]
fn what_the_bytes_give_away_is_said() {
    for (came, clue) in [
        (&b"hello"[..], "Only the \\n at the end is missing"),
        (b"hello\r\n", "There is a \\r before the \\n"),
    ] {
        let text = report(
            failed(Trouble::TooLittle(
                bytes(b"hello\n", came),
                Duration::from_secs(2),
            )),
            EN,
        );
        assert!(text.contains(clue), "{text}");
    }
}

#[test]
fn a_difference_far_inside_is_shown_with_what_is_around_it() {
    let expected = "0123456789 你好，".repeat(9).into_bytes();
    let mut came = expected[..60].to_vec();
    came.extend(b"3456789");
    let text = report(
        failed(Trouble::Wrong(Bytes {
            before: 4_000_000,
            expected,
            came,
            ..Bytes::default()
        })),
        EN,
    );
    let rows: Vec<&str> = text
        .lines()
        .skip_while(|line| !line.starts_with("    expected"))
        .take(5)
        .collect();
    let drawn = [
        "    expected… 好       ，       0  1  2  3  4  5  6  7  8  9  ␣  你",
        "              e5 a5 bd ef bc 8c 30 31 32 33 34 35 36 37 38 39 20 e4 bd a0…",
        "    came    … 好       ，       3  4  5  6  7  8  9",
        "              e5 a5 bd ef bc 8c 33 34 35 36 37 38 39",
        "                                ^^ different from byte 4000061 on",
    ];
    assert_eq!(rows, drawn);
}

#[test]
fn a_program_that_passes_is_told_how_many_variants_that_was() {
    let check = Check::parse(CHECK).unwrap();
    let verdict = |variant: &str| Verdict {
        variant: variant.to_owned(),
        title: Text::default(),
        time: Duration::from_millis(120),
        seed: 1,
        memory_unchecked: variant == "dribble",
        kept_unchecked: false,
        slow: Slow::default(),
        failure: None,
    };
    let verdicts = [verdict("plain"), verdict("dribble")];
    assert_eq!(
        report::title("echo_server", &check, ZH),
        "回声服务器 · echo_server\n"
    );
    assert_eq!(
        report::line(&verdicts[0], EN),
        "  ✓ plain             0.1 s\n"
    );
    assert_eq!(
        report::line(&verdicts[1], EN),
        "  ✓ dribble           0.1 s  memory: not checked on this system\n"
    );
    assert_eq!(
        report::outcome("echo_server", &check, &verdicts, ZH),
        "\n2 种情形都通过了。\n"
    );
}

#[test]
fn the_title_of_a_variant_stands_beside_its_name() {
    let check = Check::parse(CHECK).unwrap();
    let verdict = |variant: &str, failure: Option<Failure>| Verdict {
        variant: variant.to_owned(),
        title: Text::new("一次一个字节", "one byte at a time"),
        time: Duration::from_millis(120),
        seed: 1,
        memory_unchecked: false,
        kept_unchecked: false,
        slow: Slow::default(),
        failure: failure.map(Box::new),
    };
    let passed = verdict("dribble", None);
    assert_eq!(
        report::line(&passed, ZH),
        "  ✓ dribble           0.1 s  一次一个字节\n"
    );
    assert_eq!(
        report::line(&passed, EN),
        "  ✓ dribble           0.1 s  one byte at a time\n"
    );
    let both = ["plain", "dribble"].map(|name| verdict(name, Some(failed(Trouble::Gone))));
    let text = report::outcome("echo_server", &check, &both, ZH);
    assert!(text.contains("\n✗ plain（一次一个字节）\n"), "{text}");
    assert!(text.contains("也没通过：dribble（一次一个字节）"), "{text}");
    let text = report::outcome("echo_server", &check, &both, EN);
    assert!(text.contains("\n✗ plain (one byte at a time)\n"), "{text}");
    assert!(
        text.contains("Also failed: dribble (one byte at a time)"),
        "{text}"
    );
}

#[test]
fn colors_are_added_where_they_are_wanted_and_are_never_the_only_sign() {
    let wanted = Ui::plain(Lang::En).colored(true);
    let colored = report(failed(Trouble::Flood(Written::Sent)), wanted);
    assert!(colored.contains("\x1b["));
    let mut plain = colored;
    for code in ["\x1b[1;31m", "\x1b[32m", "\x1b[0m"] {
        plain = plain.replace(code, "");
    }
    assert_eq!(plain, report(failed(Trouble::Flood(Written::Sent)), EN));
}

#[test]
fn what_does_not_compile_is_shown_as_cargo_shows_it() {
    let root = session::run::root().unwrap();
    let directory = std::env::temp_dir().join(format!("workbook-words-{}", std::process::id()));
    fs::create_dir_all(&directory).unwrap();
    let source = directory.join("broken.rs");
    fs::write(&source, "fn main() { let x: u8 = \"\"; }\n").unwrap();
    let built = build(
        &root,
        "test_broken",
        &[("broken".to_owned(), source)],
        false,
    )
    .unwrap();
    fs::remove_dir_all(directory).unwrap();
    let Built::Errors(errors) = built else {
        panic!("it compiles")
    };
    assert!(
        errors.starts_with("error[E0308]: mismatched types\n"),
        "{errors}"
    );
    let text = report::does_not_compile("echo_server", &errors, ZH);
    assert!(
        text.starts_with(&errors) && text.contains("echo_server 还编译不过"),
        "{text}"
    );
}

/// Checks what the report blames for this error of cargo's: the name of the folder, or the program.
#[track_caller]
fn is_the_folder(errors: &str, sign: Option<char>) {
    for (ui, not_at_fault, without, sorry) in [
        (
            ZH,
            "错不在你的程序",
            "挪到路径里没有SIGN的地方",
            "还编译不过",
        ),
        (
            EN,
            "yourprogramisnotatfault",
            "toapathwithoutSIGN,andcheckagain.",
            "doesnotcompile",
        ),
    ] {
        // Wherever the lines are broken.
        let text = report::does_not_compile("say_hello", errors, ui).replace([' ', '\n'], "");
        let told =
            sign.is_some_and(|sign| text.contains(&without.replace("SIGN", &sign.to_string())));
        assert_eq!(
            text.contains(not_at_fault) && told,
            sign.is_some(),
            "{text}"
        );
        assert_eq!(text.contains(sorry), sign.is_none(), "{text}");
    }
}

#[test]
fn a_folder_whose_name_the_tools_do_not_accept_is_not_the_programs_fault() {
    let lld = "error: linking with `cc` failed: exit status: 1\n  = note: rust-lld: error: cannot open output file /tmp/x y%20#é 书/target/say_hello-a1: No such file or directory\n";
    is_the_folder(lld, Some('%'));
    is_the_folder(&lld.replace("%20#é 书", ""), None);
    let cargo = "error: failed to join paths from `$LD_LIBRARY_PATH` together\n\nCaused by:\n  path segment contains separator `:`\n";
    is_the_folder(cargo, Some(':'));
    is_the_folder("error[E0308]: mismatched types\n  \"100%\"\n", None);
}

#[test]
fn a_crash_that_came_after_the_time_was_over_is_not_called_the_cause() {
    let came = bytes(b"hello\n", b"");
    let mut failure = failed(Trouble::TooLittle(came, Duration::from_secs(2)));
    failure.ended = Some(Ended {
        status: Status::Code(1),
        signal: None,
    });
    failure.errors = vec![b"Traceback (most recent call last):".to_vec()];
    let text = report(failure, EN);
    let words = "  What was expected did not come within 2 s. The judge then ended its side, and\n  your program ended with status 1.\n";
    assert!(text.contains(words), "{text}");
}

#[test]
fn a_step_that_happened_is_told_as_such() {
    let mut failure = failed(Trouble::Gone);
    failure.step = 4;
    let text = report(failure.clone(), ZH);
    assert!(
        text.contains("    alice 收到了一行 \"你好\\n\"\n"),
        "{text}"
    );
    let text = report(failure, EN);
    assert!(
        text.contains("    alice receives the line \"你好\\n\"\n"),
        "{text}"
    );
}
