//! The parser of checks: what each line means, and the error for each that cannot be read.
#![allow(clippy::unwrap_used, reason = "a test may end at the first surprise")]

use std::time::Duration;

use judge::Check;
use judge::check::{
    Act, Actor, Cause, Fit, Lines, Pace, Payload, Piece, Response, Role, Seen, Transport,
    TroubleKind, Variant, Way,
};
use session::{ParseError, Status};

const HEAD: &str = "title zh 题\ntitle en T\nrole server\n";
const WORDS: &str = "why zh 因\nwhy en W\nread sockets/duplex#half-close\n";

#[track_caller]
fn steps(role: &str, story: &str) -> Vec<(Actor, Act, Option<Duration>)> {
    let source = format!("title zh 题\ntitle en T\nrole {role}\nvariant plain\n{WORDS}{story}");
    let check = Check::parse(&source).unwrap_or_else(|errors| panic!("{errors:?}"));
    let steps = check.variants[0].steps.iter();
    steps
        .map(|step| (step.actor.clone(), step.act.clone(), step.within))
        .collect()
}

#[track_caller]
fn act(role: &str, line: &str, expected: Act) {
    let before = match line.split(' ').next().unwrap() {
        "you" => "you $\n".to_owned(),
        actor => match role {
            "client" => format!("you $\n{actor} accept\n"),
            _ => format!("you $\n{actor} connect\n"),
        },
    };
    let steps = steps(role, &format!("{before}{line}\n"));
    let (actor, act, _) = steps.last().unwrap();
    assert_eq!(act, &expected);
    // It is written in the notation again.
    assert_eq!(format!("{actor} {act}"), line);
}

/// Checks every error, as `line: expected / found`.
#[track_caller]
fn errors(source: &str, expected: &[&str]) {
    let errors = Check::parse(source).expect_err("this check must be refused");
    let shown = |ParseError {
                     line,
                     expected,
                     found,
                 }: &ParseError| format!("{line}: {expected} / {found}");
    assert_eq!(errors.iter().map(shown).collect::<Vec<_>>(), expected);
}

/// Checks the errors of a story that begins in line 8.
#[track_caller]
fn story(role: &str, story: &str, expected: &[&str]) {
    errors(
        &format!("title zh 题\ntitle en T\nrole {role}\nvariant plain\n{WORDS}{story}"),
        expected,
    );
}

