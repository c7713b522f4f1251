//! What is wrong with the book, for the person who can correct it: where, what, and what to do.

use std::path::Path;

use bilingual::{Diagnostic, Lang, Text};

/// Number of problems shown at once: nobody corrects more before the next build.
pub const PROBLEMS_SHOWN_MAX: usize = 50;

/// The first problems, one per line, and how many there are.
pub fn report(problems: &[Diagnostic], lang: Lang) -> String {
    let shown = problems.iter().take(PROBLEMS_SHOWN_MAX);
    let text: String = shown.map(|problem| problem.display(lang) + "\n").collect();
    text + &count(problems.len(), lang)
}

/// The last line of a report: how many there are.
fn count(problems: usize, lang: Lang) -> String {
    match lang {
        Lang::Zh if problems > PROBLEMS_SHOWN_MAX => {
            format!("有 {problems} 处要改，上面是前 {PROBLEMS_SHOWN_MAX} 处。")
        }
        Lang::Zh => format!("有 {problems} 处要改。"),
        Lang::En if problems > PROBLEMS_SHOWN_MAX => {
            format!("{problems} problems found, the first {PROBLEMS_SHOWN_MAX} above")
        }
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
        self.0.push(Diagnostic::at(file, line, Text::new(zh, en)));
    }

    /// Adds the problems of a part that begins below this line.
    pub(crate) fn shift(&mut self, part: Problems, line: usize) {
        self.0.extend(part.0.into_iter().map(|mut problem| {
            if let Some(location) = &mut problem.location {
                location.line += line;
            }
            problem
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
