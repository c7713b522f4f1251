//! The notation of the knobs: `pieces=1@5,delay=100`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::division::BETWEEN_PIECES;

/// The most knobs in a chain.
pub const KNOBS_MAX: usize = 16;

/// The largest number of bytes, and the largest number of a datagram.
const COUNT_MAX: u64 = 1 << 30;

/// The longest time in milliseconds.
const MILLISECONDS_MAX: u64 = 60_000;

/// A knob for the bytes of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamKnob {
    /// `pieces=N@MS`: at most this many bytes in a piece, at least this long between two.
    #[allow(missing_docs, reason = "the names say it")]
    Pieces { bytes: usize, every: Duration },
    /// `cut`: a piece ends inside every character of more than one byte.
    Cut,
    /// `glue=MS`: what comes within this time after the first leaves with it.
    Glue(Duration),
    /// `delay=MS`: everything leaves later.
    Delay(Duration),
    /// `stall=N`: after this many bytes nothing more passes, not even the end.
    Stall(usize),
    /// `end=N`: after this many bytes, the end.
    End(usize),
    /// `reset=N`: after this many bytes, a reset.
    Reset(usize),
}

/// A knob for datagrams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DatagramKnob {
    /// `drop=P%`, `drop=#K`: lost.
    Drop(Chosen),
    /// `duplicate=…`: two of it.
    Duplicate(Chosen),
    /// `reorder=…`: the next one goes first.
    Reorder(Chosen),
    /// `delay=MS`: everything leaves later.
    Delay(Duration),
}

/// Which datagrams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chosen {
    /// Out of a hundred, by the seed.
    Percent(u8),
    /// The one with this number, from 1.
    Number(u64),
}

/// A word that is no knob.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadKnob {
    /// The word.
    pub word: String,
    /// What was expected instead.
    pub expected: String,
}

/// Reads knobs, which commas separate.
///
/// # Errors
/// A word is no knob of this kind, its number is not in the range, or there are too many.
pub fn parse<K: FromStr<Err = BadKnob>>(text: &str) -> Result<Vec<K>, BadKnob> {
    if text.split(',').count() > KNOBS_MAX {
        return Err(bad(text, format!("at most {KNOBS_MAX} knobs")));
    }
    text.split(',').map(str::parse).collect()
}

impl FromStr for StreamKnob {
    type Err = BadKnob;

    fn from_str(word: &str) -> Result<Self, BadKnob> {
        let known = "pieces=N, pieces=N@MS, cut, glue=MS, delay=MS, stall=N, end=N or reset=N";
        if word == "cut" {
            return Ok(Self::Cut);
        }
        let (name, value) = word.split_once('=').ok_or_else(|| bad(word, known))?;
        match name {
            "pieces" => {
                let (bytes, every) = match value.split_once('@') {
                    None => (value, BETWEEN_PIECES),
                    Some((bytes, every)) => (bytes, time(word, every)?),
                };
                let bytes = number(word, bytes, 1, COUNT_MAX)?;
                let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
                Ok(Self::Pieces { bytes, every })
            }
            "glue" => Ok(Self::Glue(time(word, value)?)),
            "delay" => Ok(Self::Delay(time(word, value)?)),
            "stall" => Ok(Self::Stall(bytes(word, value)?)),
            "end" => Ok(Self::End(bytes(word, value)?)),
            "reset" => Ok(Self::Reset(bytes(word, value)?)),
            _ => Err(bad(word, known)),
        }
    }
}

impl FromStr for DatagramKnob {
    type Err = BadKnob;

    fn from_str(word: &str) -> Result<Self, BadKnob> {
        let known = "drop, duplicate or reorder, each =P% or =#K, or delay=MS";
        let (name, value) = word.split_once('=').ok_or_else(|| bad(word, known))?;
        match name {
            "drop" => Ok(Self::Drop(chosen(word, value)?)),
            "duplicate" => Ok(Self::Duplicate(chosen(word, value)?)),
            "reorder" => Ok(Self::Reorder(chosen(word, value)?)),
            "delay" => Ok(Self::Delay(time(word, value)?)),
            _ => Err(bad(word, known)),
        }
    }
}

fn chosen(word: &str, value: &str) -> Result<Chosen, BadKnob> {
    if let Some(value) = value.strip_prefix('#') {
        return Ok(Chosen::Number(number(word, value, 1, COUNT_MAX)?));
    }
    let percent = value.strip_suffix('%');
    let percent = percent.ok_or_else(|| bad(word, "P% or #K"))?;
    let percent = number(word, percent, 0, 100)?;
    Ok(Chosen::Percent(u8::try_from(percent).unwrap_or(100)))
}

fn bytes(word: &str, value: &str) -> Result<usize, BadKnob> {
    let bytes = number(word, value, 0, COUNT_MAX)?;
    Ok(usize::try_from(bytes).unwrap_or(usize::MAX))
}

fn time(word: &str, value: &str) -> Result<Duration, BadKnob> {
    number(word, value, 0, MILLISECONDS_MAX).map(Duration::from_millis)
}

/// Digits alone: `parse` would take a `+`, too.
fn number(word: &str, value: &str, least: u64, most: u64) -> Result<u64, BadKnob> {
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    let number = value.parse().ok().filter(|_| digits);
    let number = number.filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| bad(word, format!("a whole number from {least} to {most}")))
}

fn bad(word: &str, expected: impl Into<String>) -> BadKnob {
    BadKnob {
        word: word.chars().take(40).collect(),
        expected: expected.into(),
    }
}

impl fmt::Display for BadKnob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bad knob {:?}: expected {}", self.word, self.expected)
    }
}

impl std::error::Error for BadKnob {}

impl fmt::Display for StreamKnob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pieces { bytes, every } => write!(f, "pieces={bytes}@{}", every.as_millis()),
            Self::Cut => write!(f, "cut"),
            Self::Glue(time) => write!(f, "glue={}", time.as_millis()),
            Self::Delay(time) => write!(f, "delay={}", time.as_millis()),
            Self::Stall(bytes) => write!(f, "stall={bytes}"),
            Self::End(bytes) => write!(f, "end={bytes}"),
            Self::Reset(bytes) => write!(f, "reset={bytes}"),
        }
    }
}

impl fmt::Display for DatagramKnob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Drop(chosen) => write!(f, "drop={chosen}"),
            Self::Duplicate(chosen) => write!(f, "duplicate={chosen}"),
            Self::Reorder(chosen) => write!(f, "reorder={chosen}"),
            Self::Delay(time) => write!(f, "delay={}", time.as_millis()),
        }
    }
}

impl fmt::Display for Chosen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Percent(percent) => write!(f, "{percent}%"),
            Self::Number(number) => write!(f, "#{number}"),
        }
    }
}