#[test]
fn every_mark_is_read_and_written_again() {
    let ms = Duration::from_millis;
    let pace = Pace {
        bytes: 1,
        every: ms(5),
    };
    let send = |payload| Act::Send { payload };
    act("server", "you runs", Act::Runs);
    let story = "you $\nalice connect\nalice ^D\nalice ? end\nyou forgets 50\n";
    let (_, forgets, _) = steps("server", story).pop().unwrap();
    assert_eq!(forgets, Act::Forgets { times: 50 });
    assert_eq!(forgets.to_string(), "forgets 50");
    act("server", "you memory 64MiB", Act::Memory { most: 64 << 20 });
    act(
        "filter",
        "you > 你好",
        Act::Type {
            text: "你好".into(),
        },
    );
    act(
        "filter",
        "you |  two",
        Act::Line {
            pattern: " two".into(),
        },
    );
    act(
        "filter",
        "you _ name: ",
        Act::Prompt {
            text: "name: ".into(),
        },
    );
    let unit = b"ff".to_vec();
    let size = 64 << 10;
    act(
        "filter",
        "you >> 64KiB of \"ff\"",
        send(Payload::Repeat { unit, size }),
    );
    let (unit, size) = (b"ab".to_vec(), 5);
    act(
        "filter",
        "you >> 5 of \"ab\"",
        send(Payload::Repeat { unit, size }),
    );
    act("filter", "you ^D", Act::EndOfInput);
    act("client", "you ~ 300ms", Act::Silent { duration: ms(300) });
    act(
        "filter",
        "you ? 0",
        Act::Exit {
            status: Status::Code(0),
            clean: false,
        },
    );
    act(
        "filter",
        "you ? signal",
        Act::Exit {
            status: Status::Signal,
            clean: false,
        },
    );
    act(
        "client",
        "you ? 1 clean",
        Act::Exit {
            status: Status::Code(1),
            clean: true,
        },
    );
    act(
        "client",
        "you ! HTTP/1.1 404[..]",
        Act::Says {
            pattern: "HTTP/1.1 404[..]".into(),
        },
    );
    act(
        "client",
        "you |! [..]",
        Act::PrintsOrSays {
            pattern: "[..]".into(),
        },
    );
    act(
        "server",
        "alice > a within 2s",
        send(Payload::Line("a within 2s".into())),
    );
    act(
        "server",
        r#"alice >> "a\r\n\0\xff""#,
        send(Payload::Bytes(b"a\r\n\0\xff".to_vec())),
    );
    act(
        "server",
        r#"alice >> 8MiB of "x""#,
        send(Payload::Repeat {
            unit: b"x".to_vec(),
            size: 8 << 20,
        }),
    );
    act(
        "server",
        "alice | [..]",
        Act::Line {
            pattern: "[..]".into(),
        },
    );
    act(
        "server",
        r#"alice || "a""#,
        Act::Bytes {
            payload: Payload::Bytes(b"a".to_vec()),
        },
    );
    act("server", "alice ~ 300ms", Act::Silent { duration: ms(300) });
    act("server", "alice ^D", Act::EndOfInput);
    act("server", "alice close", Act::Close);
    act("client", "alice ^C", Act::Reset);
    act("server", "alice ? end", Act::SeesEnd);
    act("server", "alice ? reset", Act::SeesReset);
    act("server", "alice ? gone", Act::SeesGone);
    act("server", "alice pace 1 5ms", Act::Paces { pace });
    act("server", "alice stops", Act::Stops);
    act("server", "alice reads", Act::Reads { pace: None });
    act(
        "server",
        "alice reads 1 5ms",
        Act::Reads { pace: Some(pace) },
    );
    act(
        "server",
        "guest*50 > {n}",
        send(Payload::Line("{n}".into())),
    );
}

#[test]
fn bytes_may_be_any_or_those_that_came_and_a_response_is_a_whole() {
    act(
        "server",
        r#"alice || "\?a""#,
        Act::Bytes {
            payload: Payload::Pieces(vec![Piece::Any, Piece::Bytes(b"a".to_vec())]),
        },
    );
    let response = |head, body: Option<&str>| {
        let body = body.map(|body| Payload::Bytes(body.into()));
        let status = 200;
        let or_gone = false;
        Act::Http(Response {
            status,
            head,
            body,
            or_gone,
        })
    };
    act(
        "client",
        r#"you || "\xff\?""#,
        Act::Bytes {
            payload: Payload::Pieces(vec![Piece::Bytes(vec![0xff]), Piece::Any]),
        },
    );
    act("server", "alice http 200", response(false, None));
    act(
        "server",
        r#"alice http 200 "hi""#,
        response(false, Some("hi")),
    );
    act("server", "alice http 200 head", response(true, None));
    act(
        "server",
        r#"alice http 200 head "hi""#,
        response(true, Some("hi")),
    );
    let refused = Response {
        status: 431,
        head: false,
        body: None,
        or_gone: true,
    };
    act("server", "alice http 431 or gone", Act::Http(refused));
    let steps = steps("client", "alice refuses\nyou $ --once\n");
    assert_eq!(steps[0].1, Act::Refuses);
    story(
        "server",
        "you $\nalice connect\nalice || \"\\{0..2}\"\nalice >> \"\\?\"\nalice http 99\nalice http 200 \"\\?\"\nyou >> \"\\?\"\n",
        &[
            "10: no `\\{A..B}` in what is expected / `\"\\{0..2}\"`",
            "11: no `\\?` in what is sent / `\"\\?\"`",
            "12: a status such as 200 after `http` / `99`",
            "13: a body of plain bytes / `\"\\?\"`",
            "14: UTF-8 after `you >>` / `\"\\?\"`",
        ],
    );
    story(
        "server",
        "you $\nalice connect\nalice >> \"\\{0..2}\"\nalice || \"a\\?\"\nalice >> \"\\{0..2}\"\nalice >> \"\\{1..3}\"\n",
        &[
            "10: 2 bytes taken with `||` first / `alice >> \"\\{0..2}\"`",
            "13: 3 bytes taken with `||` first / `alice >> \"\\{1..3}\"`",
        ],
    );
}

