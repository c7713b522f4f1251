//! Reads the lines of a check, one at a time.

use bilingual::Lang;
use std::time::Duration;

use session::ParseError;
use session::script::lexer::{
    self, Mismatch, bilingual, duration, is_actor, mismatch, nothing, some, split_word, status,
};

use super::bytes::{parse_size, pattern, payload};
use super::cause::{self, Fit};
use super::stub::{self, Stub};
use super::{Act, Actor, Lines, Pace, Payload, Response, Role, Transport, Way};

/// The content of one line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Item {
    Title(Lang, String),
    Role(Role),
    Transport(Transport),
    Lines(Lines),
    Stub(Stub),
    Variant {
        name: String,
        of: Option<(String, Way)>,
    },
    Why(Lang, String),
    Read(String),
    Fits(Vec<Fit>),
    Step {
        actor: Actor,
        act: Act,
        limit: Limit,
    },
}

/// The deadline at the end of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Limit {
    pub(super) within: Option<Duration>,
    pub(super) by_rule: bool,
}

/// The most peers under one name, and the most times that a story is played again.
const PEERS_MAX: usize = 100;

/// Reads all lines: the content of each with its number, and every line that cannot be read.
pub(super) fn read(source: &str) -> (Vec<(usize, Item)>, Vec<ParseError>) {
    lexer::lines(source, item)
}

fn item(line: &str) -> Result<Item, Mismatch> {
    let (word, rest) = split_word(line);
    match word {
        "title" => bilingual(word, rest).map(|(lang, text)| Item::Title(lang, text)),
        "why" => bilingual(word, rest).map(|(lang, text)| Item::Why(lang, text)),
        "role" => role(rest.trim()).map(Item::Role),
        "transport" => transport(rest.trim()).map(Item::Transport),
        "lines" => lines(rest.trim()).map(Item::Lines),
        "stub" => stub::read(rest.trim()).map(Item::Stub),
        "variant" => variant(rest.trim()),
        "read" => page(rest.trim()).map(Item::Read),
        "fits" => cause::fits(rest).map(Item::Fits),
        "you" => {
            let (mark, text) = split_word(rest.trim_start());
            let (text, limit) = limit(mark, text)?;
            Ok(Item::Step {
                actor: Actor::You,
                act: yours(mark, text)?,
                limit,
            })
        }
        word => {
            let actor = peer(word)?;
            let (mark, text) = split_word(rest.trim_start());
            let (text, limit) = limit(mark, text)?;
            Ok(Item::Step {
                act: theirs(&actor, mark, text)?,
                actor,
                limit,
            })
        }
    }
}

fn role(text: &str) -> Result<Role, Mismatch> {
    match text {
        "server" => Ok(Role::Server),
        "client" => Ok(Role::Client),
        "filter" => Ok(Role::Filter),
        "relay" => Ok(Role::Relay),
        _ => mismatch("`server`, `client`, `filter` or `relay` after `role`", text),
    }
}

fn transport(text: &str) -> Result<Transport, Mismatch> {
    match text {
        "tcp" => Ok(Transport::Tcp),
        "udp" => Ok(Transport::Udp),
        _ => mismatch("`tcp` or `udp` after `transport`", text),
    }
}

fn lines(text: &str) -> Result<Lines, Mismatch> {
    match text {
        "exact" => Ok(Lines::Exact),
        "free" => Ok(Lines::Free),
        _ => mismatch("`exact` or `free` after `lines`", text),
    }
}

fn variant(text: &str) -> Result<Item, Mismatch> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let form = "`variant NAME` or `variant NAME = OTHER with pace N TIME|glue|cut`";
    let (name, of) = match words[..] {
        [name] => (name, None),
        [name, "=", other, "with", ref way @ ..] => {
            let way = match *way {
                ["pace", bytes, every] => Way::Pace(pace(bytes, every)?),
                ["glue"] => Way::Glue,
                ["cut"] => Way::Cut,
                _ => return mismatch(form, &format!("variant {text}")),
            };
            (name, Some((other.to_owned(), way)))
        }
        _ => return mismatch(form, &format!("variant {text}")),
    };
    if !is_actor(name) {
        return mismatch("the name of a variant (an ASCII word)", name);
    }
    let name = name.to_owned();
    Ok(Item::Variant { name, of })
}

