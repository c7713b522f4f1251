//! Strips a program of its comments. Pure.
//!
//! Comments on lines of their own are removed, and so are Python's docstrings; comments after code
//! stay. Lines inside a string of several lines are code, whatever they look like.

use super::SourceLanguage;

/// The program without its comment lines and docstrings; its lines end with `\n` alone.
#[must_use]
pub fn bare(source: &str, language: SourceLanguage) -> String {
    let lines: Vec<&str> = source.lines().collect();
    let mut inside = Inside::Code;
    let mut bare: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(&line) = lines.get(at) {
        at += 1;
        let text = line.trim_start();
        if inside == Inside::Code {
            if text.starts_with(language.mark()) {
                continue;
            }
            if language == SourceLanguage::Python && opens_body(&bare) && quotes(text).is_some() {
                at = after_docstring(&lines, at - 1);
                if is_empty_body(&lines, at, indent(line)) {
                    bare.push(format!("{}pass", " ".repeat(indent(line))));
                }
                continue;
            }
        }
        inside = after(line, language, inside);
        bare.push(line.to_owned());
    }
    bare.iter().map(|line| format!("{line}\n")).collect()
}

/// Whether a position is in code or in a string.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Inside {
    Code,
    /// A string that ends with this.
    Text {
        end: String,
        escapes: bool,
    },
}

/// The state at the end of this line, if that at its beginning is `inside`.
fn after(line: &str, language: SourceLanguage, mut inside: Inside) -> Inside {
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let taken = match &inside {
            Inside::Text { escapes: true, .. } if first == '\\' => {
                1 + rest[1..].chars().next().map_or(0, char::len_utf8)
            }
            Inside::Text { end, .. } if rest.starts_with(&**end) => {
                let taken = end.len();
                inside = Inside::Code;
                taken
            }
            Inside::Text { .. } => first.len_utf8(),
            Inside::Code if rest.starts_with(language.mark()) => break,
            Inside::Code => match opening(rest, language) {
                Some((taken, end, escapes)) => {
                    inside = Inside::Text { end, escapes };
                    taken
                }
                None if language == SourceLanguage::Rust && first == '\'' => character(rest),
                None => first.len_utf8(),
            },
        };
        rest = &rest[taken..];
    }
    match &inside {
        // A short string of Python ends with its line.
        Inside::Text { end, .. } if language == SourceLanguage::Python && end.len() == 1 => {
            Inside::Code
        }
        _ => inside,
    }
}

/// The string that begins here: the length of its opening, its end, and whether `\` escapes.
fn opening(rest: &str, language: SourceLanguage) -> Option<(usize, String, bool)> {
    match language {
        SourceLanguage::Rust if rest.starts_with('"') => Some((1, "\"".to_owned(), true)),
        SourceLanguage::Rust => {
            let hashes = rest.strip_prefix('r')?;
            let count = hashes.len() - hashes.trim_start_matches('#').len();
            let raw = hashes[count..].starts_with('"');
            raw.then(|| (count + 2, format!("\"{}", "#".repeat(count)), false))
        }
        SourceLanguage::Python => {
            let short = rest.get(..1).filter(|quote| ["\"", "'"].contains(quote));
            let end = quotes(rest).or(short)?;
            Some((end.len(), end.to_owned(), true))
        }
    }
}

/// The length of a character such as `'"'`, or of the mark before a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some((escaped, _))) => {
            let from = escaped + 1;
            let end = rest.get(from..).and_then(|rest| rest.find('\''));
            end.map_or(1, |end| from + end + 1)
        }
        (_, Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

/// The three quotes that a line begins with.
fn quotes(text: &str) -> Option<&'static str> {
    ["\"\"\"", "'''"]
        .into_iter()
        .find(|quotes| text.starts_with(quotes))
}

/// Whether what comes next is the first statement of a module, a class or a function.
fn opens_body(before: &[String]) -> bool {
    let last = before.iter().rev().find(|line| !line.trim().is_empty());
    last.is_none_or(|line| line.trim_end().ends_with(':'))
}