#[test]
fn a_relay_has_peers_on_both_sides() {
    let steps = steps(
        "relay",
        "you $ 1\nalice connect\nup accept\nalice > a\nup | a\n",
    );
    assert_eq!(steps.len(), 5);
}

#[test]
fn where_an_address_refuses_no_peer_accepts() {
    story(
        "client",
        "you $\nalice refuses\n",
        &["9: `refuses` before `you $` / `alice refuses`"],
    );
    story(
        "server",
        "alice refuses\nyou $\n",
        &["8: `refuses` only where the role is `client` or `relay` / `alice refuses`"],
    );
    story(
        "relay",
        "up refuses\nyou $\nalice connect\nup accept\n",
        &["11: no `accept`: the address refuses / `up accept`"],
    );
}

#[test]
fn datagrams_have_no_connections() {
    let head = |role: &str| HEAD.replace("server", role) + "transport udp\n";
    let steps = "you $ example.com\nalice || \"\\?\\?\\x01\"\nmallory >> \"\\{0..2}!\"\nalice > \\{0..2}\nalice ~ 1s\n";
    let source = format!("{}variant plain\n{WORDS}{steps}", head("client"));
    let check = Check::parse(&source).unwrap_or_else(|errors| panic!("{errors:?}"));
    assert_eq!(check.transport, Transport::Udp);
    errors(
        &format!("{}variant plain\n{WORDS}you $\n", head("server")),
        &["1: `role client` with `transport udp` / another role"],
    );
    let sends = "you $\nalice || \"\\?\"\nalice >> 8192 of \"x\"\nalice >> 8193 of \"x\"\n";
    errors(
        &format!("{}variant plain\n{WORDS}{sends}", head("client")),
        &["12: at most 8192 bytes in a datagram / `alice >> 8193 of \"x\"`"],
    );
    errors(
        &format!(
            "{}variant plain\n{WORDS}you $\nalice accept\nalice > a\nvariant w = plain with cut\n{WORDS}",
            head("client")
        ),
        &[
            "10: `||`, `>>`, `>` or `~`: UDP has no connections / `alice accept`",
            "11: a datagram taken with `||` first / `alice > a`",
            "12: a story of its own: only a stream is sent in another way / `variant w = …`",
        ],
    );
}

#[test]
fn an_expectation_may_have_a_deadline_of_its_own() {
    let steps = steps(
        "server",
        "you $ --quiet\nalice connect within 9s\nalice | a within 4s\nalice |\n",
    );
    let args = vec!["--quiet".to_owned()];
    assert_eq!(steps[0], (Actor::You, Act::Start { args }, None));
    assert_eq!(steps[1].2, Some(Duration::from_secs(9)));
    let line = |pattern: &str| Act::Line {
        pattern: pattern.to_owned(),
    };
    assert_eq!(
        (&steps[2].1, steps[2].2),
        (&line("a"), Some(Duration::from_secs(4)))
    );
    assert_eq!((&steps[3].1, steps[3].2), (&line(""), None));
}

