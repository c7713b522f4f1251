//! What a style sheet loads: `url(…)` and `@import "…"`.

use super::link::{Link, Purpose};

/// Its references, in order, with their lines.
pub(super) fn links(css: &str) -> Vec<Link> {
    let css = without_comments(css);
    // Same length, so that a place in one is a place in the other.
    let lower = css.to_ascii_lowercase();
    let mut found = Vec::new();
    for (at, _) in lower.match_indices("url(") {
        let rest = css[at + 4..].trim_start();
        let target = match rest.strip_prefix(['"', '\'']) {
            Some(quoted) => quoted.split(['"', '\'']).next(),
            None => rest.split(')').next(),
        };
        found.extend(target.map(|target| link(&css, at, target)));
    }
    for (at, _) in lower.match_indices("@import") {
        let rest = css[at + 7..].trim_start();
        let target = rest
            .strip_prefix(['"', '\''])
            .and_then(|rest| rest.split(['"', '\'']).next());
        found.extend(target.map(|target| link(&css, at, target)));
    }
    found
}

fn link(css: &str, at: usize, target: &str) -> Link {
    let line = css[..at].matches('\n').count() as u64 + 1;
    Link {
        purpose: Purpose::Part,
        target: target.trim().to_owned(),
        line,
        lang: None,
    }
}

/// Comments become blank; lines stay where they are.
fn without_comments(css: &str) -> String {
    let mut text = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        let (comment, after) = after.split_once("*/").unwrap_or((after, ""));
        text += before;
        text.extend(comment.chars().filter(|c| *c == '\n'));
        rest = after;
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_and_imports_are_found_on_their_lines() {
        let css = "@import 'a.css';\n/* url(no)\n */ p { background: URL( \"b.png\" ) }\n\
            @font-face { src: url(c.woff2) format(\"woff2\"), url('d.woff') }";
        let found: Vec<_> = links(css)
            .into_iter()
            .map(|link| (link.target, link.line))
            .collect();
        let expected = [("b.png", 3), ("c.woff2", 4), ("d.woff", 4), ("a.css", 1)];
        assert_eq!(
            found,
            expected.map(|(target, line)| (target.to_owned(), line))
        );
    }
}
