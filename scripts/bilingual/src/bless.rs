//! Blessing: to put what came in place of what is committed, after somebody has looked at the
//! difference. A machine that only checks never does it.

use std::ffi::OsStr;

use crate::{Text, visible};

/// Number of lines around a change that are shown.
const CONTEXT_LINES: usize = 2;

/// Why nothing may be blessed, given the variable `CI`: where it is set, nobody looks.
#[must_use]
pub fn refusal(ci: Option<&OsStr>) -> Option<Text> {
    let set = ci.is_some_and(|value| !value.is_empty() && value != "false");
    set.then(|| {
        Text::new(
            "设了环境变量 CI，所以什么都没有改：持续集成只检查，不改写预期的内容。请在自己的机器上运行，看过差别再提交",
            "the variable CI is set, so nothing was changed: continuous integration checks, and never \
             blesses; run this on your own machine, look at the difference and commit it",
        )
    })
}

/// One line of a difference.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line<'a> {
    Same(&'a str),
    Old(&'a str),
    New(&'a str),
}

/// The lines that differ, with those around them: `-` before one that is there now, `+` before one
/// that would be.
#[must_use]
pub fn difference(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let all = aligned(&old, &new);
    let changed: Vec<usize> = (0..all.len())
        .filter(|&at| !matches!(all[at], Line::Same(_)))
        .collect();
    let near = |at: usize| {
        changed
            .iter()
            .any(|&other| other.abs_diff(at) <= CONTEXT_LINES)
    };
    let mut shown = String::new();
    let mut gap = false;
    for (at, line) in all.iter().enumerate() {
        if !near(at) {
            gap = true;
            continue;
        }
        if std::mem::take(&mut gap) && !shown.is_empty() {
            shown.push_str("  …\n");
        }
        let (mark, text) = match line {
            Line::Same(text) => (' ', text),
            Line::Old(text) => ('-', text),
            Line::New(text) => ('+', text),
        };
        shown.push_str(format!("{mark} {}", visible(text)).trim_end());
        shown.push('\n');
    }
    shown
}

/// The lines of both, in order, with as many common ones as possible.
fn aligned<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Line<'a>> {
    // `common[i][j]`: number of common lines of `old[i..]` and `new[j..]`.
    let mut common = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] = match old[i] == new[j] {
                true => common[i + 1][j + 1] + 1,
                false => common[i + 1][j].max(common[i][j + 1]),
            };
        }
    }
    let mut all = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            all.push(Line::Same(old[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && common[i + 1][j] >= common[i][j + 1]) {
            all.push(Line::Old(old[i]));
            i += 1;
        } else {
            all.push(Line::New(new[j]));
            j += 1;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_blessed_where_ci_is_set() {
        let refused = |value: Option<&str>| refusal(value.map(OsStr::new)).is_some();
        for set in ["true", "1", "yes"] {
            assert!(refused(Some(set)), "{set}");
        }
        assert!(!refused(None) && !refused(Some("")) && !refused(Some("false")));
        let text = refusal(Some(OsStr::new("true"))).expect("a refusal");
        assert!(text.zh.contains("CI") && text.en.contains("CI is set"));
    }

    #[test]
    fn a_difference_shows_what_changes_and_what_stands_around_it() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let new = "1\n2\n3\nfour\n5\n6\n7\n8\n9\nten\n";
        let shown = "  2\n  3\n- 4\n+ four\n  5\n  6\n  …\n  8\n  9\n+ ten\n";
        assert_eq!(difference(old, new), shown);
        assert_eq!(difference(old, old), "");
        assert_eq!(difference("a\n", ""), "- a\n");
        assert!(!difference("", "\u{1b}[2J\n").contains('\u{1b}'));
    }
}
