//! Markdown as HTML, for what stands in an element that mdBook copies as it is.

use pulldown_cmark::{CowStr, Event, Parser, Tag, TagEnd, html};

use crate::blocks::OPTIONS;
use crate::line_breaks::join_lines;

/// Blocks, without a blank line, which would end the HTML block.
pub(super) fn blocks(markdown: &str) -> String {
    let text = join_lines(markdown);
    let mut out = String::new();
    html::push_html(&mut out, Parser::new_ext(&text, OPTIONS).map(linked));
    sealed(&out)
}

/// One paragraph, without its `<p>`.
pub(super) fn inline(markdown: &str) -> String {
    let text = join_lines(markdown);
    let events = Parser::new_ext(&text, OPTIONS).filter(|event| {
        !matches!(
            event,
            Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph)
        )
    });
    let mut out = String::new();
    html::push_html(&mut out, events.map(linked));
    sealed(&out)
}

/// A line end in code may be followed by another one. Braces mean something to mdBook.
fn sealed(html: &str) -> String {
    html.trim_end()
        .replace("\n\n", "\n&#10;")
        .replace("\n\n", "\n&#10;")
        .replace('{', "&#123;")
        .replace('}', "&#125;")
}

/// mdBook turns links to pages into links to their HTML; here nobody else does.
fn linked(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        }) => Event::Start(Tag::Link {
            link_type,
            dest_url: page(dest_url),
            title,
            id,
        }),
        event => event,
    }
}

fn page(url: CowStr<'_>) -> CowStr<'_> {
    let (path, fragment) = match url.find('#') {
        Some(at) => url.split_at(at),
        None => (&*url, ""),
    };
    match path.strip_suffix(".md") {
        Some(stem) if !url.contains(':') => format!("{stem}.html{fragment}").into(),
        _ => url,
    }
}
