//! Lines that fit a terminal, where a Chinese character is two columns wide. Pure.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Number of columns of a report.
pub const REPORT_COLUMNS: usize = 80;

/// Characters that a line does not begin with; a backslash belongs to the text before it.
const CLOSING_MARKS: &str = "\\，。：；！？、）》」』”’…,.:;!?)]}";

/// Characters that a line does not end with.
const OPENING_MARKS: &str = "（《「『“‘([{";

/// `text` in lines of at most `width` columns, broken where it may be; a longer word stays whole.
#[must_use]
pub fn lines(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        if !line.is_empty() && shown(&line) + shown(piece.trim_end()) > width {
            lines.push(line.trim_end().to_owned());
            line.clear();
        }
        line.push_str(piece);
    }
    lines.push(line.trim_end().to_owned());
    lines
}

/// `text` in lines of at most `width` columns; a longer word is broken too, and nothing is lost.
#[must_use]
pub fn whole(text: &str, width: usize) -> Vec<String> {
    let mut all = Vec::new();
    for line in lines(text, width) {
        let (mut piece, mut columns) = (String::new(), 0);
        for c in line.chars() {
            let wide = c.width().unwrap_or(0);
            if columns + wide > width {
                all.push(std::mem::take(&mut piece));
                columns = 0;
            }
            piece.push(c);
            columns += wide;
        }
        all.push(piece);
    }
    all
}

/// The parts that stay together: a word with the spaces after it, a Chinese character with its
/// punctuation.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut before = None::<char>;
    for (at, c) in text.char_indices() {
        if let Some(before) = before
            && divides(before, c)
        {
            pieces.push(&text[start..at]);
            start = at;
        }
        before = Some(c);
    }
    pieces.push(&text[start..]);
    pieces
}

fn divides(before: char, after: char) -> bool {
    let wide = |c: char| c.width() == Some(2);
    let word_ends = before == ' ' && after != ' ';
    let between = (wide(before) || wide(after)) && before != ' ' && after != ' ';
    (word_ends || between) && !CLOSING_MARKS.contains(after) && !OPENING_MARKS.contains(before)
}

/// Number of columns that `text` takes; its colors take none.
#[must_use]
pub fn shown(text: &str) -> usize {
    let mut width = 0;
    let mut rest = text;
    while let Some((plain, color)) = rest.split_once('\x1b') {
        width += plain.width();
        rest = color.split_once('m').map_or("", |(_, rest)| rest);
    }
    width + rest.width()
}

/// The beginning of `text`, at most `width` columns.
#[must_use]
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    let mut columns = 1;
    for c in text.chars() {
        columns += c.width().unwrap_or(0);
        if columns > width {
            break;
        }
        short.push(c);
    }
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_too_wide_and_none_begins_with_a_comma() {
        let text = "一次读到的，可能只有一个字节：别把一次 read 当成一条消息。";
        assert_eq!(
            lines(text, 20),
            [
                "一次读到的，可能只有",
                "一个字节：别把一次",
                "read 当成一条消息。"
            ]
        );
        assert_eq!(
            lines("one read may give one byte", 12),
            ["one read may", "give one", "byte"]
        );
        assert_eq!(lines("", 12), [""]);
    }

    #[test]
    fn a_word_wider_than_the_page_is_divided_and_nothing_is_lost() {
        assert_eq!(whole("ab cdefghij k", 5), ["ab", "cdefg", "hij", "k"]);
        assert_eq!(whole("Error: 你好吗", 5), ["Error", ":", "你好", "吗"]);
    }

    #[test]
    fn colors_take_no_columns() {
        assert_eq!(shown("\x1b[1;31m你好\x1b[0m"), 4);
    }

    #[test]
    fn a_long_line_is_cut_at_its_width() {
        assert_eq!(cut("你好你好", 5), "你好…");
        assert_eq!(cut("abc", 5), "abc");
    }
}
