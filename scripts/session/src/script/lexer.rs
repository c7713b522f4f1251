//! What the lines of a session and those of a check have in common: words, durations, exit
//! statuses, and what is said of a line that cannot be read.

use std::time::Duration;

use bilingual::Lang;

use super::{ParseError, Status};

/// The longest duration that a line may state: no session keeps a reader waiting longer.
const DURATION_LIMIT: Duration = Duration::from_secs(60);

/// What was expected, and what was found.
pub type Mismatch = (String, String);

/// Reads each line that says something with `item`: what it says, with the number of the line from
/// 1, or why it cannot be read. A line that begins with `#` is a comment.
pub fn lines<T>(
    source: &str,
    item: impl Fn(&str) -> Result<T, Mismatch>,
) -> (Vec<(usize, T)>, Vec<ParseError>) {
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

/// Reads what stands after `word`: `zh …` or `en …`.
///
/// # Errors
/// No language, or no text.
pub fn bilingual(word: &str, rest: &str) -> Result<(Lang, String), Mismatch> {
    let (name, text) = split_word(rest.trim_start());
    let Some(lang) = Lang::from_name(name) else {
        return mismatch(format!("`zh` or `en` after `{word}`"), name);
    };
    match text.trim() {
        "" => mismatch(format!("some text after `{word} {lang}`"), ""),
        text => Ok((lang, text.to_owned())),
    }
}

/// Reads a duration such as `300ms` or `2s`.
///
/// # Errors
/// It is not a duration, or not one that a session may have.
pub fn duration(text: &str) -> Result<Duration, Mismatch> {
    let parsed = if let Some(number) = text.strip_suffix("ms") {
        number.parse().map(Duration::from_millis)
    } else if let Some(number) = text.strip_suffix('s') {
        number.parse().map(Duration::from_secs)
    } else {
        return mismatch("a duration such as 300ms or 2s", text);
    };
    match parsed {
        Ok(duration) if !duration.is_zero() && duration <= DURATION_LIMIT => Ok(duration),
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

/// Makes sure that nothing stands after `mark`.
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
