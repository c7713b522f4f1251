//! The notation: what it says, and what it refuses.

use std::time::Duration;

use bilingual::Text;
use proptest::prelude::*;
use session::{Action, Session, Status, Step};

const TITLE: &str = "title zh 题\ntitle en T\n";

#[test]
fn a_session_reads_as_its_steps_in_order() {
    let session = Session::parse(
        "\
# how it looks in the architecture
title zh 双向通信 · 两个方向同时
title en Duplex: both directions at once

server $ cargo run --example 02_duplex -- server
server | 监听 listening on 127.0.0.1:[..]
note zh 客户端先说一句。
note en The client speaks first.
client $ nc 127.0.0.1 8888
client _ 你: 
client >  two  spaces
client >
server |
server ~ 300ms
client ^D
client ? 0
server ^C
server ? signal
",
    )
    .unwrap();
    let server = || "server".to_owned();
    let client = || "client".to_owned();
    let expected = [
        (
            5,
            Action::Start {
                actor: server(),
                command: "cargo run --example 02_duplex -- server".into(),
            },
        ),
        (
            6,
            Action::Line {
                actor: server(),
                pattern: "监听 listening on 127.0.0.1:[..]".into(),
            },
        ),
        (
            7,
            Action::Note(Text {
                zh: "客户端先说一句。".into(),
                en: "The client speaks first.".into(),
            }),
        ),
        (
            9,
            Action::Start {
                actor: client(),
                command: "nc 127.0.0.1 8888".into(),
            },
        ),
        (
            10,
            Action::Prompt {
                actor: client(),
                text: "你: ".into(),
            },
        ),
        (
            11,
            Action::Type {
                actor: client(),
                text: " two  spaces".into(),
            },
        ),
        (
            12,
            Action::Type {
                actor: client(),
                text: String::new(),
            },
        ),
        (
            13,
            Action::Line {
                actor: server(),
                pattern: String::new(),
            },
        ),
        (
            14,
            Action::Silent {
                actor: server(),
                duration: Duration::from_millis(300),
            },
        ),
        (15, Action::EndOfInput { actor: client() }),
        (
            16,
            Action::Exit {
                actor: client(),
                status: Status::Code(0),
            },
        ),
        (17, Action::Interrupt { actor: server() }),
        (
            18,
            Action::Exit {
                actor: server(),
                status: Status::Signal,
            },
        ),
    ];
    let expected: Vec<_> = expected
        .into_iter()
        .map(|(line, action)| Step { line, action })
        .collect();
    assert_eq!(session.title.zh, "双向通信 · 两个方向同时");
    assert_eq!(session.title.en, "Duplex: both directions at once");
    assert_eq!(session.steps, expected);
    assert_eq!(session.actors(), ["server", "client"]);
}

#[test]
fn a_checkout_with_windows_line_ends_reads_the_same() {
    let unix = "title zh 题\ntitle en T\na $ nc\na | x\na ? 0\n";
    assert_eq!(
        Session::parse(&unix.replace('\n', "\r\n")),
        Session::parse(unix)
    );
    assert_eq!(
        Session::parse(&format!("\u{feff}{unix}")),
        Session::parse(unix)
    );
}

#[test]
fn a_terminal_can_run_a_second_program_after_the_first() {
    let steps = "a $ nc 1\na ^D\na ? 0\na $ nc 2\na > x\na ? 1\n";
    assert!(Session::parse(&format!("{TITLE}{steps}")).is_ok());
}

/// `steps` follow a good title of two lines; the errors are shown one per line.
#[track_caller]
fn refuses(steps: &str, expected: &str) {
    refuses_whole(&format!("{TITLE}{steps}"), expected);
}

#[track_caller]
fn refuses_whole(source: &str, expected: &str) {
    let errors = Session::parse(source).expect_err("this session must be refused");
    let shown: Vec<_> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(shown.join("\n"), expected);
}

#[test]
fn a_line_that_is_no_notation_is_refused() {
    refuses(
        "服务器 $ nc\n a $ nc\n",
        "line 3: expected `title`, `note` or the name of an actor (an ASCII word), found `服务器 $ nc`\n\
         line 4: expected `title`, `note` or the name of an actor (an ASCII word), found ` a $ nc`",
    );
    refuses(
        "a\n",
        "line 3: expected a mark after `a`: $ | _ > ^D ^C ~ ?, found nothing",
    );
    refuses(
        "a = 3\n",
        "line 3: expected a mark after `a`: $ | _ > ^D ^C ~ ?, found `=`",
    );
    refuses(
        "a >hello\n",
        "line 3: expected a space after `>`, found `>hello`",
    );
    refuses(
        "a $  \n",
        "line 3: expected some text after `$`, found nothing",
    );
    refuses(
        "a _\n",
        "line 3: expected some text after `_`, found nothing",
    );
    refuses(
        "a ^D now\n",
        "line 3: expected nothing after `^D`, found `now`",
    );
}

#[test]
fn a_duration_needs_a_unit_and_a_bound() {
    for (text, found) in [
        ("300", "`300`"),
        ("", "nothing"),
        ("-1s", "`-1s`"),
        ("一秒", "`一秒`"),
    ] {
        refuses(
            &format!("a ~ {text}\n"),
            &format!("line 3: expected a duration such as 300ms or 2s, found {found}"),
        );
    }
    refuses(
        "a ~ 0ms\n",
        "line 3: expected a duration from 1ms to 60s, found `0ms`",
    );
    refuses(
        "a ~ 61s\n",
        "line 3: expected a duration from 1ms to 60s, found `61s`",
    );
}

