//! The language that a person reads, and how a program finds out.

use std::ffi::OsString;
use std::fmt;

/// A language of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lang {
    /// 中文
    Zh,
    /// English
    En,
}

impl Lang {
    /// Both, in the order of the book.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The language to speak: what `--lang` asks for, or else the language of the locale.
    ///
    /// It is known before the arguments are parsed, since mistakes in them need words too. `locale`
    /// is a name such as `zh_CN.UTF-8`.
    #[must_use]
    pub fn of_program(args: &[OsString], locale: Option<&str>) -> Self {
        Self::asked_for(args).unwrap_or_else(|| Self::from_locale(locale.unwrap_or_default()))
    }

    /// The value of the first `--lang` that names a language of the book. What follows `--` is for
    /// another program.
    fn asked_for(args: &[OsString]) -> Option<Self> {
        let mut args = args.iter().filter_map(|arg| arg.to_str());
        while let Some(arg) = args.next() {
            let value = match arg.strip_prefix("--lang") {
                None if arg == "--" => return None,
                None => None,
                Some("") => args.next(),
                Some(rest) => rest.strip_prefix('='),
            };
            if let Some(lang) = value.and_then(Self::from_name) {
                return Some(lang);
            }
        }
        None
    }

    /// Chinese for a locale name such as `zh_CN.UTF-8` or `zh-Hans-CN`, or else English.
    #[must_use]
    pub fn from_locale(locale: &str) -> Self {
        if locale.starts_with("zh") {
            Self::Zh
        } else {
            Self::En
        }
    }

    /// The language with this name: `zh` or `en`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.name() == name)
    }

    /// Its name in our notations, in `--lang` and as an HTML class: `zh` or `en`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.pick("zh", "en")
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        self.pick(Self::En, Self::Zh)
    }

    /// Of the two, the one in this language.
    pub fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

/// As [`Lang::name`].
impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(args: &[&str], expected: Option<Lang>) {
        let args: Vec<OsString> = args.iter().map(OsString::from).collect();
        assert_eq!(Lang::asked_for(&args), expected);
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
        check(
            &["workbook", "--lang", "fr", "--lang", "zh"],
            Some(Lang::Zh),
        );
    }

    #[test]
    fn a_locale_that_is_not_chinese_is_english() {
        for (locale, lang) in [
            (Some("zh_CN.UTF-8"), Lang::Zh),
            (Some("zh-Hans-CN"), Lang::Zh),
            (Some("C.UTF-8"), Lang::En),
            (Some(""), Lang::En),
            (None, Lang::En),
        ] {
            assert_eq!(Lang::of_program(&[], locale), lang, "{locale:?}");
        }
    }
}
