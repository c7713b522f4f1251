//! A story that did not happen: what a person needs in order to find out why.

use std::fmt;

/// The step that failed, and everything around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedStep {
    /// The line of the step in its file.
    pub line: usize,
    /// The step, in the notation.
    pub step: String,
    /// What should have happened.
    pub expected: String,
    /// What happened instead.
    pub came: String,
    /// The story so far, in the notation, with the real lines.
    pub story: Vec<String>,
    /// Output that the story did not read, per actor, in the notation: `|` for a line, `_` for
    /// text without a line end.
    pub unread: Vec<String>,
    /// The programs that were still running: `actor $ command`. They have been ended.
    pub running: Vec<String>,
}

impl fmt::Display for FailedStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "line {}: {}", self.line, self.step)?;
        writeln!(f, "  expected: {}", self.expected)?;
        write!(f, "  came: {}", self.came)?;
        block(f, "the story so far:", &self.story)?;
        block(f, "unread output:", &self.unread)?;
        block(f, "still running (ended now):", &self.running)
    }
}

impl std::error::Error for FailedStep {}

fn block(f: &mut fmt::Formatter<'_>, title: &str, lines: &[String]) -> fmt::Result {
    if lines.is_empty() {
        return Ok(());
    }
    write!(f, "\n  {title}")?;
    for line in lines {
        write!(f, "\n    {line}")?;
    }
    Ok(())
}