fn page(text: &str) -> Result<String, Mismatch> {
    let known = |c: char| c.is_ascii_alphanumeric() || "-_/".contains(c);
    match text.split_once('#') {
        Some((page, id))
            if !page.is_empty() && !id.is_empty() && page.chars().chain(id.chars()).all(known) =>
        {
            Ok(text.to_owned())
        }
        _ => mismatch(
            "a heading of a page, such as sockets/duplex#half-close",
            text,
        ),
    }
}

fn pace(bytes: &str, every: &str) -> Result<Pace, Mismatch> {
    match bytes.parse() {
        Ok(bytes @ 1..) => Ok(Pace {
            bytes,
            every: duration(every)?,
        }),
        _ => mismatch("a number of bytes, from 1", bytes),
    }
}

fn peer(word: &str) -> Result<Actor, Mismatch> {
    let (name, count) = match word.split_once('*') {
        None => (word, None),
        Some((name, count)) => match count.parse() {
            Ok(count @ 2..=PEERS_MAX) => (name, Some(count)),
            _ => return mismatch(format!("2 to {PEERS_MAX} peers after `*`"), word),
        },
    };
    if !is_actor(name) {
        return mismatch(
            "`title`, `role`, `transport`, `lines`, `stub`, `variant`, `why`, `read`, `fits` or the name of an actor (an ASCII word)",
            word,
        );
    }
    let name = name.to_owned();
    Ok(Actor::Peer { name, count })
}

/// The text after the mark, and the deadline at its end; only expectations have one.
fn limit<'a>(mark: &str, text: &'a str) -> Result<(&'a str, Limit), Mismatch> {
    // Exactly one space belongs to the mark.
    let text = text.strip_prefix(' ').unwrap_or(text);
    let sends = [">", ">>", "$", "^D", "^C"].contains(&mark);
    let padded = text.rsplit_once(" within ").or_else(|| {
        let rest = text.strip_prefix("within ")?;
        Some(("", rest))
    });
    match padded {
        Some((text, time)) if !sends => {
            let (time, by_rule) = match time.trim().strip_suffix(" by rule") {
                Some(time) => (time, true),
                None => (time, false),
            };
            let within = Some(duration(time.trim())?);
            Ok((text, Limit { within, by_rule }))
        }
        _ => Ok((text, Limit::default())),
    }
}

fn yours(mark: &str, text: &str) -> Result<Act, Mismatch> {
    match mark {
        "$" => Ok(Act::Start {
            args: text.split_ascii_whitespace().map(str::to_owned).collect(),
        }),
        "|" => pattern(text).map(|pattern| Act::Line { pattern }),
        "||" => came(text).map(|payload| Act::Bytes { payload }),
        "_" => Ok(Act::Prompt {
            text: some(mark, text)?,
        }),
        ">" => Ok(Act::Type {
            text: text.to_owned(),
        }),
        ">>" => typed(text).map(|payload| Act::Send { payload }),
        "~" => duration(text.trim()).map(|duration| Act::Silent { duration }),
        "!" => Ok(Act::Says {
            pattern: some(mark, text)?,
        }),
        "|!" => Ok(Act::PrintsOrSays {
            pattern: some(mark, text)?,
        }),
        "?" => exit(text.trim()),
        "^D" => nothing(mark, text).map(|()| Act::EndOfInput),
        "runs" => nothing(mark, text).map(|()| Act::Runs),
        "memory" => parse_size(text.trim()).map(|most| Act::Memory { most }),
        "forgets" => times(text.trim()).map(|times| Act::Forgets { times }),
        _ => mismatch(
            "a mark after `you`: $ | || ! |! _ > >> ^D ~ ? runs memory forgets",
            mark,
        ),
    }
}

/// Reads the number of times that a story is played again.
fn times(text: &str) -> Result<usize, Mismatch> {
    match text.parse() {
        Ok(times @ 1..=PEERS_MAX) => Ok(times),
        _ => mismatch(format!("1 to {PEERS_MAX} times after `forgets`"), text),
    }
}

