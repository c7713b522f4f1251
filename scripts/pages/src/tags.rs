//! The tags of HTML, as the tokenizer of the HTML standard finds them. Pages look so at what a
//! writer typed, and the check of the built site at what mdBook made of it.

use std::mem;
use std::ops::Range;

use html5gum::emitters::callback::{Callback, CallbackEmitter, CallbackEvent};
use html5gum::{Emitter, ForwardingEmitter, Span, State, StringReader, Tokenizer};

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// In lower case.
    pub name: String,
    /// Whether it opens an element or closes one.
    pub kind: Kind,
    /// Where it stands in the HTML, its `<` and `>` included.
    pub place: Range<usize>,
    attributes: Vec<(String, String)>,
}

/// What a tag does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It opens an element, which another tag closes.
    Open,
    /// It is a whole element, as `<br>` and `<x/>`.
    Whole,
    /// It closes an element.
    Close,
}

impl Tag {
    /// The value of an attribute, entities decoded. The first counts, as in a browser.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        let mut all = self.attributes.iter();
        all.find_map(|(found, value)| (found == name).then_some(value.as_str()))
    }

    /// The words of its class.
    pub fn classes(&self) -> impl Iterator<Item = &str> {
        let class = self.value("class").unwrap_or_default();
        class.split_ascii_whitespace()
    }
}

/// The tags of a piece of HTML, in order. What stands in comments, scripts and style sheets is no
/// tag.
#[must_use]
pub fn tags(html: &str) -> Tags<'_> {
    let quiet = Quiet(CallbackEmitter::default());
    Tags {
        tokenizer: Tokenizer::new_with_emitter(html, quiet),
        svg_depth: 0,
    }
}

/// See [`tags`].
pub struct Tags<'a> {
    tokenizer: Tokenizer<StringReader<'a>, Quiet>,
    svg_depth: usize,
}

impl Iterator for Tags<'_> {
    type Item = Tag;

    fn next(&mut self) -> Option<Tag> {
        let Ok(tag) = self.tokenizer.next()?;
        self.passed(&tag);
        Some(tag)
    }
}

impl Tags<'_> {
    /// After some tags comes text, up to the tag that closes them. In SVG, titles are like any other
    /// element, and only there `/>` closes a script or a style sheet.
    fn passed(&mut self, tag: &Tag) {
        let in_svg = self.svg_depth > 0;
        let text_follows = match tag.kind {
            Kind::Open => true,
            Kind::Whole => !in_svg,
            Kind::Close => false,
        };
        match tag.name.as_str() {
            "svg" if tag.kind == Kind::Open => self.svg_depth += 1,
            "svg" if tag.kind == Kind::Close => self.svg_depth = self.svg_depth.saturating_sub(1),
            "script" if text_follows => self.tokenizer.set_state(State::ScriptData),
            "style" if text_follows => self.tokenizer.set_state(State::RawText),
            "textarea" | "title" if text_follows && !in_svg => {
                self.tokenizer.set_state(State::RcData);
            }
            _ => {}
        }
    }
}

/// The tag that is being read.
#[derive(Default)]
struct Reading {
    start: usize,
    name: String,
    attributes: Vec<(String, String)>,
}

impl Callback<Tag, usize> for Reading {
    fn handle_event(&mut self, event: CallbackEvent<'_>, span: Span<usize>) -> Option<Tag> {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                *self = Self {
                    start: span.start,
                    name: text(name),
                    attributes: Vec::new(),
                };
                None
            }
            CallbackEvent::AttributeName { name } => {
                self.attributes.push((text(name), String::new()));
                None
            }
            CallbackEvent::AttributeValue { value } => {
                if let Some((_, last)) = self.attributes.last_mut() {
                    *last = text(value);
                }
                None
            }
            CallbackEvent::CloseStartTag { self_closing } => {
                let is_whole = self_closing || VOID.contains(&self.name.as_str());
                Some(Tag {
                    name: mem::take(&mut self.name),
                    kind: if is_whole { Kind::Whole } else { Kind::Open },
                    place: self.start..span.end,
                    attributes: mem::take(&mut self.attributes),
                })
            }
            CallbackEvent::EndTag { name } => Some(Tag {
                name: text(name),
                kind: Kind::Close,
                place: span.start..span.end,
                attributes: Vec::new(),
            }),
            _ => None,
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The emitter of tags without the tokenizer's errors, which nothing here reports.
struct Quiet(CallbackEmitter<Reading, Tag, usize>);

