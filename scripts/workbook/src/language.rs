//! The language of the tool's words: `--lang`, else the locale, else English.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

pub use pages::Lang;

/// The language to speak, known before the arguments are parsed: mistakes in them need words too.
pub fn language(args: &[OsString]) -> Lang {
    asked(args).unwrap_or_else(|| Lang::from_locale(&sys_locale::get_locale().unwrap_or_default()))
}

fn asked(args: &[OsString]) -> Option<Lang> {
    let mut args = args.iter().filter_map(|arg| arg.to_str());
    while let Some(arg) = args.next() {
        // What follows is for a learner's program.
        if arg == "--" {
            return None;
        }
        let value = match arg.strip_prefix("--lang") {
            Some("") => args.next(),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        };
        match value {
            Some("zh") => return Some(Lang::Zh),
            Some("en") => return Some(Lang::En),
            _ => {}
        }
    }
    None
}

/// The one of two that the reader reads.
pub fn pick(lang: Lang, zh: impl Into<String>, en: impl Into<String>) -> String {
    match lang {
        Lang::Zh => zh.into(),
        Lang::En => en.into(),
    }
}

/// A line on standard output. A reader that has closed the pipe is not an error.
pub fn say(line: impl AsRef<str>) {
    write(io::stdout().lock(), line.as_ref());
}

/// A line on standard error, likewise.
pub fn warn(line: impl AsRef<str>) {
    write(io::stderr().lock(), line.as_ref());
}

fn write(mut to: impl Write, line: &str) {
    let _ = writeln!(to, "{}", line.trim_end());
    let _ = to.flush();
}

/// `1.2`
pub fn seconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64())
}

/// A path as it is written everywhere in the book, also on Windows.
pub fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(args: &[&str], expected: Option<Lang>) {
        let args: Vec<OsString> = args.iter().map(OsString::from).collect();
        assert_eq!(asked(&args), expected);
    }

    #[test]
    fn lang_is_found_wherever_it_stands() {
        check(&["workbook", "--lang", "zh"], Some(Lang::Zh));
        check(&["workbook", "check", "--lang=en"], Some(Lang::En));
        check(&["workbook", "--lang=zh", "--nonsense"], Some(Lang::Zh));
        check(&["workbook", "exercise", "--", "x", "--lang", "zh"], None);
    }

    #[test]
    fn an_unknown_lang_decides_nothing() {
        check(&["workbook", "--lang"], None);
        check(&["workbook", "--lang", "fr"], None);
        check(&["workbook", "--language=zh"], None);
    }
}
