//! Every session of the repository happens as it is written.
//!
//! One after the other: they share the addresses that the pages name.
#![cfg(feature = "run")]

use std::io::{self, Write};
use std::time::Instant;

use session::{Options, Report};

#[test]
fn every_session_happens_as_written() {
    let options = Options::new(session::root().unwrap());
    let sessions = session::all(&options.directory).unwrap();
    assert!(!sessions.is_empty(), "there is no session in examples/");
    let mut failures = Vec::new();
    let mut skipped = 0;
    for (name, file) in &sessions {
        let started = Instant::now();
        let outcome = match session::run_file(file, &options) {
            Ok(Report::Passed { .. }) => "ok".to_owned(),
            Ok(Report::Skipped { reason }) => {
                skipped += 1;
                format!("SKIPPED: {reason}")
            }
            Err(error) => {
                failures.push(format!("{error:#}"));
                "FAILED".to_owned()
            }
        };
        let seconds = started.elapsed().as_secs_f64();
        say(&format!("{name} … {outcome} ({seconds:.2} s)"));
    }
    let (failed, all) = (failures.len(), sessions.len());
    say(&format!(
        "{all} sessions, {failed} failed, {skipped} skipped"
    ));
    assert!(
        failed == 0,
        "{failed} of {all} sessions failed\n\n{}",
        failures.join("\n\n")
    );
}

/// Past the capture of the test harness: whoever waits can see how far it is.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}
