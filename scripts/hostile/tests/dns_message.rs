//! The messages of `15_dns`, against `hickory-proto`, an independent library, and against bytes
//! that no honest peer sends. `DNS_CASES=1000000` for a long run.
#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]

use std::env;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Instant;

use hickory_proto::op::{self, MessageType, OpCode};
use hickory_proto::rr::{self, RData, rdata};
use message::{A, AAAA, CNAME, Data, IN, Message, Question, RCODE, RESPONSE, Record, TRUNCATED};
use name::Name;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use table::Table;
use verify::{verify, way};

#[path = "../../../examples/15_dns/message.rs"]
mod message;
#[path = "../../../examples/15_dns/name.rs"]
mod name;
#[path = "../../../examples/15_dns/table.rs"]
mod table;
#[path = "../../../examples/15_dns/verify.rs"]
mod verify;

/// A question for `www.example.test A`, and an answer with an alias, compressed by hand.
const QUESTION: &[u8] = b"\x12\x34\x01\x00\0\x01\0\0\0\0\0\0\
    \x03www\x07example\x04test\0\0\x01\0\x01";
const ANSWER: &[u8] = b"\x12\x34\x85\x00\0\x01\0\x02\0\0\0\0\
    \x03www\x07example\x04test\0\0\x01\0\x01\
    \xc0\x0c\0\x05\0\x01\0\0\x01\x2c\0\x06\x03web\xc0\x10\
    \xc0\x2e\0\x01\0\x01\0\0\x01\x2c\0\x04\xc0\0\x02\x50";

fn www() -> Question {
    question("www.example.test", A)
}

fn question(name: &str, kind: u16) -> Question {
    let (name, class) = (name.parse().unwrap(), IN);
    Question { name, kind, class }
}

fn table() -> Table {
    Table::new(&[]).unwrap()
}

#[track_caller]
fn refused(bytes: &[u8], offset: usize, words: &str) {
    let error = Message::parse(bytes).unwrap_err().to_string();
    assert!(error.contains(&format!("offset {offset}：")), "{error}");
    assert!(error.contains(words), "{error}");
}

#[test]
fn the_answer_of_the_server_is_these_bytes() {
    assert_eq!(table().answer(QUESTION).unwrap().to_bytes(), ANSWER);
    let message = Message::parse(ANSWER).unwrap();
    let lines: Vec<_> = way(&message, &www()).iter().map(|r| shown(r)).collect();
    assert_eq!(
        lines,
        [
            "www.example.test 300 CNAME web.example.test",
            "web.example.test 300 A 192.0.2.80"
        ]
    );
}

fn shown(record: &Record) -> String {
    let data = match &record.data {
        Data::A(ip) => format!("A {ip}"),
        Data::Aaaa(ip) => format!("AAAA {ip}"),
        Data::Cname(name) => format!("CNAME {name}"),
        Data::Other(kind, class, bytes) => format!("TYPE{kind} CLASS{class} {bytes:?}"),
    };
    format!("{} {} {data}", record.name, record.ttl)
}

#[test]
fn a_question_of_the_library_is_answered_and_the_library_reads_the_answer() {
    for (name, kind, expected) in [
        (
            "www.example.test.",
            rr::RecordType::A,
            vec!["CNAME web.example.test", "A 192.0.2.80"],
        ),
        (
            "WEB.Example.Test.",
            rr::RecordType::AAAA,
            vec!["AAAA 2001:db8::80"],
        ),
        (
            "www.example.test.",
            rr::RecordType::CNAME,
            vec!["CNAME web.example.test"],
        ),
        ("web.example.test.", rr::RecordType::MX, vec![]),
    ] {
        let mut asks = op::Message::new(77, MessageType::Query, OpCode::Query);
        asks.add_query(op::Query::query(rr::Name::from_ascii(name).unwrap(), kind));
        // With EDNS, as resolvers send it today: the option is skipped.
        asks.set_edns(op::Edns::new());
        let bytes = table().answer(&asks.to_vec().unwrap()).unwrap().to_bytes();
        let answer = op::Message::from_vec(&bytes).unwrap();
        assert_eq!(answer.metadata.id, 77);
        assert!(answer.metadata.authoritative);
        assert_eq!(answer.queries, asks.queries);
        let records: Vec<_> = answer
            .answers
            .iter()
            .map(|record| match &record.data {
                RData::A(ip) => format!("A {ip}"),
                RData::AAAA(ip) => format!("AAAA {ip}"),
                RData::CNAME(name) => format!("CNAME {name}").trim_end_matches('.').to_owned(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(records, expected, "{name}");
    }
}

/// A label as hosts have them, and one of any bytes.
fn label() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => "[a-zA-Z0-9-]{1,12}".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 1..=63),
    ]
}