#[test]
fn a_variant_tells_the_story_of_another_in_its_own_way() {
    let more: String = ["pace 2 5ms", "glue", "cut"]
        .iter()
        .enumerate()
        .map(|(i, way)| format!("variant v{i} = plain with {way}\n{WORDS}"))
        .collect();
    let source = format!(
        "\u{feff}# a comment\r\n{HEAD}\nvariant plain\n{WORDS}you $\nalice connect\n{more}"
    );
    let check = Check::parse(&source).unwrap();
    assert_eq!((check.role, check.title.zh.as_str()), (Role::Server, "题"));
    let pace = Pace {
        bytes: 2,
        every: Duration::from_millis(5),
    };
    let ways: Vec<_> = check.variants.iter().map(|variant| variant.way).collect();
    assert_eq!(ways, [Way::Whole, Way::Pace(pace), Way::Glue, Way::Cut]);
    assert!(
        check
            .variants
            .iter()
            .all(|variant| variant.steps == check.variants[0].steps)
    );
    let read = &check.variants[3].cause().read;
    assert_eq!(read, "sockets/duplex#half-close");
}

#[test]
fn a_check_says_whether_other_lines_may_be_printed() {
    let source = |line: &str| format!("{HEAD}{line}\nvariant plain\n{WORDS}you $\n");
    for (line, expected) in [
        ("", Lines::Exact),
        ("lines exact", Lines::Exact),
        ("lines free", Lines::Free),
    ] {
        assert_eq!(Check::parse(&source(line)).unwrap().lines, expected);
    }
    errors(
        &source("lines any"),
        &["4: `exact` or `free` after `lines` / `any`"],
    );
}

#[test]
fn a_check_says_how_its_stub_fails() {
    let source = |line: &str| format!("{HEAD}{line}\nvariant plain\n{WORDS}you $\nalice connect\n");
    let check = Check::parse(&source("stub plain closed_early")).unwrap();
    let stub = check.stub.unwrap();
    assert_eq!(stub.to_string(), "stub plain closed_early");
    assert_eq!(
        stub.trouble.words().en,
        "it closes the connection before everything has come"
    );
    errors(
        &source("stub glue gone"),
        &["4: the name of a variant below / `glue`"],
    );
    errors(
        &source("stub plain"),
        &["4: `stub VARIANT TROUBLE`, such as `stub plain closed_early` / `stub plain`"],
    );
    let found = Check::parse(&source("stub plain broken")).unwrap_err();
    assert!(
        found[0].expected.starts_with("what is seen: cannot_start "),
        "{found:?}"
    );
    errors(
        &source("stub plain gone\nstub plain gone"),
        &["5: one `stub` / a second one"],
    );
}

const CAUSES: &str = "fits wrong too_little\nwhy zh 甲\nwhy en A\nread sockets/one-shot#bytes\n\
why zh 乙\nwhy en B\nread sockets/one-shot#at-most\nfits  crashed \"UnicodeDecodeError\" still_open crashed \"from_utf8 (\"\n";

#[track_caller]
fn variant(words: &str) -> Variant {
    let source = format!("{HEAD}variant plain\n{words}you $\nalice connect\n");
    let check = Check::parse(&source).unwrap_or_else(|errors| panic!("{errors:?}"));
    check.variants.into_iter().next().unwrap()
}

