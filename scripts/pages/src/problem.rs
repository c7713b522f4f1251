//! What is wrong with the book, for the person who can mend it: where, what, and what to do.

use std::path::{Path, PathBuf};

/// The language in which problems are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lang {
    /// 中文
    Zh,
    /// English
    En,
}

impl Lang {
    /// The language of a locale name such as `zh_CN.UTF-8`: Chinese, or else English.
    pub fn from_locale(locale: &str) -> Lang {
        if locale.starts_with("zh") {
            Lang::Zh
        } else {
            Lang::En
        }
    }
}

/// One thing to mend: the file from the repository root, the line, and the words in both languages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// From the repository root.
    pub file: PathBuf,
    /// Counted from 1.
    pub line: usize,
    /// 中文
    pub message_zh: String,
    /// English
    pub message_en: String,
}

impl Problem {
    /// `book/page.md:12: what is wrong; what to do`.
    pub fn display(&self, lang: Lang) -> String {
        let message = match lang {
            Lang::Zh => &self.message_zh,
            Lang::En => &self.message_en,
        };
        format!("{}:{}: {message}", slashes(&self.file), self.line)
    }
}

/// This many are told at once: nobody mends more before the next build.
pub const TOLD: usize = 50;

/// The last line of a report: how many there are.
pub fn count(problems: usize, lang: Lang) -> String {
    match lang {
        Lang::Zh if problems > TOLD => format!("有 {problems} 处要改，上面是前 {TOLD} 处。"),
        Lang::Zh => format!("有 {problems} 处要改。"),
        Lang::En if problems > TOLD => format!("to mend: {problems}, the first {TOLD} above"),
        Lang::En => format!("to mend: {problems}"),
    }
}

/// The problems found so far.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    pub(crate) fn add(
        &mut self,
        file: &Path,
        line: usize,
        zh: impl Into<String>,
        en: impl Into<String>,
    ) {
        self.0.push(Problem {
            file: file.to_owned(),
            line,
            message_zh: zh.into(),
            message_en: en.into(),
        });
    }

    /// Adds the problems of a part that begins below this line.
    pub(crate) fn shift(&mut self, part: Problems, line: usize) {
        self.0.extend(part.0.into_iter().map(|problem| Problem {
            line: problem.line + line,
            ..problem
        }));
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn into_sorted(mut self) -> Vec<Problem> {
        self.0.sort();
        self.0.dedup();
        self.0
    }
}

/// A path as it is written in a link, also on Windows.
pub(crate) fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}