/// Names with common ends, so that there is something to compress.
fn any_name() -> impl Strategy<Value = Name> {
    let end = prop_oneof![
        Just(vec![]),
        Just(vec![&b"example"[..], &b"test"[..]]),
        Just(vec![&b"b"[..], &b"example"[..], &b"test"[..]])
    ];
    (prop::collection::vec(label(), 0..3), end).prop_map(|(mut labels, end)| {
        labels.extend(end.into_iter().map(<[u8]>::to_vec));
        Name(labels)
    })
}

fn any_record() -> impl Strategy<Value = Record> {
    let data = prop_oneof![
        any::<u32>().prop_map(|ip| Data::A(Ipv4Addr::from(ip))),
        any::<u128>().prop_map(|ip| Data::Aaaa(Ipv6Addr::from(ip))),
        any_name().prop_map(Data::Cname),
        prop::collection::vec(any::<u8>(), 1..20).prop_map(|bytes| Data::Other(65300, IN, bytes)),
    ];
    (any_name(), 0..1_u32 << 31, data).prop_map(|(name, ttl, data)| Record { name, ttl, data })
}

fn any_message() -> impl Strategy<Value = Message> {
    let records = prop::collection::vec(any_record(), 0..5);
    (any::<u16>(), any_name(), records).prop_map(|(id, name, answers)| {
        let (kind, class) = (A, IN);
        let questions = vec![Question { name, kind, class }];
        Message {
            id,
            flags: RESPONSE,
            questions,
            answers,
        }
    })
}

fn in_library(name: &Name) -> rr::Name {
    rr::Name::from_labels(name.0.iter().map(Vec::as_slice)).unwrap()
}

fn library_record(record: &Record) -> rr::Record {
    let data = match &record.data {
        Data::A(ip) => RData::A(rdata::A(*ip)),
        Data::Aaaa(ip) => RData::AAAA(rdata::AAAA(*ip)),
        Data::Cname(name) => RData::CNAME(rdata::CNAME(in_library(name))),
        Data::Other(kind, _, bytes) => RData::Unknown {
            code: (*kind).into(),
            rdata: rdata::NULL::with(bytes.clone()),
        },
    };
    rr::Record::from_rdata(in_library(&record.name), record.ttl, data)
}

/// How many cases: a few thousand, or as many as `DNS_CASES` says.
fn cases(usual: u32) -> u32 {
    env::var("DNS_CASES").map_or(usual, |text| text.parse().unwrap())
}

fn runner(usual: u32) -> TestRunner {
    TestRunner::new(Config {
        cases: cases(usual),
        failure_persistence: None,
        ..Config::default()
    })
}

#[test]
fn what_we_write_the_library_reads_and_vice_versa() {
    let test = |message: Message| {
        let bytes = message.to_bytes();
        let cut = u16::from_be_bytes([bytes[2], bytes[3]]) & TRUNCATED != 0;
        prop_assert!(bytes.len() <= 512 || message.questions[0].name.0.len() > 1 || cut);
        let theirs = op::Message::from_vec(&bytes).unwrap();
        let expected: Vec<_> = message.answers.iter().map(library_record).collect();
        prop_assert_eq!(theirs.metadata.truncation, cut);
        if cut {
            prop_assert_eq!(&theirs.answers[..], &expected[..theirs.answers.len()]);
        } else {
            prop_assert_eq!(&theirs.answers, &expected);
        }
        // Vice versa: the library compresses in its own way, and we read it.
        let mut whole = op::Message::new(message.id, MessageType::Response, OpCode::Query);
        let class = rr::DNSClass::IN;
        let mut asked = op::Query::query(in_library(&message.questions[0].name), rr::RecordType::A);
        asked.set_query_class(class);
        whole.add_query(asked);
        whole.add_answers(expected);
        let ours = Message::parse(&whole.to_vec().unwrap()).unwrap();
        prop_assert_eq!(ours, message);
        Ok(())
    };
    runner(1000).run(&any_message(), test).unwrap();
}

