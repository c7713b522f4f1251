//! The program for authors of exercises: `cargo workbook wrong` and `new`, and the first half of
//! `scripts/check exercise ID`. The work is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    exercise::author::run(std::env::args_os().collect())
}
