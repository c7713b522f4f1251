//! The functions `row_*` of a source file, and whether a piece of code occurs in one.

use std::collections::BTreeMap;

use crate::page::Language;

/// How many tokens the `…` of a cell may stand for.
const OMITTED_TOKENS_MAX: usize = 30;

/// The functions `row_*` in `source`: their names, and their text without comments. The text of
/// another function of this file belongs to those that name it.
pub(crate) fn rows(language: Language, source: &str) -> BTreeMap<String, String> {
    let all = functions(language, source);
    let is_row = |name: &str| name.starts_with("row_");
    let rows = all.iter().filter(|(name, _)| is_row(name));
    let whole = rows.map(|(row, text)| {
        let helpers = all
            .iter()
            .filter(|(name, _)| !is_row(name) && occurs(name, text));
        let helpers: String = helpers.map(|(_, text)| text.as_str()).collect();
        (row.clone(), format!("{text}{helpers}"))
    });
    whole.collect()
}

fn functions(language: Language, source: &str) -> BTreeMap<String, String> {
    let comment = match language {
        Language::Python => "#",
        Language::Rust | Language::C => "//",
    };
    let mut functions = BTreeMap::new();
    let mut current: Option<(String, String)> = None;
    for line in source.lines() {
        // What is not indented ends a function, but for the end of its own head or text.
        let is_inner = line.is_empty() || line.starts_with([' ', '}', ')', '#']);
        if !is_inner {
            functions.extend(current.take());
            current = begun(language, line).map(|name| (name.to_owned(), String::new()));
        }
        if let Some((_, text)) = &mut current
            && !line.trim_start().starts_with(comment)
        {
            *text += line;
            *text += "\n";
        }
    }
    functions.extend(current);
    functions
}

/// The name of the function that begins with this line.
fn begun(language: Language, line: &str) -> Option<&str> {
    let head = match language {
        Language::Python => line.strip_prefix("def ")?,
        Language::Rust => line.strip_prefix("fn ")?,
        Language::C => line
            .strip_prefix("static ")
            .filter(|line| line.contains(") {"))?,
    };
    let name = head.split(['(', '<']).next()?;
    name.rsplit([' ', '*']).next()
}

/// Whether `code` occurs in `text`, whatever the white space; a `…` stands for anything within a
/// statement.
pub(crate) fn occurs(code: &str, text: &str) -> bool {
    let (code, text) = (tokens(code), tokens(text));
    (0..text.len()).any(|start| begins(&text[start..], &code))
}

fn begins(text: &[&str], code: &[&str]) -> bool {
    match code {
        [] => true,
        ["…", rest @ ..] => (0..=OMITTED_TOKENS_MAX.min(text.len()))
            .take_while(|count| !text[..*count].contains(&";"))
            .any(|count| begins(&text[count..], rest)),
        [first, rest @ ..] => text.first() == Some(first) && begins(&text[1..], rest),
    }
}

/// Words and numbers as a whole, everything else character by character, without white space.
fn tokens(text: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match rest.find(|c| !is_word(c)) {
            Some(0) => first.len_utf8(),
            Some(end) => end,
            None => rest.len(),
        };
        tokens.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    tokens
}

#[test]
fn code_occurs_as_whole_words_and_whatever_the_white_space() {
    let text = "s.recv(\n    n, MSG_PEEK)\nrecv(fd, buffer, sizeof buffer, MSG_WAITALL);";
    let check = |code, expected| assert_eq!(occurs(code, text), expected, "{code}");
    check("recv", true);
    check("s.recv(n, MSG_PEEK)", true);
    check("recv(…, MSG_WAITALL)", true);
    check("rec", false);
    check("s.recv(n)", false);
    check("recv(…, MSG_DONTWAIT)", false);
    check("recv(…); recv", false);
}

#[test]
fn a_row_ends_where_the_next_function_begins_and_has_the_helpers_that_it_names() {
    #[track_caller]
    fn check(language: Language, source: &str, expected: &[(&str, &str)]) {
        let rows = rows(language, source);
        let rows: Vec<_> = rows
            .iter()
            .map(|(name, text)| (&name[..], &text[..]))
            .collect();
        assert_eq!(rows, expected);
    }
    let c = "#include <a.h>\nstatic int b(void) { return 1; }\n\
        static void row_c(void) {\n    // d\n#ifdef e\n    b();\n#endif\n}\n\
        static void row_f(void) {}\n";
    let row_c = "static void row_c(void) {\n#ifdef e\n    b();\n#endif\n}\n\
        static int b(void) { return 1; }\n";
    let row_f = "static void row_f(void) {}\n";
    check(Language::C, c, &[("row_c", row_c), ("row_f", row_f)]);
    let python =
        "def row_a():\n    c()\n\ndef row_b():\n    # c\n    e()\n\ndef c():\n    d()\nF = 1\n";
    let row_a = "def row_a():\n    c()\n\ndef c():\n    d()\n";
    let row_b = "def row_b():\n    e()\n\n";
    check(
        Language::Python,
        python,
        &[("row_a", row_a), ("row_b", row_b)],
    );
}