#[test]
fn no_bytes_make_the_parser_or_the_server_fail() {
    // Fast and repeatable: xorshift over good messages, so that most cases reach deep.
    let (mut state, start, cases) = (0x2545_f491_4f6c_dd1d_u64, Instant::now(), cases(20_000));
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 16) as usize % below
    };
    let (table, mut read, mut answered) = (table(), 0, 0);
    let many = table.answer(
        &Message {
            id: 7,
            flags: 0,
            questions: vec![question("many.example.test", A)],
            answers: Vec::new(),
        }
        .to_bytes(),
    );
    let seeds = [QUESTION.to_vec(), ANSWER.to_vec(), many.unwrap().to_bytes()];
    for _ in 0..cases {
        let mut bytes = seeds[random(seeds.len())].clone();
        for _ in 0..=random(6) {
            match random(5) {
                0 => bytes.truncate(random(bytes.len() + 1)),
                1 => bytes.push(random(256) as u8),
                // A pointer, to anywhere.
                2 if bytes.len() > 1 => {
                    let at = random(bytes.len() - 1);
                    bytes[at] = 0xc0 | random(4) as u8;
                    bytes[at + 1] = random(256) as u8;
                }
                _ if !bytes.is_empty() => {
                    let at = random(bytes.len());
                    bytes[at] = random(256) as u8;
                }
                _ => {}
            }
        }
        if let Ok(message) = Message::parse(&bytes) {
            read += 1;
            // What could be read can be written, and is the same when read again.
            let again = Message::parse(&message.to_bytes()).unwrap();
            if (again.flags | message.flags) & TRUNCATED == 0 {
                assert_eq!(again, message);
            }
            way(&message, &www());
        }
        let _ = verify(&bytes, 0x1234, &www());
        if let Some(answer) = table.answer(&bytes) {
            answered += 1;
            let bytes = answer.to_bytes();
            assert!(bytes.len() <= 512, "{}", bytes.len());
            // Whatever the question, the library can read the answer.
            op::Message::from_vec(&bytes).unwrap();
        }
    }
    eprintln!(
        "{cases} cases in {:?}: {read} read, {answered} answered, 0 crashes",
        start.elapsed()
    );
    assert!(read > cases / 50 && answered > cases / 50);
}

#[test]
fn a_pointer_to_itself_forward_or_around_is_refused_with_its_offset() {
    let named = |name: &[u8]| [&QUESTION[..12], name, b"\0\x01\0\x01"].concat();
    refused(&named(b"\xc0\x0c"), 12, "pointer");
    refused(&named(b"\xc0\x0e\0"), 12, "pointer");
    refused(&named(b"\xff\xff"), 12, "pointer");
    // A label, then back to its own beginning: a circle.
    refused(&named(b"\x03www\xc0\x0c"), 16, "pointer");
    // Two names that point at each other: one of the two must go forward.
    let mut two = ANSWER.to_vec();
    two[12..14].copy_from_slice(&[0xc0, 0x22]);
    refused(&two, 12, "pointer");
}

#[test]
fn a_chain_of_a_thousand_pointers_ends() {
    let mut bytes = b"\x12\x34\x80\0\0\0\0\x01\0\0\0\0".to_vec();
    // An unknown record whose data is nothing but pointers, each to the one before.
    bytes.extend(b"\0\0\x63\0\x01\0\0\0\0\x07\xd0");
    for n in 0..1000_u16 {
        let target = 0xc000 | (bytes.len() as u16 - if n == 0 { 1 } else { 2 });
        bytes.extend(target.to_be_bytes());
    }
    let last = 0xc000 | (bytes.len() as u16 - 2);
    bytes.extend(last.to_be_bytes());
    bytes.extend(b"\0\x01\0\x01\0\0\0\0\0\x04\x01\x02\x03\x04");
    bytes[7] = 2;
    refused(&bytes, bytes.len() - 16, "too many pointers");
}

#[test]
fn every_cut_is_an_error_and_none_is_a_panic() {
    for length in 0..ANSWER.len() {
        let words = "the message ends too early";
        let error = Message::parse(&ANSWER[..length]).unwrap_err().to_string();
        assert!(error.contains(words), "{length}: {error}");
    }
    refused(&[ANSWER, b"x"].concat(), ANSWER.len(), "1 bytes too many");
}

#[test]
fn a_truncated_message_may_end_anywhere() {
    for length in 34..ANSWER.len() {
        let mut bytes = ANSWER[..length].to_vec();
        bytes[2] |= 0x02;
        let message = Message::parse(&bytes).unwrap();
        assert_eq!(message.answers.len(), usize::from(length >= 52));
    }
}