#[test]
fn a_variant_has_a_cause_for_each_kind_of_failure_that_says_what_it_fits() {
    let variant = variant(CAUSES);
    let whys: Vec<_> = variant.causes.iter().map(|cause| &*cause.why.zh).collect();
    assert_eq!(whys, ["甲", "乙"]);
    assert_eq!(variant.cause().read, "sockets/one-shot#bytes");
    let fits = variant.causes[1].fits.as_ref().unwrap();
    let shown: Vec<_> = fits.iter().map(Fit::to_string).collect();
    assert_eq!(
        shown,
        [
            "crashed \"UnicodeDecodeError\"",
            "still_open",
            "crashed \"from_utf8 (\""
        ]
    );
    let story = "you $\nalice connect\n";
    errors(
        &format!("{HEAD}variant a\n{WORDS}{WORDS}{story}"),
        &[
            "4: `fits …` for each cause of the variant `a` / none",
            "4: `fits …` for each cause of the variant `a` / none",
        ],
    );
    errors(
        &format!("{HEAD}variant a\n{WORDS}fits gone\nfits gone\n{story}"),
        &[
            "4: `why zh …` in the variant `a` / none",
            "4: `why en …` in the variant `a` / none",
            "4: `read …` in the variant `a` / none",
        ],
    );
    errors(
        &format!("{HEAD}variant a\n{WORDS}fits\n{story}"),
        &["8: the names of what is seen, or `crashed \"text\"`, after `fits` / nothing"],
    );
    errors(
        &format!("{HEAD}variant a\n{WORDS}fits crashed\n{story}"),
        &["8: the names of what is seen, or `crashed \"text\"`, after `fits` / `crashed `"],
    );
    let found = Check::parse(&format!("{HEAD}variant a\n{WORDS}fits gone b\n{story}"));
    let found = found.unwrap_err();
    assert!(
        found[0].expected.starts_with("what is seen: crashed ") && found[0].found == "`b`",
        "{found:?}"
    );
}

/// Checks the cause that is given, by its English words, and where to read.
#[track_caller]
fn told(words: &str, trouble: &str, crash: Option<&str>, cause: Option<&str>, read: Option<&str>) {
    let variant = variant(words);
    let trouble = TroubleKind::named(trouble).unwrap();
    let seen = Seen { trouble, crash };
    let told = variant.cause_of(seen).map(|Cause { why, .. }| &*why.en);
    assert_eq!((told, variant.read_about(seen)), (cause, read));
}

#[test]
fn a_cause_is_told_where_it_fits_what_was_seen_and_a_place_to_read_otherwise() {
    let (one, two) = ("sockets/one-shot#bytes", "sockets/one-shot#at-most");
    told(CAUSES, "too_little", None, Some("A"), Some(one));
    told(CAUSES, "still_open", None, Some("B"), Some(two));
    let refused = Some("reference/errors#refused");
    told(CAUSES, "refused", None, None, refused);
    told(CAUSES, "gone", None, None, None);
    let decode = Some("UNICODEDecodeError: 'utf-8' codec can't decode byte 0xff");
    told(CAUSES, "wrong", decode, Some("B"), Some(two));
    told(CAUSES, "wrong", Some("KeyError: 3"), None, None);
    // Where it crashed does not say why: the name of the file may contain the text of the cause.
    let place = "fits crashed \"utf\" crashed \"timeout\"\nwhy zh 甲\nwhy en A\nread sockets/one-shot#bytes\n";
    for (crash, cause) in [
        (
            "thread 'main' (3) panicked at /a b/utf8_stream.rs:3:45: called `Option::unwrap()` on a `None` value",
            None,
        ),
        (
            r"thread 'main' panicked at C:\mine\timeouts.rs:3:45: mid > len",
            None,
        ),
        ("timeout.c:12: main: Assertion `count > 0' failed.", None),
        // The name of a scope is not a place: no number stands between its colons.
        ("Timeout.Error::expired: no answer", Some("A")),
        (
            "thread 'main' (3) panicked at /a/echo.rs:3:45: called `Result::unwrap()` on an `Err` value: Utf8Error { valid_up_to: 1 }",
            Some("A"),
        ),
        (
            "UnicodeDecodeError: 'utf-8' codec can't decode bytes in position 0-1: unexpected end of data",
            Some("A"),
        ),
        (
            "java.net.SocketTimeoutException: 127.0.0.1:8888: Accept timed out",
            Some("A"),
        ),
    ] {
        let read = cause.map(|_| "sockets/one-shot#bytes");
        told(place, "wrong", Some(crash), cause, read);
    }
    // A cause without `fits` is given for what a story can show.
    let half_close = Some("sockets/duplex#half-close");
    told(WORDS, "too_little", None, Some("W"), half_close);
    told(WORDS, "still_open", Some("KeyError: 3"), None, None);
    told(WORDS, "flood", None, None, Some("exercises/start#report"));
    told(
        WORDS,
        "never_listens",
        None,
        None,
        Some("sockets/socket#calls"),
    );
}

