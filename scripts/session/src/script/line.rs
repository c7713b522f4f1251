//! One line of the notation at a time.

use std::time::Duration;

use super::head::{self, Host, Loss, Ports};
use bilingual::Lang;

use super::{Action, ParseError, Status};

/// What one line says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Item {
    Title(Lang, String),
    Note(Lang, String),
    Fact(Fact),
    Action(Action),
}

/// What the head of a capture's session says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fact {
    Host(Host),
    Lose(Loss),
    Ports(Ports),
    VariesPayload,
}

/// No session keeps a reader waiting longer.
const LONGEST_SILENCE: Duration = Duration::from_secs(60);

/// Every line that says something, with its number, and every line that cannot be read.
pub(super) fn read(source: &str) -> (Vec<(usize, Item)>, Vec<ParseError>) {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source);
    let mut items = Vec::new();
    let mut errors = Vec::new();
    // `lines` also removes the carriage return of a checkout on Windows.
    for (index, text) in source.lines().enumerate() {
        if text.trim().is_empty() || text.starts_with('#') {
            continue;
        }
        let line = index + 1;
        match item(text) {
            Ok(item) => items.push((line, item)),
            Err((expected, found)) => errors.push(ParseError {
                line,
                expected,
                found,
            }),
        }
    }
    (items, errors)
}

/// What was expected, and what stands there.
pub type Mismatch = (String, String);

fn item(line: &str) -> Result<Item, Mismatch> {
    let (word, rest) = split_word(line);
    match word {
        "title" => bilingual("title", rest).map(|(lang, text)| Item::Title(lang, text)),
        "note" => bilingual("note", rest).map(|(lang, text)| Item::Note(lang, text)),
        "host" | "lose" | "ports" | "varies" => fact(word, rest).map(Item::Fact),
        actor if is_actor(actor) => action(actor, rest.trim_start()).map(Item::Action),
        _ => mismatch(
            "`title`, `note` or the name of an actor (an ASCII word)",
            line,
        ),
    }
}

fn fact(word: &str, rest: &str) -> Result<Fact, Mismatch> {
    let words: Vec<&str> = rest.split_ascii_whitespace().collect();
    match word {
        "host" => head::host(&words).map(Fact::Host),
        "lose" => head::loss(&words).map(Fact::Lose),
        "ports" => head::ports(&words).map(Fact::Ports),
        _ if words == ["payload"] => Ok(Fact::VariesPayload),
        _ => mismatch("`payload` after `varies`", &words.join(" ")),
    }
}

/// Reads what stands after `word`: `zh …` or `en …`.
///
/// # Errors
/// No language, or no text.
pub fn bilingual(word: &str, rest: &str) -> Result<(Lang, String), Mismatch> {
    let (lang, text) = split_word(rest.trim_start());
    let lang = match lang {
        "zh" => Lang::Zh,
        "en" => Lang::En,
        other => return mismatch(format!("`zh` or `en` after `{word}`"), other),
    };
    match text.trim() {
        "" => mismatch(format!("some text after `{word} {lang}`"), ""),
        text => Ok((lang, text.to_owned())),
    }
}

fn action(actor: &str, rest: &str) -> Result<Action, Mismatch> {
    let (mark, text) = split_word(rest);
    // Exactly one space belongs to the mark: output and typed lines may begin with spaces.
    let text = text.strip_prefix(' ').unwrap_or(text);
    let actor = actor.to_owned();
    match mark {
        "$" => Ok(Action::Start {
            actor,
            command: some(mark, text.trim())?,
        }),
        "|" => Ok(Action::Line {
            actor,
            pattern: text.to_owned(),
        }),
        "_" => Ok(Action::Prompt {
            actor,
            text: some(mark, text)?,
        }),
        ">" => Ok(Action::Type {
            actor,
            text: text.to_owned(),
        }),
        "~" => Ok(Action::Silent {
            actor,
            duration: duration(text.trim())?,
        }),
        "?" => Ok(Action::Exit {
            actor,
            status: status(text.trim())?,
        }),
        "^D" => nothing(mark, text).map(|()| Action::EndOfInput { actor }),
        "^C" => nothing(mark, text).map(|()| Action::Interrupt { actor }),
        _ if mark.starts_with(['$', '|', '_', '>', '~', '?']) => {
            mismatch(format!("a space after `{}`", &mark[..1]), mark)
        }
        _ => mismatch(format!("a mark after `{actor}`: $ | _ > ^D ^C ~ ?"), mark),
    }
}

/// Reads a duration such as `300ms` or `2s`.
///
/// # Errors
/// It is none, or none that a session may have.
pub fn duration(text: &str) -> Result<Duration, Mismatch> {
    let parsed = if let Some(number) = text.strip_suffix("ms") {
        number.parse().map(Duration::from_millis)
    } else if let Some(number) = text.strip_suffix('s') {
        number.parse().map(Duration::from_secs)
    } else {
        return mismatch("a duration such as 300ms or 2s", text);
    };
    match parsed {
        Ok(duration) if !duration.is_zero() && duration <= LONGEST_SILENCE => Ok(duration),
        Ok(_) => mismatch("a duration from 1ms to 60s", text),
        Err(_) => mismatch("a duration such as 300ms or 2s", text),
    }
}

/// Reads an exit status: a number, or `signal`.
///
/// # Errors
/// It is neither.
pub fn status(text: &str) -> Result<Status, Mismatch> {
    match text.parse() {
        Ok(code) => Ok(Status::Code(code)),
        Err(_) if text == "signal" => Ok(Status::Signal),
        Err(_) => mismatch("an exit status such as 0, or `signal`, after `?`", text),
    }
}

/// The text after `mark`, of which there must be some.
///
/// # Errors
/// There is none.
pub fn some(mark: &str, text: &str) -> Result<String, Mismatch> {
    if text.is_empty() {
        mismatch(format!("some text after `{mark}`"), "")
    } else {
        Ok(text.to_owned())
    }
}

/// Nothing may stand after `mark`.
///
/// # Errors
/// Something does.
pub fn nothing(mark: &str, text: &str) -> Result<(), Mismatch> {
    match text.trim() {
        "" => Ok(()),
        text => mismatch(format!("nothing after `{mark}`"), text),
    }
}

/// A [`Mismatch`], with what was found in quotes.
///
/// # Errors
/// Always: it is one.
pub fn mismatch<T>(expected: impl Into<String>, found: &str) -> Result<T, Mismatch> {
    let found = if found.is_empty() {
        "nothing".to_owned()
    } else {
        format!("`{found}`")
    };
    Err((expected.into(), found))
}

/// The text up to the first space or tab, and what follows, that space included.
#[must_use]
pub fn split_word(text: &str) -> (&str, &str) {
    text.split_at(text.find([' ', '\t']).unwrap_or(text.len()))
}

/// Whether `word` can be the name of an actor: an ASCII word.
#[must_use]
pub fn is_actor(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_alphabetic())
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}