#[test]
fn counts_that_lie_cost_nothing() {
    for at in [4, 6, 8, 10] {
        let mut bytes = ANSWER.to_vec();
        bytes[at..at + 2].copy_from_slice(&[0xff, 0xff]);
        assert!(Message::parse(&bytes).is_err());
        bytes[at..at + 2].copy_from_slice(&[0, 0]);
        // Fewer than there are: something is left over, or was taken for something else.
        assert!(at > 6 || Message::parse(&bytes).is_err());
    }
}

#[test]
fn lengths_that_lie_are_refused() {
    let wrong = |at: usize, value: u8, offset: usize, words: &str| {
        let mut bytes = ANSWER.to_vec();
        bytes[at] = value;
        refused(&bytes, offset, words);
    };
    wrong(12, 64, 12, "neither label nor pointer");
    wrong(12, 0x80, 12, "neither label nor pointer");
    wrong(45, 5, 46, "wrong length of the data: 5");
    wrong(45, 7, 46, "wrong length of the data: 7");
    wrong(63, 3, 64, "not the length of an address: 3");
    wrong(63, 16, 64, "not the length of an address: 16");
}

#[test]
fn a_name_has_at_most_255_bytes() {
    let long = |last: usize| {
        let labels = [63, 63, 63, last].map(|n| [&[n as u8][..], &vec![b'a'; n]].concat());
        [&QUESTION[..12], &labels.concat(), b"\0\0\x01\0\x01"].concat()
    };
    assert!(Message::parse(&long(61)).is_ok());
    refused(&long(62), 204, "over 255");
    let text = |last: usize| [63, 63, 63, last].map(|n| "a".repeat(n)).join(".");
    assert!(text(61).parse::<Name>().is_ok());
    for wrong in [
        &text(62),
        "a..b",
        ".",
        "",
        ".a",
        &"a".repeat(64),
        "汉字.test",
        "a b",
        "a\u{7f}",
    ] {
        assert!(wrong.parse::<Name>().is_err(), "{wrong}");
    }
}

#[test]
fn bytes_that_could_drive_a_terminal_are_shown_as_numbers() {
    let name = Name(vec![b"\x1b[2J".to_vec(), b"a.b\\".to_vec(), "汉".into()]);
    assert_eq!(name.to_string(), "\\027[2J.a\\046b\\092.\\230\\177\\137");
    assert_eq!(Name::default().to_string(), ".");
}

#[test]
fn only_the_answer_to_this_question_counts() {
    let ours = |bytes: &[u8]| verify(bytes, 0x1234, &www());
    assert!(ours(ANSWER).unwrap().is_ok());
    assert!(verify(ANSWER, 0x1235, &www()).is_none(), "another id");
    assert!(ours(QUESTION).is_none(), "our own question, sent back");
    assert!(ours(b"").is_none() && ours(b"\x12").is_none());
    let other = Message {
        questions: vec![question("www.example.org", A)],
        ..Message::parse(ANSWER).unwrap()
    };
    assert!(ours(&other.to_bytes()).is_none(), "another name");
    let other = Message {
        questions: vec![question("www.example.test", AAAA)],
        ..other
    };
    assert!(ours(&other.to_bytes()).is_none(), "another type");
    let capitals = Message {
        questions: vec![question("WWW.example.TEST", A)],
        ..other
    };
    assert!(
        ours(&capitals.to_bytes()).unwrap().is_ok(),
        "case is nothing"
    );
    let silent = Message {
        questions: Vec::new(),
        ..capitals
    };
    assert!(
        ours(&silent.to_bytes()).is_none(),
        "an answer without a question"
    );
    let error = Message {
        flags: RESPONSE | 1,
        answers: Vec::new(),
        ..silent
    };
    assert!(
        ours(&error.to_bytes()).unwrap().is_ok(),
        "an error may leave it out"
    );
    assert!(
        ours(b"\x12\x34\x80").unwrap().is_err(),
        "broken, but for us"
    );
}

#[test]
fn records_that_nobody_asked_for_are_not_believed_and_circles_end() {
    let record = |name: &str, data| Record {
        name: name.parse().unwrap(),
        ttl: 1,
        data,
    };
    let message = |answers| Message {
        id: 0,
        flags: RESPONSE,
        questions: vec![www()],
        answers,
    };
    let stray = record("bank.example", Data::A([203, 0, 113, 66].into()));
    let mine = record("www.example.test", Data::A([192, 0, 2, 1].into()));
    assert_eq!(way(&message(vec![stray, mine.clone()]), &www()), [&mine]);
    let alias = |to: &str| Data::Cname(to.parse().unwrap());
    let there = record("www.example.test", alias("a.test"));
    let back = record("a.test", alias("www.example.test"));
    let circle = message(vec![there, back]);
    let asked = www();
    let way = way(&circle, &asked);
    assert_eq!(way.len(), 8);
    assert!(way.iter().all(|record| record.data.kind() == CNAME));
}

