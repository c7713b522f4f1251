//! Rewrites single steps of a session in its notation: everything else, comments, blank lines and
//! notes included, stays as it is.

use super::lexer::split_word;

/// What becomes of one line, which holds a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// The line of the file, from 1.
    pub(crate) line: usize,
    /// Lines that come before it.
    pub(crate) before: Vec<String>,
    /// What stands in its place.
    pub(crate) now: Now,
}

/// What stands in the place of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Now {
    /// The same.
    Same,
    /// This mark and its text, for the same actor.
    Other(String),
    /// Nothing.
    Nothing,
}

/// The source with these changes, which are in the order of their lines.
pub(crate) fn rewrite(source: &str, changes: &[Change]) -> String {
    let mut new = String::new();
    let mut changes = changes.iter().peekable();
    for (index, line) in source.split_inclusive('\n').enumerate() {
        let text = line.trim_end_matches(['\r', '\n']);
        let end = match &line[text.len()..] {
            "" => "\n",
            end => end,
        };
        let mut now = &Now::Same;
        while let Some(change) = changes.next_if(|change| change.line == index + 1) {
            for before in &change.before {
                new.push_str(before);
                new.push_str(end);
            }
            if change.now != Now::Same {
                now = &change.now;
            }
        }
        match now {
            Now::Same => new.push_str(line),
            Now::Other(step) => {
                let (actor, rest) = split_word(text);
                let space = rest.len() - rest.trim_start().len();
                new.push_str(&text[..actor.len() + space]);
                new.push_str(step);
                new.push_str(end);
            }
            Now::Nothing => {}
        }
    }
    new
}

/// Stands for any text without a line end.
const ANY: &str = "[..]";

/// What one token of a pattern costs when the line lacks it, and one of the line when the pattern
/// lacks it.
const COST_OTHER: usize = 3;

/// What it costs when one token has become another: less than one that is gone and one that is new.
const COST_CHANGED: usize = 4;

/// The line as a pattern: `[..]` stays where what stands around it stays. It mostly stands for a number
/// or a name, so here it takes neither a space nor a Chinese character.
pub(crate) fn merged(pattern: &str, line: &str) -> String {
    if !pattern.contains(ANY) {
        return line.to_owned();
    }
    let (old, new) = (tokens(pattern), tokens(line));
    let stays = |token: &&str| *token != ANY && *token != " " && new.contains(token);
    if !old.iter().any(stays) {
        return line.to_owned();
    }
    // `costs[i][j]`: the least that it costs to make `new[j..]` of `old[i..]`.
    let mut costs = vec![vec![0; new.len() + 1]; old.len() + 1];
    for i in (0..=old.len()).rev() {
        for j in (0..=new.len()).rev() {
            costs[i][j] = ways(&old, &new, i, j)
                .map(|(_, cost, (i, j))| cost + costs[i][j])
                .min()
                .unwrap_or(0);
        }
    }
    let mut text = String::new();
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        let best = ways(&old, &new, i, j).min_by_key(|(_, cost, (i, j))| cost + costs[*i][*j]);
        let Some((written, _, next)) = best else {
            break;
        };
        text.push_str(written);
        (i, j) = next;
    }
    text
}

/// The ways to go on from here: what is written, what it costs, and where that leads. What comes first
/// wins among equals.
fn ways<'a>(
    old: &[&'a str],
    new: &[&'a str],
    i: usize,
    j: usize,
) -> impl Iterator<Item = (&'a str, usize, (usize, usize))> {
    let (before, after) = (old.get(i).copied(), new.get(j).copied());
    let same = before.filter(|_| before == after);
    let any = before.filter(|&token| token == ANY);
    let plain = before.filter(|&token| token != ANY);
    let taken = new.get(j..).unwrap_or_default().iter();
    let taken = taken.take_while(|&&token| token != " " && token.is_ascii());
    // As much as it can take comes first.
    let taken = any.map(|any| (0..=taken.count()).rev().map(move |count| (any, count)));
    let taken = taken.into_iter().flatten();
    let others = [
        plain
            .zip(after)
            .map(|(_, token)| (token, COST_CHANGED, (i + 1, j + 1))),
        plain.map(|_| ("", COST_OTHER, (i + 1, j))),
        after.map(|token| (token, COST_OTHER, (i, j + 1))),
    ];
    same.map(|token| (token, 0, (i + 1, j + 1)))
        .into_iter()
        .chain(taken.map(move |(any, count)| (any, 0, (i + 1, j + count))))
        .chain(others.into_iter().flatten())
}

/// `[..]`, words of ASCII letters and digits, and every other character alone.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = rest
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(rest.len());
        let length = match word {
            _ if rest.starts_with(ANY) => ANY.len(),
            0 => first.len_utf8(),
            word => word,
        };
        let (token, more) = rest.split_at(length);
        tokens.push(token);
        rest = more;
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_lines_of_the_steps_change() {
        let source = "# a comment\r\n\r\nnote zh 甲\r\nnote en A\r\na   | old\r\na | gone\r\na ? 0";
        let change = |line, before: &[&str], now| Change {
            line,
            before: before.iter().map(|&line| line.to_owned()).collect(),
            now,
        };
        let changes = [
            change(3, &["a | first"], Now::Same),
            change(5, &[], Now::Other("| new".to_owned())),
            change(6, &[], Now::Nothing),
            change(7, &["a | last"], Now::Other("? 1".to_owned())),
        ];
        let new = "# a comment\r\n\r\na | first\r\nnote zh 甲\r\nnote en A\r\na   | new\r\na | last\na ? 1\n";
        assert_eq!(rewrite(source, &changes), new);
        assert_eq!(rewrite(source, &[]), source);
    }

    #[test]
    fn an_elision_stays_where_its_surroundings_stay() {
        for (pattern, line, expected) in [
            ("old", "new", "new"),
            (
                "listening on 127.0.0.1:[..]",
                "listening at 127.0.0.1:50123",
                "listening at 127.0.0.1:[..]",
            ),
            ("端口 [..] 上", "端口 50001 里", "端口 [..] 里"),
            ("端口[..]上", "端口50001里", "端口[..]里"),
            (
                "took [..] ms",
                "took 12 ms, at last",
                "took [..] ms, at last",
            ),
            ("[..]: refused", "x.rs:3: reset", "[..]: reset"),
            (
                "said [..] at last",
                "said two words at last, too",
                "said [..] words at last, too",
            ),
            ("a [..] b [..] c", "a 1 b 2 d", "a [..] b [..] d"),
            ("x [..] y", "quite different words", "quite different words"),
        ] {
            let merged = merged(pattern, line);
            assert_eq!(merged, expected, "{pattern:?} {line:?}");
        }
    }
}