/// Reads `0`, `signal` or `1 clean`.
fn exit(text: &str) -> Result<Act, Mismatch> {
    let (text, clean) = match text.strip_suffix(" clean") {
        Some(text) => (text.trim_end(), true),
        None => (text, false),
    };
    status(text).map(|status| Act::Exit { status, clean })
}

/// Reads what is typed: UTF-8, as a terminal sends it.
fn typed(text: &str) -> Result<Payload, Mismatch> {
    let payload = payload(text)?;
    match String::from_utf8(payload.bytes(None, &[])) {
        Ok(_) if !matches!(payload, Payload::Pieces(_)) => Ok(payload),
        _ => mismatch("UTF-8 after `you >>`", text),
    }
}

fn theirs(actor: &Actor, mark: &str, text: &str) -> Result<Act, Mismatch> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    match mark {
        "connect" => nothing(mark, text).map(|()| Act::Connect),
        "accept" => nothing(mark, text).map(|()| Act::Accept),
        "close" => nothing(mark, text).map(|()| Act::Close),
        "stops" => nothing(mark, text).map(|()| Act::Stops),
        "^D" => nothing(mark, text).map(|()| Act::EndOfInput),
        "^C" => nothing(mark, text).map(|()| Act::Reset),
        ">" => Ok(Act::Send {
            payload: Payload::Line(text.to_owned()),
        }),
        ">>" => sent(text).map(|payload| Act::Send { payload }),
        "|" => pattern(text).map(|pattern| Act::Line { pattern }),
        "||" => came(text).map(|payload| Act::Bytes { payload }),
        "~" => duration(text.trim()).map(|duration| Act::Silent { duration }),
        "?" => match text.trim() {
            "end" => Ok(Act::SeesEnd),
            "reset" => Ok(Act::SeesReset),
            "gone" => Ok(Act::SeesGone),
            text => mismatch("`end`, `reset` or `gone` after `?`", text),
        },
        "pace" => match words[..] {
            [bytes, every] => pace(bytes, every).map(|pace| Act::Paces { pace }),
            _ => mismatch("`pace N TIME`", text),
        },
        "reads" => match words[..] {
            [] => Ok(Act::Reads { pace: None }),
            [bytes, every] => pace(bytes, every).map(|pace| Act::Reads { pace: Some(pace) }),
            _ => mismatch("`reads` or `reads N TIME`", text),
        },
        "refuses" => nothing(mark, text).map(|()| Act::Refuses),
        "http" => http(text),
        _ => mismatch(
            format!(
                "a mark after `{actor}`: connect accept > >> | || ~ ^D ^C close ? pace stops reads http refuses"
            ),
            mark,
        ),
    }
}

/// Reads what a peer sends, which may repeat what came.
fn sent(text: &str) -> Result<Payload, Mismatch> {
    let payload = payload(text)?;
    match payload.has_any() {
        true => mismatch("no `\\?` in what is sent", text),
        false => Ok(payload),
    }
}

/// Reads what is expected, in which some bytes may be any.
fn came(text: &str) -> Result<Payload, Mismatch> {
    let payload = payload(text)?;
    match payload.takes() {
        0 => Ok(payload),
        _ => mismatch("no `\\{A..B}` in what is expected", text),
    }
}

fn http(text: &str) -> Result<Act, Mismatch> {
    let (status, body) = split_word(text);
    let Ok(status @ 100..=599) = status.parse() else {
        return mismatch("a status such as 200 after `http`", text);
    };
    let (or_gone, body) = match body.trim() {
        "or gone" => (true, ""),
        body => (false, body),
    };
    let (head, body) = match body.strip_prefix("head") {
        Some(rest) => (true, rest.trim_start()),
        None => (false, body),
    };
    let body = match body {
        "" => None,
        body => match payload(body)? {
            Payload::Pieces(_) => return mismatch("a body of plain bytes", body),
            body => Some(body),
        },
    };
    Ok(Act::Http(Response {
        status,
        head,
        body,
        or_gone,
    }))
}