#[test]
fn the_server_answers_questions_and_nothing_else() {
    let code = |bytes: &[u8]| table().answer(bytes).map(|answer| answer.flags & RCODE);
    let asks = |name: &str, class| {
        let question = Question {
            class,
            ..question(name, A)
        };
        Message {
            id: 1,
            flags: 0,
            questions: vec![question],
            answers: Vec::new(),
        }
        .to_bytes()
    };
    assert_eq!(code(b""), None);
    assert_eq!(code(b"\0\0\0"), None);
    assert_eq!(code(ANSWER), None, "an answer gets no answer");
    assert_eq!(code(b"\0\x01\0\0"), Some(1), "no whole header: FORMERR");
    assert_eq!(code(&QUESTION[..20]), Some(1));
    assert_eq!(code(&[QUESTION, b"x"].concat()), Some(1));
    assert_eq!(
        code(b"\0\x01\x28\0\0\0\0\0\0\0\0\0"),
        Some(4),
        "UPDATE: NOTIMP"
    );
    assert_eq!(code(b"\0\x01\0\0\0\0\0\0\0\0\0\0"), Some(1), "no question");
    assert_eq!(code(&asks("no.example.test", IN)), Some(3));
    assert_eq!(code(&asks("www.example.org", IN)), Some(5));
    assert_eq!(code(&asks("www.example.test", 3)), Some(5), "class CH");
    assert_eq!(code(&asks("web.example.test", IN)), Some(0));
}

#[test]
fn addresses_on_the_command_line_replace_those_of_the_table() {
    let words = [
        "web.example.test=192.0.2.7",
        "web.example.test=192.0.2.8",
        "new.test=2001:db8::1",
    ];
    let table = Table::new(&words.map(str::to_owned)).unwrap();
    let answers = |name: &str, kind| {
        let questions = vec![question(name, kind)];
        let asks = Message {
            id: 0,
            flags: 0,
            questions,
            answers: Vec::new(),
        };
        table
            .answer(&asks.to_bytes())
            .unwrap()
            .answers
            .iter()
            .map(shown)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        answers("web.example.test", A),
        [
            "web.example.test 300 A 192.0.2.7",
            "web.example.test 300 A 192.0.2.8"
        ]
    );
    assert_eq!(answers("web.example.test", AAAA), [""; 0]);
    assert_eq!(answers("new.test", AAAA), ["new.test 300 AAAA 2001:db8::1"]);
    assert_eq!(answers("www.example.test", A).len(), 3);
    for wrong in ["x", "x=y", "=192.0.2.1", "a..b=192.0.2.1"] {
        assert!(Table::new(&[wrong.to_owned()]).is_err(), "{wrong}");
    }
}

#[test]
fn a_question_for_the_alias_itself_gets_only_that() {
    let questions = vec![question("www.example.test", CNAME)];
    let asks = Message {
        id: 9,
        flags: 0,
        questions,
        answers: Vec::new(),
    };
    assert_eq!(table().answer(&asks.to_bytes()).unwrap().answers.len(), 1);
}

/// RFC 8020 §2, RFC 4592 §2.2.2: an empty non-terminal.
#[test]
fn a_name_with_names_below_it_exists_and_has_no_data() {
    let given = ["a.b.c.test=192.0.2.7".to_owned()];
    let table = Table::new(&given).unwrap();
    #[track_caller]
    fn check(table: &Table, name: &str, rcode: u16) {
        let asked = Message {
            id: 1,
            flags: 0,
            questions: vec![question(name, A)],
            answers: Vec::new(),
        };
        let answer = table.answer(&asked.to_bytes()).unwrap();
        let had = (answer.flags & RCODE, answer.answers.len());
        assert_eq!(had, (rcode, 0), "{name}");
    }
    for name in [
        "example.test",
        "Example.TEST",
        "b.c.test",
        "c.test",
        "test",
        "example",
    ] {
        check(&table, name, 0);
    }
    for name in [
        "ample.test",
        "x.a.b.c.test",
        "x.c.test",
        "www.test",
        "c.example",
    ] {
        check(&table, name, 3);
    }
}
