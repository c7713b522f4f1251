//! Questions: a fence in both twins becomes one question in two languages.
//!
//! [`parse`] reads one fence, [`twins`] compares the two, [`draw`] writes the HTML, all of them pure.
//! The README has the notation.

mod draw;
mod markdown;
mod parse;
mod predict;
mod twins;

pub(crate) use draw::{Drawing, draw};
pub(crate) use parse::{Fault, Info, Question, parse};
pub(crate) use predict::predict;
pub(crate) use twins::compare;