#[test]
fn a_line_that_stands_twice_is_refused() {
    for (words, error) in [
        ("why zh 因\nwhy zh 因", "6: one `why` in each language"),
        (
            "why zh 因\nwhy en W\nwhy en W",
            "7: one `why` in each language",
        ),
        ("read a/b#c\nwhy zh 因\nread a/b#c", "7: one `read`"),
        ("fits gone\nfits gone", "6: one `fits` for each cause"),
    ] {
        let source = format!("{HEAD}variant a\n{words}\nyou $\n");
        errors(&source, &[&format!("{error} / a second one")]);
    }
    for (line, error) in [
        ("title zh 题", "4: one title in each language"),
        ("role server", "4: one `role`"),
    ] {
        let source = format!("{HEAD}{line}\nvariant a\n{WORDS}you $\n");
        errors(&source, &[&format!("{error} / a second one")]);
    }
}

#[test]
fn every_line_that_cannot_be_read_is_named() {
    errors(
        "title zh 题\ntitle en T\nrole king\nvariant\nvariant a = b with c\nwhy x y\nread here\n你 $\nyou % x\nalice dance\nguest*1 connect\nalice | a within long\nalice >> 8TiB of \"x\"\nalice pace 0 5ms\nread #id\nread page#\nread a b#c\n",
        &[
            "1: `role server`, `role client`, `role filter` or `role relay` / no role",
            "3: `server`, `client`, `filter` or `relay` after `role` / `king`",
            "4: `variant NAME` or `variant NAME = OTHER with pace N TIME|glue|cut` / `variant `",
            "5: `variant NAME` or `variant NAME = OTHER with pace N TIME|glue|cut` / `variant a = b with c`",
            "6: `zh` or `en` after `why` / `x`",
            "7: a heading of a page, such as sockets/duplex#half-close / `here`",
            "8: `title`, `role`, `transport`, `lines`, `stub`, `variant`, `why`, `read`, `fits` or the name of an actor (an ASCII word) / `你`",
            "9: a mark after `you`: $ | || ! |! _ > >> ^D ~ ? runs memory forgets / `%`",
            "10: a mark after `alice`: connect accept > >> | || ~ ^D ^C close ? pace stops reads http refuses / `dance`",
            "11: 2 to 100 peers after `*` / `guest*1`",
            "12: a duration such as 300ms or 2s / `long`",
            "13: a size such as 300, 64KiB or 8MiB / `8TiB`",
            "14: a number of bytes, from 1 / `0`",
            "15: a heading of a page, such as sockets/duplex#half-close / `#id`",
            "16: a heading of a page, such as sockets/duplex#half-close / `page#`",
            "17: a heading of a page, such as sockets/duplex#half-close / `a b#c`",
        ],
    );
}

#[test]
fn a_check_needs_a_title_a_role_and_a_variant_and_a_variant_its_words_and_steps() {
    errors(
        "",
        &[
            "1: `role server`, `role client`, `role filter` or `role relay` / no role",
            "1: a title in both languages: `title zh …` / no `title zh`",
            "1: a title in both languages: `title en …` / no `title en`",
        ],
    );
    errors(
        HEAD,
        &["3: at least one `variant NAME` / the end of the check"],
    );
    errors(
        &format!("{HEAD}variant a\n"),
        &[
            "4: `why zh …` in the variant `a` / none",
            "4: `why en …` in the variant `a` / none",
            "4: `read …` in the variant `a` / none",
            "4: the steps of `a`, from `you $` on / none",
        ],
    );
    errors(
        &format!("{HEAD}you $\nvariant a\nrole client\nvariant a\nvariant b = c with cut\nyou $\n"),
        &[
            "4: `variant NAME` first / a line of a variant",
            "6: the head before the first variant / one of its lines after it",
            "7: one variant `a` / a second one",
            "8: the name of a variant above / `c`",
            "9: no steps: this variant plays the story of another / `$`",
        ],
    );
}

