//! The functions `row_*` of the modules below: one for each row of the tables of
//! `book/reference/python-rust-c.en.md`, in a module named for the section.

#[path = "rust/addresses.rs"]
mod addresses;
#[path = "rust/bytes.rs"]
mod bytes;
#[path = "rust/connections.rs"]
mod connections;
#[path = "rust/ending.rs"]
mod ending;
#[path = "rust/errors.rs"]
mod errors;
#[path = "rust/names.rs"]
mod names;
#[path = "rust/options.rs"]
mod options;
#[path = "rust/reading_writing.rs"]
mod reading_writing;
#[path = "rust/support.rs"]
mod support;
#[path = "rust/waiting.rs"]
mod waiting;

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;
use std::{env, thread};

use support::{OWN_PROCESS, Skip};

/// How long a row may take: longer than each program that it starts.
const DEADLINE: Duration = Duration::from_secs(75);

/// The functions of a section, with their names.
type Rows = &'static [(&'static str, fn())];

const SECTIONS: [(&str, Rows); 9] = [
    ("addresses", addresses::ROWS),
    ("connections", connections::ROWS),
    ("reading_writing", reading_writing::ROWS),
    ("ending", ending::ROWS),
    ("waiting", waiting::ROWS),
    ("options", options::ROWS),
    ("names", names::ROWS),
    ("bytes", bytes::ROWS),
    ("errors", errors::ROWS),
];

/// Runs each row, and returns the lines that the programs in the other languages print.
#[track_caller]
pub(crate) fn run() -> String {
    let mut told = String::new();
    let mut failed = Vec::new();
    for (section, rows) in SECTIONS {
        for (name, row) in rows {
            match run_one(&format!("{section} {name}"), *row) {
                Ok(None) => told += &format!("passed {section} {name}\n"),
                Ok(Some(Skip(why))) => told += &format!("skipped: {section} {name}: {why}\n"),
                Err(why) => failed.push(format!("{section} {name}: {why}")),
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
    told
}

/// Runs a row in a thread of its own; why it was skipped.
fn run_one(name: &str, row: fn()) -> Result<Option<Skip>, String> {
    let (end, ended) = channel::<()>();
    let body = move || {
        let _end = end;
        row();
    };
    let thread = thread::Builder::new().name(name.to_owned()).spawn(body);
    let thread = thread.map_err(|error| error.to_string())?;
    if ended.recv_timeout(DEADLINE) == Err(RecvTimeoutError::Timeout) {
        return Err(format!("not finished after {DEADLINE:?}"));
    }
    match thread.join() {
        Ok(()) => Ok(None),
        Err(payload) => match payload.downcast::<Skip>() {
            Ok(skip) => Ok(Some(*skip)),
            Err(_) => Err("panicked, see above".to_owned()),
        },
    }
}

/// Runs one row, if this process was started for it alone; see `support::is_own_process`.
#[test]
fn a_row_in_a_process_of_its_own() {
    let Ok(wanted) = env::var(OWN_PROCESS) else {
        return;
    };
    let rows = SECTIONS.iter().flat_map(|(_, rows)| *rows);
    let named: Vec<_> = rows.filter(|(name, _)| *name == wanted).collect();
    let [(name, row)] = named[..] else {
        panic!("{wanted} names {} rows", named.len());
    };
    assert_eq!(run_one(name, *row), Ok(None));
}
