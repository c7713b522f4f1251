//! What a program has written and the story has not read yet. Pure.

use std::borrow::Cow;
use std::collections::VecDeque;

/// Text as it comes, in lines.
#[derive(Debug, Default)]
pub struct Output {
    /// Whole lines, without their ends, as they came.
    lines: VecDeque<Vec<u8>>,
    /// What has come after the last line end.
    pending: Vec<u8>,
}

impl Output {
    /// Takes bytes as they come.
    pub fn push(&mut self, mut bytes: &[u8]) {
        while let Some(end) = bytes.iter().position(|&byte| byte == b'\n') {
            self.pending.extend_from_slice(&bytes[..end]);
            if cfg!(windows) && self.pending.last() == Some(&b'\r') {
                self.pending.pop();
            }
            self.lines.push_back(std::mem::take(&mut self.pending));
            bytes = &bytes[end + 1..];
        }
        self.pending.extend_from_slice(bytes);
    }

    /// The next line, if it is whole; invalid UTF-8 as U+FFFD.
    pub fn first_line(&self) -> Option<Cow<'_, str>> {
        Some(String::from_utf8_lossy(self.lines.front()?))
    }

    /// Takes the next line.
    pub fn read_line(&mut self) -> Option<Vec<u8>> {
        self.lines.pop_front()
    }

    /// The whole lines, as they came.
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> {
        self.lines.iter().map(Vec::as_slice)
    }

    /// What has come after the last line end.
    pub fn pending(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.pending)
    }

    /// The same, as it came.
    pub fn pending_bytes(&self) -> &[u8] {
        &self.pending
    }

    /// Takes what has come after the last line end.
    pub fn read_pending(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.pending)
    }

    /// All that is unread, as it came.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut all = Vec::new();
        for line in &self.lines {
            all.extend_from_slice(line);
            all.push(b'\n');
        }
        all.extend_from_slice(&self.pending);
        all
    }

    /// Takes this many bytes, or all.
    pub fn read_bytes(&mut self, count: usize) -> Vec<u8> {
        let mut taken = self.bytes();
        let rest = taken.split_off(count.min(taken.len()));
        *self = Self::default();
        self.push(&rest);
        taken
    }

    /// Whether nothing is unread.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.pending.is_empty()
    }
}

/// Stands for any text without a line end.
const ANY: &str = "[..]";

