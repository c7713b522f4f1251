//! Lines on standard output and standard error.

use std::fmt::Display;
use std::io::{self, BufRead, Write};
use std::time::Duration;

/// Writes a line to standard output. A reader that has closed the pipe is not an error.
pub fn say(line: impl Display) {
    show(format_args!("{}\n", line.to_string().trim_end()));
}

/// Writes text as it is to standard output, likewise.
pub fn show(text: impl Display) {
    let mut out = io::stdout().lock();
    let _ = write!(out, "{text}").and_then(|()| out.flush());
}

/// Writes a line to standard error, likewise.
pub fn warn(line: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{}", line.to_string().trim_end());
}

/// Asks a question that is answered with `y` or anything else; at the end of input, with no.
pub fn ask(question: impl Display) -> bool {
    show(format_args!("{question} [y/N] "));
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    if !answer.ends_with('\n') {
        say("");
    }
    read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
}

/// A time in seconds, without the unit: `1.20`.
#[must_use]
pub fn seconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64())
}
