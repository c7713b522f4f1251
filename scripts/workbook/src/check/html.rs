//! What of an HTML page the link check needs: ids and references, with their line and language.

use pages::tags::{Kind, Tag, tags};

use super::css;
use super::link::{Link, Purpose};

/// A page.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) ids: Vec<Id>,
    pub(super) links: Vec<Link>,
    pub(super) base: Option<String>,
}

/// An element that a fragment can name.
#[derive(Debug)]
pub(super) struct Id {
    pub(super) name: String,
    pub(super) line: u64,
    /// The language in which it is shown, if it is only one.
    pub(super) lang: Option<&'static str>,
}

/// Reads a page, which any text can be.
pub(super) fn parse(html: &str) -> Page {
    let mut reading = Reading::default();
    let mut lines = Lines::of(html);
    for tag in tags(html) {
        let line = lines.at(tag.place.start);
        reading.end_style(html, tag.place.start);
        if tag.kind == Kind::Close {
            reading.end(&tag);
        } else {
            reading.start(&tag, line);
        }
        if tag.name == "style" && tag.kind != Kind::Close {
            reading.style = Some((tag.place.end, lines.at(tag.place.end)));
        }
    }
    reading.end_style(html, html.len());
    reading.page
}

#[derive(Default)]
struct Reading {
    page: Page,
    open: Vec<(String, Option<&'static str>)>,
    /// Where a style sheet begins whose end has not come, and on which line.
    style: Option<(usize, u64)>,
}

impl Reading {
    fn start(&mut self, tag: &Tag, line: u64) {
        let outer = self.open.last().and_then(|(_, lang)| *lang);
        let lang = shown_in(tag).or(outer);
        if let Some(name) = value(tag, "id").filter(|name| !name.is_empty()) {
            self.page.ids.push(Id { name, line, lang });
        }
        if tag.name == "base" {
            self.page.base = self.page.base.take().or_else(|| value(tag, "href"));
        } else {
            let found = references(tag).into_iter();
            self.page.links.extend(found.map(|(purpose, target)| Link {
                purpose,
                target,
                line,
                lang,
            }));
        }
        if tag.kind == Kind::Open {
            self.open.push((tag.name.clone(), lang));
        }
    }

    fn end_style(&mut self, html: &str, end: usize) {
        let Some((start, first)) = self.style.take() else {
            return;
        };
        let found = css::links(html.get(start..end).unwrap_or_default()).into_iter();
        self.page.links.extend(found.map(|link| Link {
            line: first + link.line - 1,
            ..link
        }));
    }

    fn end(&mut self, tag: &Tag) {
        if let Some(place) = self.open.iter().rposition(|(name, _)| *name == tag.name) {
            self.open.truncate(place);
        }
    }
}

/// Lines of a text, asked for from its beginning to its end.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        Self {
            text: text.as_bytes(),
            at: 0,
            line: 1,
        }
    }

    fn at(&mut self, place: usize) -> u64 {
        let passed = self.text.get(self.at..place).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        self.at = self.at.max(place);
        self.line
    }
}

fn value(tag: &Tag, name: &str) -> Option<String> {
    tag.value(name).map(str::to_owned)
}

/// The language in which alone it is shown.
fn shown_in(tag: &Tag) -> Option<&'static str> {
    tag.classes().find_map(|word| match word {
        "zh" => Some("zh"),
        "en" => Some("en"),
        _ => None,
    })
}

fn references(tag: &Tag) -> Vec<(Purpose, String)> {
    let mut found = Vec::new();
    let mut add =
        |purpose, attribute| found.extend(value(tag, attribute).map(|target| (purpose, target)));
    match tag.name.as_str() {
        "a" | "area" => add(Purpose::Way, "href"),
        "form" => add(Purpose::Way, "action"),
        "link" => add(link_purpose(&value(tag, "rel").unwrap_or_default()), "href"),
        "object" => add(Purpose::Part, "data"),
        // The tokenizer gives names in lower case, `feImage` too.
        "use" | "image" | "feimage" => {
            add(Purpose::Part, "href");
            add(Purpose::Part, "xlink:href");
        }
        _ => {
            add(Purpose::Part, "src");
            add(Purpose::Part, "poster");
        }
    }
    for candidate in value(tag, "srcset").unwrap_or_default().split(',') {
        let target = candidate.split_ascii_whitespace().next();
        found.extend(target.map(|target| (Purpose::Part, target.to_owned())));
    }
    let style = css::links(&value(tag, "style").unwrap_or_default());
    found.extend(style.into_iter().map(|link| (link.purpose, link.target)));
    found
}

fn link_purpose(rel: &str) -> Purpose {
    let is_way = |word| {
        matches!(
            word,
            "next" | "prev" | "canonical" | "alternate" | "author" | "license" | "help"
        )
    };
    if !rel.is_empty() && rel.split_ascii_whitespace().all(is_way) {
        Purpose::Way
    } else {
        Purpose::Part
    }
}