#[test]
fn a_story_that_cannot_happen_is_refused() {
    story(
        "server",
        "alice connect\nyou $\nyou $\nyou $ --once 2\n",
        &[
            "8: `you $` first / `alice connect`",
            "10: one `you $` / `you $`",
            "11: one `you $` / `you $ --once 2`",
        ],
    );
    story(
        "server",
        "you $\nalice > a\nalice accept\nalice connect\nalice connect\nalice ^D\nalice > a\nalice close\nalice | a\nalice connect\n",
        &[
            "9: `alice` to connect or accept first / `alice > a`",
            "10: `alice connect` / `alice accept`",
            "12: `alice` to be gone first / `alice connect`",
            "14: nothing to send after the ^D of `alice` / `alice > a`",
            "16: nothing from `alice` after its end / `alice | a`",
        ],
    );
    story(
        "client",
        "you $\nalice connect\n",
        &["9: `alice accept` / `alice connect`"],
    );
    story(
        "filter",
        "you $\nalice connect\nyou ^D\nyou > a\nyou ? 0\nyou runs\n",
        &[
            "9: no peers: the role is `filter` / `alice connect`",
            "11: no input for `you` after its ^D / `you > a`",
            "13: nothing from `you` after its end / `you runs`",
        ],
    );
    story(
        "server",
        "you $\nguest*5 connect\nguest > a\nguest*5 >> 16MiB of \"x\"\nyou ~ 1s\n",
        &[
            "10: `guest*5`, as above / `guest > a`",
            "11: at most 64MiB in one step / `guest*5 >> 16MiB of \"x\"`",
            "12: `~` of a peer: what a server prints is not judged / `you ~ 1000ms`",
        ],
    );
    steps(
        "server",
        "you $\nguest*4 connect\nguest*4 >> 16MiB of \"x\"\n",
    );
}

#[test]
fn a_story_that_is_played_again_has_left_no_peer_behind() {
    let early = "every peer to be gone, or to see the end, before `you forgets`";
    let error = |line: usize, expected: &str, times: &str| {
        format!("{line}: {expected} / `you forgets {times}`")
    };
    story(
        "server",
        "you $\nalice connect\nyou forgets 50\n",
        &[&error(10, early, "50")],
    );
    let no_peers = "`you forgets` after a story with peers, while the program runs";
    story(
        "server",
        "you $\nyou forgets 50\n",
        &[&error(9, no_peers, "50")],
    );
    story(
        "server",
        "you $\nalice connect\nalice close\nyou ? 0\nyou forgets 50\n",
        &[&error(12, no_peers, "50")],
    );
    story(
        "server",
        "you $\nguest*50 connect\nguest*50 close\nyou forgets 5\n",
        &[&error(11, "at most 200 peers in all these stories", "5")],
    );
    steps(
        "server",
        "you $\nguest*50 connect\nguest*50 close\nyou forgets 4\n",
    );
    let role = "`forgets` only where the role is `server` or `relay`";
    story(
        "client",
        "you $\nalice accept\nalice close\nyou forgets 50\n",
        &[&error(11, role, "50")],
    );
    // Every peer is gone after it.
    story(
        "server",
        "you $\nalice connect\nalice ^C\nyou forgets 50\nalice > hi\n",
        &["12: nothing from `alice` after its end / `alice > hi`"],
    );
    steps(
        "relay",
        "you $\nalice connect\nbob accept\nalice ^D\nbob ? end\nbob close\nalice ? end\nyou forgets 50\nalice connect\n",
    );
    story(
        "server",
        "you $\nalice connect\nalice close\nyou forgets 0\n",
        &["11: 1 to 100 times after `forgets` / `0`"],
    );
}
