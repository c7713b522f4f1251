//! `scripts/check exercise ID`, its first half: what an exercise of this folder lacks, told at
//! once. Status 1 where something is wrong, 2 where there is no such exercise.

use std::collections::BTreeSet;
use std::env;
use std::path::Path;
use std::process::ExitCode;

use exercise::shape::{faults, names};
use exercise::suggest::nearest;

fn main() -> ExitCode {
    let root = Path::new(".");
    if !root.join("book.toml").is_file() {
        eprintln!("no book.toml here: run `scripts/check exercise ID`");
        return ExitCode::from(2);
    }
    let names = names(root);
    let mut status = 0;
    for id in env::args().skip(1) {
        if !names.contains(&id) {
            eprintln!("{}", unknown(&id, &names));
            status = 2;
            continue;
        }
        let faults = faults(root, &id);
        for fault in &faults {
            println!("{fault}");
        }
        match faults.len() {
            0 => println!("{id} has all its parts"),
            1 => println!("{id}: 1 fault"),
            count => println!("{id}: {count} faults"),
        }
        status = status.max(u8::from(!faults.is_empty()));
    }
    ExitCode::from(status)
}

fn unknown(id: &str, names: &BTreeSet<String>) -> String {
    let near = nearest(id, names.iter().map(String::as_str));
    let near = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    format!(
        "no exercise is called '{id}'{near}\nthe exercises are: {}\na new one begins with a line in examples/exercises/ladder, a folder there, or a page",
        all.join(", ")
    )
}