/// Whether `line` is exactly `pattern`, where `[..]` stands for any text.
#[must_use]
pub fn matches(pattern: &str, line: &str) -> bool {
    let Some((first, more)) = pattern.split_once(ANY) else {
        return line == pattern;
    };
    let (middle, last) = more.rsplit_once(ANY).unwrap_or(("", more));
    let ends = line
        .strip_prefix(first)
        .and_then(|rest| rest.strip_suffix(last));
    let Some(mut rest) = ends else { return false };
    // The earliest place for each part leaves the most text for the next.
    for part in middle.split(ANY) {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    true
}

/// Whether `pending` may match `pattern` when more has come. It may end inside a character.
#[must_use]
pub fn may_become(pattern: &str, pending: &[u8]) -> bool {
    // A U+FFFD of the pattern may stand for bytes that are not UTF-8.
    let (pattern, pending) = match pattern.find(char::REPLACEMENT_CHARACTER) {
        Some(at) if !pending.starts_with(pattern.as_bytes()) => {
            (&pattern[..at], &pending[..at.min(pending.len())])
        }
        _ => (pattern, pending),
    };
    match pattern.split_once(ANY) {
        None => pattern.as_bytes().starts_with(pending),
        Some((first, _)) => {
            first.as_bytes().starts_with(pending) || pending.starts_with(first.as_bytes())
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use bilingual::visible::bytes as shown;

    #[test]
    fn a_line_is_read_when_its_end_has_come() {
        let mut output = Output::default();
        output.push("你".as_bytes());
        assert_eq!((output.first_line(), &*output.pending()), (None, "你"));
        output.push(b"\n\na\nb");
        let lines: Vec<_> = output.lines().map(shown).collect();
        assert_eq!(lines, ["你", "", "a"]);
        assert_eq!(output.pending(), "b");
    }

    #[test]
    fn a_carriage_return_is_a_part_of_the_line_except_on_windows() {
        let mut output = Output::default();
        output.push(b"a\r");
        output.push(b"\nb\n");
        let a = if cfg!(windows) { "a" } else { "a\r" };
        assert_eq!(output.first_line().as_deref(), Some(a));
        output.read_line();
        assert_eq!(output.first_line().as_deref(), Some("b"));
    }

    #[test]
    fn a_character_split_across_reads_is_whole_and_invalid_bytes_are_shown() {
        let mut output = Output::default();
        for byte in "你好\n".bytes() {
            output.push(&[byte]);
        }
        output.push(b"a\xffb\n");
        let lines: Vec<_> = output.lines().map(shown).collect();
        assert_eq!(lines, ["你好", "a\\xffb"]);
        output.read_line();
        assert_eq!(output.first_line().as_deref(), Some("a\u{fffd}b"));
    }

    #[test]
    fn bytes_are_taken_as_they_came_and_the_rest_stays_in_lines() {
        let mut output = Output::default();
        output.push(b"\n\xff\0a\nb\nc");
        assert_eq!(output.bytes(), b"\n\xff\0a\nb\nc");
        assert_eq!(output.read_bytes(3), b"\n\xff\0");
        assert_eq!(output.lines().map(shown).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(output.pending(), "c");
        assert_eq!(output.read_bytes(9), b"a\nb\nc");
        assert!(output.is_empty());
    }

    #[test]
    fn text_that_can_no_longer_match_is_known_at_once() {
        for (pattern, pending, expected) in [
            ("你: ", &b"\xe4\xbd"[..], true),
            ("你: ", "你: ".as_bytes(), true),
            ("你: ", "你: x".as_bytes(), false),
            ("你: ", b"x", false),
            ("a[..]", b"", true),
            ("ab[..]", b"a", true),
            ("a[..]b", b"ax", true),
            ("a[..]", b"b", false),
            ("a\u{fffd}b", b"a\xff", true),
            ("a\u{fffd}b", b"a", true),
            ("a\u{fffd}b", b"b\xff", false),
        ] {
            assert_eq!(
                may_become(pattern, pending),
                expected,
                "{pattern:?} {pending:?}"
            );
        }
    }

    #[test]
    fn a_pattern_elides_any_text_and_nothing_else() {
        for (pattern, line, expected) in [
            ("abc", "abc", true),
            ("abc", "abcd", false),
            ("", "", true),
            ("", "x", false),
            ("[..]", "", true),
            ("[..]", "anything", true),
            ("a[..]c", "abc", true),
            ("a[..]c", "ac", true),
            ("a[..]a", "a", false),
            ("a[..]b[..]c", "a-b-b-c", true),
            ("a[..]b[..]bc", "a-bc", false),
            ("端口 [..] 上", "端口 50001 上", true),
            ("a[..]c", "abcd", false),
            ("[..]b", "ab", true),
            ("[.]", "x", false),
        ] {
            assert_eq!(matches(pattern, line), expected, "{pattern:?} on {line:?}");
        }
    }

    proptest! {
        #[test]
        fn where_the_reads_cut_changes_nothing(
            text in "(\\PC|\n){0,40}",
            cuts in prop::collection::vec(0usize..200, 0..8),
        ) {
            let (mut whole, mut cut) = (Output::default(), Output::default());
            whole.push(text.as_bytes());
            let mut cuts: Vec<_> = cuts.into_iter().filter(|&at| at < text.len()).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            for pair in cuts.windows(2) {
                cut.push(&text.as_bytes()[pair[0]..pair[1]]);
            }
            prop_assert_eq!(&whole.lines, &cut.lines);
            prop_assert_eq!(&whole.pending, &cut.pending);
        }

        #[test]
        fn a_pattern_matches_as_if_every_split_were_tried(
            pattern in prop::collection::vec(prop_oneof!["[ab]{1,2}", Just(ANY.to_owned())], 0..5),
            line in "[ab]{0,6}",
        ) {
            let pattern = pattern.concat();
            prop_assert_eq!(matches(&pattern, &line), tries_every_split(&pattern, &line));
        }
    }

    fn tries_every_split(pattern: &str, line: &str) -> bool {
        if let Some(rest) = pattern.strip_prefix(ANY) {
            return (0..=line.len()).any(|at| tries_every_split(rest, &line[at..]));
        }
        match (pattern.chars().next(), line.chars().next()) {
            (None, None) => true,
            (Some(a), Some(b)) => a == b && tries_every_split(&pattern[1..], &line[1..]),
            _ => false,
        }
    }
}