/// The line after the docstring that begins at `at`.
fn after_docstring(lines: &[&str], at: usize) -> usize {
    let first = lines[at].trim_start();
    let quotes = quotes(first).unwrap_or_default();
    if first[quotes.len()..].contains(quotes) {
        return at + 1;
    }
    let more = lines[at + 1..]
        .iter()
        .position(|line| line.contains(quotes));
    more.map_or(lines.len(), |more| at + more + 2)
}

/// Whether a body of this indentation, of which the docstring is gone, has nothing else.
fn is_empty_body(lines: &[&str], at: usize, of: usize) -> bool {
    let code = |line: &&&str| {
        let text = line.trim_start();
        !text.is_empty() && !text.starts_with('#')
    };
    // A module may be empty.
    of > 0
        && lines[at..]
            .iter()
            .find(code)
            .is_none_or(|line| indent(line) < of)
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(language: SourceLanguage, source: &str, expected: &str) {
        assert_eq!(bare(source, language), expected, "{source}");
        // A program without comments stays as it is.
        assert_eq!(bare(expected, language), expected);
    }

    #[test]
    fn comment_lines_of_rust_are_left_out_and_those_after_code_stay() {
        check(
            SourceLanguage::Rust,
            "//! Title.\nuse std::io;\n\n/// What.\nfn main() {\n    // 为什么\n    one(); // here\n}\n",
            "use std::io;\n\nfn main() {\n    one(); // here\n}\n",
        );
    }

    #[test]
    fn what_looks_like_a_comment_in_a_string_of_rust_stays() {
        for text in [
            "let a = \"\n// no\n\";\n",
            "let a = \"\\\"\n// no\n\";\n",
            "let a = r#\"\"\n// no\n\"#;\n",
            "let a = br\"\\\n// no\n\";\n",
            "let a = ('\"', b'\\'', \"'\n// no\n\");\n",
            "fn f<'a>(a: &'a str) -> &'a str { \"\n// no\n\" }\n",
            "// \"\nlet a = '\"';\nlet b = \"http://x\";\n// yes\n",
        ] {
            let kept = bare(text, SourceLanguage::Rust);
            assert_eq!(kept.contains("// no"), text.contains("// no"), "{text}");
            assert!(!kept.contains("// yes"), "{text}");
        }
    }

    #[test]
    fn comment_lines_and_docstrings_of_python_are_left_out() {
        check(
            SourceLanguage::Python,
            "\"\"\"标题\nTitle.\n\"\"\"\nimport sys\n\n\ndef f(a):\n    \"\"\"One line.\"\"\"\n    # why\n    return a  # here\n",
            "import sys\n\n\ndef f(a):\n    return a  # here\n",
        );
    }

    #[test]
    fn a_body_that_was_only_a_docstring_passes() {
        check(
            SourceLanguage::Python,
            "class Wrong(Exception):\n    \"\"\"Why\n    not.\n    \"\"\"\n\n\nx = 1\n",
            "class Wrong(Exception):\n    pass\n\n\nx = 1\n",
        );
        check(
            SourceLanguage::Python,
            "class Wrong(Exception):\n    '''Why.'''\n    # more\n",
            "class Wrong(Exception):\n    pass\n",
        );
    }

    #[test]
    fn a_string_of_python_that_is_not_a_docstring_stays() {
        for text in [
            "a = \"\"\"\n# no\n\"\"\"\n",
            "a = '''\n# no \\'''\n# no\n'''\n",
            "f(\n    \"\"\"x\n# no\n\"\"\",\n)\n",
        ] {
            assert_eq!(bare(text, SourceLanguage::Python), text);
        }
        check(
            SourceLanguage::Python,
            "a = \"it's # \"\n# yes\nb = '\"'\n# yes\n",
            "a = \"it's # \"\nb = '\"'\n",
        );
    }

    #[test]
    fn a_carriage_return_before_the_line_feed_is_left_out() {
        check(SourceLanguage::Rust, "// a\r\nb();\r\n", "b();\n");
    }
}
