//! Chinese text has no spaces, so a line break between two Chinese characters must not become one.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{Event, Parser};

use crate::blocks::OPTIONS;

/// Joins the lines of a block wherever both sides of the break are Chinese.
/// Next to Latin text or code a break stays a break, which a browser shows as a space.
pub(crate) fn join_lines(block: &str) -> Cow<'_, str> {
    if !block.contains('\n') || block.is_ascii() {
        return Cow::Borrowed(block);
    }
    let events: Vec<_> = Parser::new_ext(block, OPTIONS).into_offset_iter().collect();
    let mut out = String::new();
    let mut copied = 0;
    for (at, (event, range)) in events.iter().enumerate() {
        if *event != Event::SoftBreak {
            continue;
        }
        let before = visible_before(&events[..at]);
        let after = visible_after(&events[at + 1..]);
        let (Some((before, end)), Some((after, start))) = (before, after) else {
            continue;
        };
        let gap = gap(block, range, &events[at + 1].1);
        if gap.start < copied || !is_chinese(before) || !is_chinese(after) {
            continue;
        }
        let edges = Edges {
            before,
            after,
            mark_before: gap.start != end,
            mark_after: gap.end != start,
        };
        if edges.can_touch() {
            out.push_str(&block[copied..gap.start]);
            copied = gap.end;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(block);
    }
    out.push_str(&block[copied..]);
    Cow::Owned(out)
}

/// The break with the blanks around it and the marks of the container (`> `, indentation).
fn gap(block: &str, line_end: &Range<usize>, next: &Range<usize>) -> Range<usize> {
    let before = &block[..line_end.start];
    before.trim_end_matches([' ', '\t', '\r', '\n']).len()..next.start.max(line_end.end)
}

/// The last visible character, and where it ends.
fn visible_before(events: &[(Event<'_>, Range<usize>)]) -> Option<(char, usize)> {
    for (event, range) in events.iter().rev() {
        match event {
            Event::Text(text) => {
                return text.chars().next_back().map(|c| (c, range.end));
            }
            Event::End(_) => {}
            _ => return None,
        }
    }
    None
}

/// The first visible character, and where it starts.
fn visible_after(events: &[(Event<'_>, Range<usize>)]) -> Option<(char, usize)> {
    for (event, range) in events {
        match event {
            Event::Text(text) => return text.chars().next().map(|c| (c, range.start)),
            Event::Start(_) => {}
            _ => return None,
        }
    }
    None
}

/// The two characters that would touch, and whether a `**` or the like stands between them.
struct Edges {
    before: char,
    after: char,
    mark_before: bool,
    mark_after: bool,
}

impl Edges {
    /// Emphasis must survive: `中**“引”**` is not emphasis in Markdown, for a mark between a letter
    /// and a punctuation character neither opens nor closes. Then the break stays.
    fn can_touch(&self) -> bool {
        match (self.mark_before, self.mark_after) {
            (false, false) => true,
            (true, true) => false,
            (true, false) => !is_punctuation(self.before) || is_punctuation(self.after),
            (false, true) => !is_punctuation(self.after) || is_punctuation(self.before),
        }
    }
}

/// Han characters, kana and full-width punctuation.
pub(crate) fn is_chinese(c: char) -> bool {
    is_han(c) || is_punctuation(c) || matches!(c, '\u{3000}'..='\u{30ff}')
}

/// A character of Chinese writing, without punctuation.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c,
        '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn is_punctuation(c: char) -> bool {
    matches!(c,
        '\u{3001}'..='\u{3004}' | '\u{3008}'..='\u{3020}' | '\u{ff00}'..='\u{ff0f}'
        | '\u{ff1a}'..='\u{ff20}' | '\u{ff3b}'..='\u{ff40}' | '\u{ff5b}'..='\u{ff65}'
        | '“' | '”' | '‘' | '’' | '—' | '…')
}
