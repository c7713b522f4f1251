//! The causes of a variant: which kinds of failure each explains. Pure.
//!
//! A report first says what happened. Then it gives the first cause that fits, or none: what usually
//! goes wrong in a variant is not always what went wrong.

use std::fmt;

use bilingual::Text;
use session::script::lexer::{Mismatch, mismatch};

use super::Variant;
use super::trouble_kind::TroubleKind;

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
    /// This was seen.
    Trouble(TroubleKind),
    /// `crashed "text"`: it crashed, and its message contains this text, in any case.
    Crash(String),
}

/// A failure, as far as a cause can fit it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen<'a> {
    /// Its kind.
    pub trouble: TroubleKind,
    /// The message of the crash, if the program or a part of it crashed: then its trouble is what the
    /// crash looks like from outside.
    pub crash: Option<&'a str>,
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
        cause.or_else(|| match seen.crash {
            Some(_) => None,
            None => seen.trouble.place(),
        })
    }
}

impl Cause {
    /// Whether it explains what was seen.
    #[must_use]
    pub fn explains(&self, seen: Seen<'_>) -> bool {
        match (&self.fits, seen.crash) {
            (None, Some(_)) => false,
            (None, None) => seen.trouble.is_in_the_story(),
            (Some(fits), Some(words)) => {
                let words = message(words).to_lowercase();
                fits.iter().any(
                    |fit| matches!(fit, Fit::Crash(text) if words.contains(&text.to_lowercase())),
                )
            }
            (Some(fits), None) => fits
                .iter()
                .any(|fit| matches!(fit, Fit::Trouble(kind) if *kind == seen.trouble)),
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
        } else if let Some(kind) = TroubleKind::named(word) {
            fits.push(Fit::Trouble(kind));
        } else {
            let names = TroubleKind::names();
            return mismatch(format!("what is seen: crashed \"text\" {names}"), word);
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
            Self::Trouble(kind) => f.write_str(kind.name()),
            Self::Crash(text) => write!(f, "crashed \"{text}\""),
        }
    }
}
