//! `cargo workbook`: read, build and check the book. The work is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    workbook::run(std::env::args_os())
}
