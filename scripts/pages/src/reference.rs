//! A reference as a page writes it, `../layers/osi.md?x#locate`, and where it leads. The links
//! between pages and those of the built site are read with it.

use percent_encoding::percent_decode_str;

/// A reference, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference<'a> {
    /// It has a scheme, or names another machine: `https`, `mailto`, `//`.
    Elsewhere(&'a str),
    /// It leads to this book.
    Here {
        /// Decoded; empty for the page itself.
        path: String,
        /// Decoded; empty for the beginning of the page.
        fragment: String,
    },
    /// What is percent-encoded in it is not UTF-8.
    Undecodable,
}

impl<'a> Reference<'a> {
    /// Takes it apart, without what it asks a server for (`?x`).
    #[must_use]
    pub fn of(written: &'a str) -> Self {
        let written = written.trim();
        if let Some(scheme) = scheme(written) {
            return Self::Elsewhere(scheme);
        }
        let (path, fragment) = written.split_once('#').unwrap_or((written, ""));
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        match (decoded(path), decoded(fragment)) {
            (Some(path), Some(fragment)) => Self::Here { path, fragment },
            _ => Self::Undecodable,
        }
    }
}

/// `https` of `https://…`, `//` of an address without one.
fn scheme(written: &str) -> Option<&str> {
    if written.starts_with("//") {
        return Some("//");
    }
    let (scheme, _) = written.split_once(':')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    (scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(plain))
        .then_some(scheme)
}

/// A percent-encoded text; `None` if it is not UTF-8.
#[must_use]
pub fn decoded(text: &str) -> Option<String> {
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

/// The path from the root to which `path` leads from the page `from`, or `None` above the root.
#[must_use]
pub fn resolve(from: &str, path: &str) -> Option<String> {
    if path.is_empty() {
        return Some(from.to_owned());
    }
    let start = if path.starts_with('/') { "" } else { from };
    let mut parts: Vec<&str> = start.trim_start_matches('/').split('/').collect();
    parts.pop();
    for part in path.trim_start_matches('/').split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_taken_apart() {
        let here = |path: &str, fragment: &str| Reference::Here {
            path: path.to_owned(),
            fragment: fragment.to_owned(),
        };
        for (written, expected) in [
            ("", here("", "")),
            ("#a", here("", "a")),
            (" b.md?x=1#%E5%9B%BE ", here("b.md", "图")),
            ("%E5%9B%BE.svg", here("图.svg", "")),
            ("b.md#a?b", here("b.md", "a?b")),
            ("图:1.md", here("图:1.md", "")),
            ("b/c:d", here("b/c:d", "")),
            ("%FF.md", Reference::Undecodable),
            ("b.md#%FF", Reference::Undecodable),
            ("https://x.example/#a", Reference::Elsewhere("https")),
            ("mailto:a@x.example", Reference::Elsewhere("mailto")),
            ("//x.example/a", Reference::Elsewhere("//")),
        ] {
            assert_eq!(Reference::of(written), expected, "{written}");
        }
    }

    #[test]
    fn a_path_starts_at_its_page_and_stays_below_the_root() {
        for (from, path, expected) in [
            ("layers/a.md", "", Some("layers/a.md")),
            ("layers/a.md", "b.md", Some("layers/b.md")),
            ("layers/a.md", "./x/../b.md", Some("layers/b.md")),
            ("layers/a.md", "../b.md", Some("b.md")),
            ("layers/a.md", "../", Some("")),
            ("layers/a.md", "/b.md", Some("b.md")),
            ("/", "layers/b.md", Some("layers/b.md")),
            ("a.md", "x//b.md", Some("x//b.md")),
            ("layers/a.md", "../../b.md", None),
            ("a.md", "/../b.md", None),
        ] {
            assert_eq!(resolve(from, path).as_deref(), expected, "{from} {path}");
        }
    }
}
