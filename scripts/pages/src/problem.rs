//! What is wrong with the book, for the person who can mend it: where, what, and what to do.

use std::path::Path;

use bilingual::{Diagnostic, Lang, Text};

/// This many are told at once: nobody mends more before the next build.
pub const TOLD: usize = 50;

/// The last line of a report: how many there are.
pub fn count(problems: usize, lang: Lang) -> String {
    match lang {
        Lang::Zh if problems > TOLD => format!("有 {problems} 处要改，上面是前 {TOLD} 处。"),
        Lang::Zh => format!("有 {problems} 处要改。"),
        Lang::En if problems > TOLD => format!("{problems} problems found, the first {TOLD} above"),
        Lang::En if problems == 1 => "1 problem found".to_owned(),
        Lang::En => format!("{problems} problems found"),
    }
}

/// The problems found so far.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Diagnostic>);

impl Problems {
    pub(crate) fn add(
        &mut self,
        file: &Path,
        line: usize,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) {
        self.0.push(Diagnostic {
            file: file.to_owned(),
            line,
            message: Text::new(zh, en),
        });
    }

    /// Adds the problems of a part that begins below this line.
    pub(crate) fn shift(&mut self, part: Problems, line: usize) {
        self.0.extend(part.0.into_iter().map(|problem| Diagnostic {
            line: problem.line + line,
            ..problem
        }));
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.0.sort();
        self.0.dedup();
        self.0
    }
}
