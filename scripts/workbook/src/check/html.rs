//! What of an HTML page the link check needs: ids and references, with their line and language.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::css;
use super::reference::{Kind, Link};

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
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    // A result other than `Done` stands for a script to run or an encoding to follow: go on.
    while !input.is_empty() {
        let _ = tokenizer.feed(&input);
    }
    tokenizer.end();
    tokenizer.sink.0.into_inner().page
}

#[derive(Default)]
struct Sink(RefCell<Reading>);

#[derive(Default)]
struct Reading {
    page: Page,
    open: Vec<(String, Option<&'static str>)>,
    in_style: bool,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        let mut reading = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                return reading.start(&tag, line);
            }
            Token::TagToken(tag) => reading.end(&tag),
            Token::CharacterTokens(text) if reading.in_style => {
                let links = css::links(&text).into_iter();
                reading
                    .page
                    .links
                    .extend(links.map(|link| Link { line, ..link }));
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Reading {
    fn start(&mut self, tag: &Tag, line: u64) -> TokenSinkResult<()> {
        let name = &*tag.name;
        let outer = self.open.last().and_then(|(_, lang)| *lang);
        let lang = value(tag, "class")
            .and_then(|class| shown_in(&class))
            .or(outer);
        if let Some(name) = value(tag, "id").filter(|name| !name.is_empty()) {
            self.page.ids.push(Id { name, line, lang });
        }
        if name == "base" {
            self.page.base = self.page.base.take().or_else(|| value(tag, "href"));
        } else {
            let found = references(tag).into_iter();
            self.page.links.extend(found.map(|(kind, target)| Link {
                kind,
                target,
                line,
                lang,
            }));
        }
        if !tag.self_closing && !is_void(name) {
            self.open.push((name.to_owned(), lang));
        }
        self.in_style = name == "style";
        match name {
            "script" => TokenSinkResult::RawData(RawKind::ScriptData),
            "style" => TokenSinkResult::RawData(RawKind::Rawtext),
            "textarea" | "title" if !self.open.iter().any(|(name, _)| name == "svg") => {
                TokenSinkResult::RawData(RawKind::Rcdata)
            }
            _ => TokenSinkResult::Continue,
        }
    }

    fn end(&mut self, tag: &Tag) {
        self.in_style = false;
        if let Some(place) = self.open.iter().rposition(|(name, _)| **name == *tag.name) {
            self.open.truncate(place);
        }
    }
}

fn value(tag: &Tag, name: &str) -> Option<String> {
    let found = tag
        .attrs
        .iter()
        .find(|attribute| *attribute.name.local == *name);
    found.map(|attribute| attribute.value.to_string())
}

fn shown_in(class: &str) -> Option<&'static str> {
    class.split_ascii_whitespace().find_map(|word| match word {
        "zh" => Some("zh"),
        "en" => Some("en"),
        _ => None,
    })
}

fn references(tag: &Tag) -> Vec<(Kind, String)> {
    let mut found = Vec::new();
    let mut add =
        |kind, attribute| found.extend(value(tag, attribute).map(|target| (kind, target)));
    match &*tag.name {
        "a" | "area" => add(Kind::Way, "href"),
        "form" => add(Kind::Way, "action"),
        "link" => add(link_kind(&value(tag, "rel").unwrap_or_default()), "href"),
        "object" => add(Kind::Part, "data"),
        // The tokenizer gives names in lower case, `feImage` too.
        "use" | "image" | "feimage" => {
            add(Kind::Part, "href");
            add(Kind::Part, "xlink:href");
        }
        _ => {
            add(Kind::Part, "src");
            add(Kind::Part, "poster");
        }
    }
    for candidate in value(tag, "srcset").unwrap_or_default().split(',') {
        let target = candidate.split_ascii_whitespace().next();
        found.extend(target.map(|target| (Kind::Part, target.to_owned())));
    }
    let style = css::links(&value(tag, "style").unwrap_or_default());
    found.extend(style.into_iter().map(|link| (link.kind, link.target)));
    found
}

fn link_kind(rel: &str) -> Kind {
    let is_way = |word| {
        matches!(
            word,
            "next" | "prev" | "canonical" | "alternate" | "author" | "license" | "help"
        )
    };
    if !rel.is_empty() && rel.split_ascii_whitespace().all(is_way) {
        Kind::Way
    } else {
        Kind::Part
    }
}

fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "source"
            | "track"
            | "wbr"
    )
}
