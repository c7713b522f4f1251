//! The header of a wrong program: the variant that catches it, and its mistake in both languages.
//! Pure.

use super::{Problem, SourceLanguage};

/// The first lines of a wrong program, without the marks of a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header(Vec<String>);

impl Header {
    /// The comments that a program begins with.
    #[must_use]
    pub fn of_program(source: &str, language: SourceLanguage) -> Self {
        let said = |line: &str| {
            let said = line.strip_prefix(language.mark())?;
            // `//!` and `///` are the title of the solution, and `#!` is not a comment.
            (!said.starts_with(['!', '/'])).then(|| said.trim().to_owned())
        };
        Self(source.lines().map_while(said).collect())
    }

    /// The lines before the diff of a patch.
    pub(super) fn of_patch(text: &str) -> Self {
        let lines = text.trim_end().lines();
        Self(lines.map(|line| line.trim().to_owned()).collect())
    }

    /// The variant that must catch the program.
    #[must_use]
    pub fn caught_by(&self) -> Option<&str> {
        let name = self.0.first()?.strip_prefix("caught by:")?.trim();
        Some(name).filter(|name| !name.is_empty())
    }

    /// Checks that nothing is missing.
    ///
    /// # Errors
    /// It names no variant, or does not state the mistake in both languages.
    pub fn check(&self) -> Result<(), Problem> {
        if self.caught_by().is_none() {
            return Err(Problem::new(
                (
                    "第一行没有 `caught by: VARIANT`",
                    "has no `caught by: VARIANT` in its first line",
                ),
                (
                    "第一行写出必须抓住它的情形：`caught by: VARIANT`，后面两行用中文和英文说它错在哪里",
                    "its first line names the variant that must catch it, `caught by: VARIANT`; the next two state the mistake in Chinese and in English",
                ),
            ));
        }
        let words = || self.0[1..].iter().filter(|line| !line.is_empty());
        let chinese = |line: &&String| !is_english(line) && line.chars().any(is_han);
        if words().any(|line| is_english(line)) && words().any(|line| chinese(&line)) {
            return Ok(());
        }
        Err(Problem::new(
            (
                "开头没有用中文和英文说它错在哪里",
                "does not state its mistake in Chinese and in English",
            ),
            (
                "`caught by: VARIANT` 下面写两行：一行中文，一行英文",
                "write two lines below `caught by: VARIANT`: one in Chinese, one in English",
            ),
        ))
    }

    /// The header as the first lines of a patch.
    pub(super) fn text(&self) -> String {
        self.0.join("\n") + "\n"
    }

    /// The header as the first lines of a program.
    pub(super) fn comments(&self, language: SourceLanguage) -> String {
        let comment =
            |line: &String| format!("{} {line}", language.mark()).trim_end().to_owned() + "\n";
        self.0.iter().map(comment).collect()
    }
}

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// Whether a line is English. Each language may quote words of the other, so the end of the sentence
/// decides: `.` or `。`.
fn is_english(line: &str) -> bool {
    line.ends_with(|last: char| last.is_ascii())
}
