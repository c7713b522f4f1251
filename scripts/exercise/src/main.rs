//! `cargo workbook exercise` and `cargo workbook class`. The work is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    exercise::cli::run(std::env::args_os().skip(1).collect())
}