impl ForwardingEmitter for Quiet {
    type Token = Tag;

    fn inner(&mut self) -> &mut impl Emitter<Token = Tag> {
        &mut self.0
    }

    fn should_emit_errors(&mut self) -> bool {
        false
    }
}

const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// Whether every tag is closed, in order.
pub(crate) fn balanced(html: &str) -> bool {
    let mut open = Vec::new();
    for tag in tags(html) {
        match tag.kind {
            Kind::Open => open.push(tag.name),
            Kind::Whole => {}
            Kind::Close if open.pop() != Some(tag.name) => return false,
            Kind::Close => {}
        }
    }
    open.is_empty()
}

/// The values of one attribute: where its tag starts, and the value.
pub(crate) fn attribute(html: &str, name: &str) -> Vec<(usize, String)> {
    tags(html)
        .filter_map(|tag| Some((tag.place.start, tag.value(name)?.to_owned())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each tag as it stands in the HTML.
    #[track_caller]
    fn check(html: &str, expected: &[&str]) {
        let found: Vec<_> = tags(html).map(|tag| &html[tag.place]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_tag_is_found_where_it_stands() {
        check(
            "字<b>好</b>\r\n<br/>\r<i\r\n id=x>",
            &["<b>", "</b>", "<br/>", "<i\r\n id=x>"],
        );
        check(
            "<p title='>' class=\"<b>\">",
            &["<p title='>' class=\"<b>\">"],
        );
        check("&lt;b> &amp <a href='?a&b'>", &["<a href='?a&b'>"]);
        check("1 < 2 <3 <", &[]);
        check("<p <b>", &["<p <b>"]);
        check("<a \"", &[]);
    }

    #[test]
    fn comments_scripts_and_style_sheets_hold_no_tag() {
        check("<!-- <a> --><b>", &["<b>"]);
        check("<!-- <a>", &[]);
        check(
            "<script>let a = '<a>';</script>",
            &["<script>", "</script>"],
        );
        check("<style>/* <a> */</style>", &["<style>", "</style>"]);
        check("<title><a></title>", &["<title>", "</title>"]);
        check(
            "<svg><title><a></title></svg><title><a>",
            &["<svg>", "<title>", "<a>", "</title>", "</svg>", "<title>"],
        );
        check("<script src=x /><a>", &["<script src=x />"]);
        check("<svg><style/><a>", &["<svg>", "<style/>", "<a>"]);
    }

    #[test]
    fn a_value_is_decoded_and_the_first_one_counts() {
        let tag = tags("<A HREF=\"x?a=1&amp;b=2\" href=no class='zh  wide' hidden>").next();
        let tag = tag.unwrap();
        assert_eq!(tag.name, "a");
        assert_eq!(tag.value("href"), Some("x?a=1&b=2"));
        assert_eq!(tag.value("hidden"), Some(""));
        assert_eq!(tag.value("id"), None);
        assert_eq!(tag.classes().collect::<Vec<_>>(), ["zh", "wide"]);
    }

    #[test]
    fn balanced_is_what_closes_every_tag_in_order() {
        for (html, expected) in [
            ("", true),
            ("<p>a<br>b<x/></p>", true),
            ("<b><i></i></b>", true),
            ("<b><i></b></i>", false),
            ("<b>", false),
            ("</b>", false),
        ] {
            assert_eq!(balanced(html), expected, "{html}");
        }
    }
}
