//! The causes of a variant: which kinds of failure each explains. Pure.
//!
//! A report first says what happened. Then it gives the first cause that fits, or none: what usually
//! goes wrong in a variant is not always what went wrong.

use std::fmt;

use bilingual::Text;
use session::script::lexer::{Mismatch, mismatch};

use super::Variant;
use super::stub::TROUBLES;

/// A mistake that makes a program fail in a variant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cause {
    /// The mistake, and what to do.
    pub why: Text,
    /// Where to read about it: `PAGE#ID`.
    pub read: String,
    /// The kinds of failure that this explains; `None` where the check does not say.
    pub fits: Option<Vec<Fit>>,
}

/// A kind of failure that a cause explains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fit {
    /// The name of a [`TROUBLES`] entry.
    Trouble(String),
    /// `crashed "text"`: it crashed, and its message contains this text, in any case.
    Crash(String),
}

/// A failure, as far as a cause can fit it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen<'a> {
    /// The name of a [`TROUBLES`] entry.
    pub trouble: &'a str,
    /// The message of the crash, if the program or a part of it crashed: then its trouble is what the
    /// crash looks like from outside.
    pub crash: Option<&'a str>,
}

/// The troubles for which a cause without a `fits` line is not given: they say nothing about a mistake
/// in the story. The program did not get that far, or the machine was in the way.
const OUTSIDE_THE_STORY: [&str; 13] = [
    "cannot_start",
    "ended_at_once",
    "never_listens",
    "listens_elsewhere",
    "never_connects",
    "never_sends",
    "sent_nothing",
    "not_connected",
    "queue_full",
    "right_so_far",
    "not_played",
    "flood",
    "judge",
];

/// Where to read about a trouble for which the variant has no cause.
const PLACES_TO_READ: [(&str, &str); 18] = [
    ("cannot_start", "exercises/start#once"),
    ("never_listens", "sockets/socket#calls"),
    ("listens_elsewhere", "sockets/socket#break"),
    ("never_connects", "sockets/socket#calls"),
    ("refused", "reference/errors#refused"),
    ("not_connected", "reference/errors#timed-out"),
    ("queue_full", "sockets/socket#queue"),
    ("flood", "exercises/start#report"),
    ("closed_early", "sockets/one-shot#which-close"),
    ("reset_early", "reference/errors#reset"),
    ("not_reading", "sockets/one-shot#sendall"),
    ("never_sends", "layers/transport#udp"),
    ("sent_nothing", "layers/transport#udp"),
    ("no_datagram", "layers/transport#udp"),
    ("still_open", "sockets/duplex#half-close"),
    ("no_reset", "reference/errors#reset"),
    ("memory", "sockets/threaded-server#bounds"),
    ("only_at_end", "exercises/start#report"),
];

/// Where to read about this trouble, whatever the exercise: `PAGE#ID`.
#[must_use]
pub fn place(trouble: &str) -> Option<&'static str> {
    let found = PLACES_TO_READ.iter().find(|(name, _)| *name == trouble);
    found.map(|(_, place)| *place)
}

impl Variant {
    /// The cause that the page gives: the first.
    #[must_use]
    pub fn cause(&self) -> &Cause {
        static NONE: Cause = Cause {
            why: Text {
                zh: String::new(),
                en: String::new(),
            },
            read: String::new(),
            fits: None,
        };
        self.causes.first().unwrap_or(&NONE)
    }

    /// The first cause that explains what was seen.
    #[must_use]
    pub fn cause_of(&self, seen: Seen<'_>) -> Option<&Cause> {
        self.causes.iter().find(|cause| cause.explains(seen))
    }

    /// Where to read about what was seen.
    #[must_use]
    pub fn read_about(&self, seen: Seen<'_>) -> Option<&str> {
        let cause = self.cause_of(seen).map(|cause| &*cause.read);
        cause.or_else(|| place(seen.crash.map_or(seen.trouble, |_| "crashed")))
    }
}

impl Cause {
    /// Whether it explains what was seen.
    #[must_use]
    pub fn explains(&self, seen: Seen<'_>) -> bool {
        match (&self.fits, seen.crash) {
            (None, Some(_)) => false,
            (None, None) => !OUTSIDE_THE_STORY.contains(&seen.trouble),
            (Some(fits), Some(words)) => {
                let words = message(words).to_lowercase();
                fits.iter().any(
                    |fit| matches!(fit, Fit::Crash(text) if words.contains(&text.to_lowercase())),
                )
            }
            (Some(fits), None) => fits
                .iter()
                .any(|fit| matches!(fit, Fit::Trouble(name) if name == seen.trouble)),
        }
    }

    /// Whether `why` is there in both languages, with the place to read.
    pub(super) fn is_whole(&self) -> bool {
        !(self.why.zh.is_empty() || self.why.en.is_empty() || self.read.is_empty())
    }
}

/// The message of a crash without the source location before it: a file may be called
/// `utf8_stream.rs`, or be in a folder of any name.
fn message(words: &str) -> &str {
    let place_ends = |(at, _): &(usize, &str)| {
        let kind = words[..*at].rsplit_once('.').map_or("", |(_, kind)| kind);
        let is_kind = !kind.is_empty() && kind.chars().all(|c| c.is_ascii_alphabetic());
        let rest = words[at + 1..].trim_start_matches(|c: char| c.is_ascii_digit());
        is_kind && rest.len() < words.len() - at - 1 && rest.starts_with(':')
    };
    let place = words.match_indices(':').find(place_ends);
    place.map_or(words, |(at, _)| &words[at..])
}

/// Reads what follows `fits`.
pub(super) fn fits(text: &str) -> Result<Vec<Fit>, Mismatch> {
    let form = "the names of what is seen, or `crashed \"text\"`, after `fits`";
    let mut fits = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (word, after) = rest.split_at(rest.find([' ', '\t']).unwrap_or(rest.len()));
        rest = after.trim_start();
        if word == "crashed" {
            let Some(end) = rest.strip_prefix('"').and_then(|text| text.find('"')) else {
                return mismatch(form, &format!("crashed {rest}"));
            };
            let (literal, after) = rest.split_at(end + 2);
            let text = literal.trim_matches('"');
            if text.is_empty() {
                return mismatch("some text after `crashed`", literal);
            }
            fits.push(Fit::Crash(text.to_owned()));
            rest = after.trim_start();
        } else if TROUBLES.iter().any(|(name, ..)| *name == word) {
            fits.push(Fit::Trouble(word.to_owned()));
        } else {
            let names: Vec<&str> = TROUBLES.iter().map(|(name, ..)| *name).collect();
            return mismatch(
                format!("what is seen: crashed \"text\" {}", names.join(" ")),
                word,
            );
        }
    }
    match fits.is_empty() {
        true => mismatch(form, ""),
        false => Ok(fits),
    }
}

/// The fit in the notation.
impl fmt::Display for Fit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trouble(name) => f.write_str(name),
            Self::Crash(text) => write!(f, "crashed \"{text}\""),
        }
    }
}
