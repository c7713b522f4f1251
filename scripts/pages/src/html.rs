//! The little HTML that pages need: escaping, and a look at tags that a writer typed.

/// Text for an element or an attribute in double quotes. Braces too, so that mdBook sees no `{{` in
/// it.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    escape_into(&mut out, text);
    out
}

/// The same, behind what is there already.
pub(crate) fn escape_into(out: &mut String, text: &str) {
    let mut done = 0;
    for (at, byte) in text.bytes().enumerate() {
        let entity = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            b'{' => "&#123;",
            b'}' => "&#125;",
            _ => continue,
        };
        out.push_str(&text[done..at]);
        out.push_str(entity);
        done = at + 1;
    }
    out.push_str(&text[done..]);
}

/// The same words in both languages. The space keeps them apart where no style does.
pub(crate) fn both(zh: &str, en: &str) -> String {
    format!(
        "<span class=\"zh\" lang=\"zh-CN\">{zh}</span> <span class=\"en\" lang=\"en\">{en}</span>"
    )
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag<'a> {
    pub(crate) name: String,
    pub(crate) close: bool,
    /// Whether there is nothing to close, as in `<br>` and `<x/>`.
    pub(crate) void: bool,
    /// What stands between the name and `>`.
    pub(crate) attributes: &'a str,
    pub(crate) offset: usize,
    /// The place after its `>`.
    pub(crate) end: usize,
}

/// The tags of a piece of HTML, in order. Comments are skipped; anything that is not a tag is text.
pub(crate) fn tags(html: &str) -> Vec<Tag<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = html[at..].find('<').map(|next| at + next) {
        let rest = &html[start + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            at = comment
                .find("-->")
                .map_or(html.len(), |end| start + 4 + end + 3);
            continue;
        }
        let close = rest.starts_with('/');
        let rest = &rest[usize::from(close)..];
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            at = start + 1;
            continue;
        }
        let name_len = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
            .unwrap_or(rest.len());
        let Some(end) = tag_end(&rest[name_len..]) else {
            break;
        };
        let name = rest[..name_len].to_ascii_lowercase();
        let attributes = &rest[name_len..name_len + end];
        at = start + 1 + usize::from(close) + name_len + end + 1;
        found.push(Tag {
            end: at,
            void: attributes.ends_with('/') || VOID.contains(&name.as_str()),
            name,
            close,
            attributes,
            offset: start,
        });
    }
    found
}

const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// The `>` that ends the tag, not one inside a quoted value.
fn tag_end(rest: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in rest.char_indices() {
        match (quote, c) {
            (None, '>') => return Some(at),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    None
}

/// Whether every tag is closed, in order.
pub(crate) fn balanced(html: &str) -> bool {
    let mut open = Vec::new();
    for tag in tags(html) {
        if tag.close {
            if open.pop() != Some(tag.name) {
                return false;
            }
        } else if !tag.void {
            open.push(tag.name);
        }
    }
    open.is_empty()
}

/// The values of one attribute: where its tag starts, and the value.
pub(crate) fn attribute<'a>(html: &'a str, name: &str) -> Vec<(usize, &'a str)> {
    tags(html)
        .into_iter()
        .filter_map(|tag| Some((tag.offset, value(tag.attributes, name)?)))
        .collect()
}

fn value<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return None;
        }
        let end = rest
            .find(|c: char| c == '=' || c.is_ascii_whitespace())
            .unwrap_or(rest.len());
        let key = &rest[..end];
        let after = rest[end..].trim_start();
        let Some(assigned) = after.strip_prefix('=') else {
            // An attribute without a value; an empty name cannot make progress.
            rest = if end == 0 { "" } else { after };
            continue;
        };
        let assigned = assigned.trim_start();
        let (found, next) = match assigned.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let inner = &assigned[1..];
                let end = inner.find(quote).unwrap_or(inner.len());
                (&inner[..end], inner.get(end + 1..).unwrap_or_default())
            }
            _ => {
                let end = assigned
                    .find(|c: char| c.is_ascii_whitespace())
                    .unwrap_or(assigned.len());
                (&assigned[..end], &assigned[end..])
            }
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(found);
        }
        rest = next;
    }
}

/// Whether there is nothing but comments and blanks.
pub(crate) fn only_comments(html: &str) -> bool {
    let mut rest = html.trim_start();
    while let Some(comment) = rest.strip_prefix("<!--") {
        match comment.find("-->") {
            Some(end) => rest = comment[end + 3..].trim_start(),
            None => return false,
        }
    }
    rest.is_empty()
}
