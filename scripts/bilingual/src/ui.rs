//! How a program talks to the person at its terminal.

use crate::{Lang, Text};

/// How a program talks to the person at its terminal: made once, and handed down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ui {
    /// The language of its words.
    pub lang: Lang,
    /// Whether the terminal shows colors.
    pub color: bool,
    /// Number of columns of a line.
    pub width: usize,
}

/// Number of columns of a report, where nothing else is known.
const REPORT_COLUMNS: usize = 80;

impl Ui {
    /// In this language, without colors, 80 columns wide.
    #[must_use]
    pub const fn plain(lang: Lang) -> Self {
        Self {
            lang,
            color: false,
            width: REPORT_COLUMNS,
        }
    }

    /// The same, in colors where `color` says so.
    #[must_use]
    pub const fn colored(self, color: bool) -> Self {
        Self { color, ..self }
    }

    /// Of the two, the one in the person's language.
    pub fn pick<T>(self, zh: T, en: T) -> T {
        self.lang.pick(zh, en)
    }

    /// The words in the person's language.
    #[must_use]
    pub fn of(self, text: &Text) -> &str {
        text.in_lang(self.lang)
    }

    /// Painted as what went well.
    #[must_use]
    pub fn good(self, text: &str) -> String {
        self.paint("32", text)
    }

    /// Painted as what failed.
    #[must_use]
    pub fn bad(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    /// Painted as what matters most.
    #[must_use]
    pub fn strong(self, text: &str) -> String {
        self.paint("1", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        match self.color {
            true => format!("\x1b[{code}m{text}\x1b[0m"),
            false => text.to_owned(),
        }
    }
}