#[test]
fn a_status_is_a_number_or_a_signal() {
    let expected = "line 3: expected an exit status such as 0, or `signal`, after `?`, found";
    refuses("a ? ok\n", &format!("{expected} `ok`"));
    refuses("a ?\n", &format!("{expected} nothing"));
}

#[test]
fn a_title_stands_once_in_both_languages_before_the_steps() {
    let steps = "a $ nc\na ? 0\n";
    refuses_whole(
        &format!("title zh 题\n{steps}"),
        "line 1: expected a title in both languages: `title en …`, found no `title en`",
    );
    refuses_whole(
        &format!("title zh 题\ntitle en T\ntitle en U\n{steps}"),
        "line 3: expected one `title en`, found a second one",
    );
    refuses_whole(
        &format!("title zh 题\n{steps}title en T\n"),
        "line 4: expected the title before the first step, found a title after it",
    );
    refuses(
        "title fr T\n",
        "line 3: expected `zh` or `en` after `title`, found `fr`",
    );
}

#[test]
fn a_note_needs_its_twin_beside_it() {
    refuses(
        "a $ nc\nnote zh 甲\na ? 0\nnote en A\n",
        "line 4: expected `note en` next to `note zh`, found `note zh` alone\n\
         line 6: expected `note zh` next to `note en`, found `note en` alone",
    );
    refuses(
        "note en A\nnote en B\nnote zh 乙\na $ nc\na ? 0\n",
        "line 3: expected `note zh` next to `note en`, found `note en` alone",
    );
}

#[test]
fn nobody_acts_before_they_start() {
    refuses(
        "a > hello\nb $ nc\nb ? 0\n",
        "line 3: expected `a $ …` first: no program runs in this terminal here, found `a > hello`",
    );
}

#[test]
fn nobody_acts_after_their_end() {
    refuses(
        "a $ nc\na ? 0\na | late\n",
        "line 5: expected `a $ …` first: no program runs in this terminal here, found `a | late`",
    );
}

#[test]
fn a_terminal_runs_one_program_at_a_time() {
    refuses(
        "a $ nc\na $ nc\na ? 0\n",
        "line 4: expected `a ? …` first: the program of line 3 has not ended, found `a $ nc`",
    );
}

#[test]
fn nobody_types_after_the_end_of_input() {
    refuses(
        "a $ nc\na ^D\na > x\na ^D\na ? 0\n",
        "line 5: expected no input from `a` after its ^D, found `a > x`\n\
         line 6: expected no input from `a` after its ^D, found `a ^D`",
    );
}

#[test]
fn every_program_ends_in_the_story() {
    refuses(
        "a $ nc\nb $ nc\nb ? 0\n",
        "line 5: expected `a ? …`: the program of line 3 must end in the story, \
         found the end of the session",
    );
}

#[test]
fn a_story_has_a_program() {
    refuses(
        "note zh 甲\nnote en A\n",
        "line 4: expected at least one program: `actor $ command`, found the end of the session",
    );
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(source in any::<String>()) {
        let _ = Session::parse(&source);
    }

    #[test]
    fn text_made_of_the_notation_never_panics_and_survives_being_shown(
        lines in prop::collection::vec(
            ("(title|note|a|b|)", "( |\t|)", "(\\$|\\||_|>|~|\\?|\\^D|\\^C|zh|en|\\PC)", "( |)", "(\\PC{0,4}|0|9s|5ms|signal)"),
            0..16,
        )
    ) {
        let body: String = lines
            .into_iter()
            .map(|(a, b, c, d, e)| format!("{a}{b}{c}{d}{e}\n"))
            .collect();
        if let Ok(session) = Session::parse(&format!("{TITLE}{body}")) {
            prop_assert_eq!(reparse(&session), session);
        }
    }

    #[test]
    fn a_possible_story_survives_being_shown(
        texts in prop::collection::vec("\\PC{0,12}", 1..8),
        code in any::<i32>(),
        millis in 1u64..60_000,
    ) {
        let mut body = String::from("a $ nc 127.0.0.1 7\n");
        for text in &texts {
            body.push_str(&format!("a | {text}\na > {text}\n"));
        }
        body.push_str(&format!("a ~ {millis}ms\na ^D\na ? {code}\n"));
        let session = Session::parse(&format!("{TITLE}{body}")).unwrap();
        prop_assert_eq!(session.steps.len(), texts.len() * 2 + 4);
        prop_assert_eq!(reparse(&session), session);
    }
}

/// Shown in the notation and read again; only the numbers of the lines may differ.
fn reparse(session: &Session) -> Session {
    let mut source = format!(
        "title zh {}\ntitle en {}\n",
        session.title.zh, session.title.en
    );
    for step in &session.steps {
        source.push_str(&format!("{}\n", step.action));
    }
    let mut again = Session::parse(&source).expect("a session shows itself in its own notation");
    for (step, original) in again.steps.iter_mut().zip(&session.steps) {
        step.line = original.line;
    }
    again
}
