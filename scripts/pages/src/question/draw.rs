//! A question as HTML. Complete without script and style: the choices, and the answers in a `<details>`.
//!
//! Only what is asked goes into the search index. The choices are in `<svg><style>`, which mdBook
//! copies unread; for a browser their first `<div>` leaves it (README, "A capture"). A wrong
//! choice would be found as if it were true, and a right one would give itself away.

use super::markdown;
use super::parse::{Item, Question};
use crate::html::both;

/// What there is to draw.
pub(crate) struct Drawing<'a> {
    pub(crate) id: &'a str,
    /// The page's name, without its ending: progress is kept under it.
    pub(crate) page: &'a str,
    pub(crate) zh: &'a Question<'a>,
    pub(crate) en: &'a Question<'a>,
    /// The panel of a prediction.
    pub(crate) panel: Option<String>,
}

/// One HTML block.
pub(crate) fn draw(question: &Drawing<'_>) -> String {
    let (zh, en) = (question.zh, question.en);
    let kind = Kind::of(zh);
    let mut ask = zh.ask.iter().zip(&en.ask);
    let legend = ask
        .next()
        .map_or_else(String::new, |(zh, en)| words(zh, en));
    let more = rest(&zh.ask, &en.ask);
    let panel = question.panel.as_deref().unwrap_or_default();
    let hint = kind.hint().map_or_else(String::new, |(zh, en)| {
        format!("<p class=\"q-hint\">{}</p>", both(zh, en))
    });
    format!(
        "<fieldset class=\"question\" id=\"{id}\" data-page=\"{page}\" data-kind=\"{kind}\"><legend>{legend}</legend>\n\
         <svg><style>\n<div class=\"q-body\">{more}{panel}{hint}\n{choices}\n\
         <details class=\"q-why\"><summary>{answer}</summary>\n{why}\n</details></div>\n</style></svg></fieldset>",
        id = question.id,
        page = question.page,
        kind = kind.name(),
        choices = choices(question, kind),
        answer = both("答案和解释", "Answer and explanation"),
        why = why(zh, en, kind),
    )
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    One,
    Many,
    Order,
}

impl Kind {
    fn of(question: &Question<'_>) -> Self {
        match question.items.iter().filter(|item| item.right).count() {
            _ if question.ordered => Kind::Order,
            1 => Kind::One,
            _ => Kind::Many,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Kind::One => "one",
            Kind::Many => "many",
            Kind::Order => "order",
        }
    }

    fn hint(self) -> Option<(&'static str, &'static str)> {
        match self {
            Kind::One => None,
            Kind::Many => Some((
                "不止一个对，都选出来。",
                "More than one is right. Choose them all.",
            )),
            Kind::Order => Some((
                "从先到后排好。",
                "Put these in order, the first one on top.",
            )),
        }
    }
}

/// The choices; those of an ordering shuffled, each with its right place.
fn choices(question: &Drawing<'_>, kind: Kind) -> String {
    let pairs: Vec<(&Item, &Item)> = question.zh.items.iter().zip(&question.en.items).collect();
    let mut out = String::from("<ol class=\"q-choices\" type=\"A\">\n");
    let places: Vec<usize> = match kind {
        Kind::Order => shuffled(question.id, pairs.len()),
        Kind::One | Kind::Many => (0..pairs.len()).collect(),
    };
    for place in places {
        let (zh, en) = pairs[place];
        let at = match kind {
            Kind::Order => format!(" data-at=\"{}\"", place + 1),
            Kind::One | Kind::Many => String::new(),
        };
        out += &format!(
            "<li{at}><span class=\"name\">{}</span></li>\n",
            words(&zh.text, &en.text)
        );
    }
    out + "</ol>"
}

fn why(zh: &Question<'_>, en: &Question<'_>, kind: Kind) -> String {
    let mut out = String::from(match kind {
        Kind::Order => "<ol>\n",
        Kind::One | Kind::Many => "<ol type=\"A\">\n",
    });
    for (zh, en) in zh.items.iter().zip(&en.items) {
        let (class, head) = match (kind, zh.right) {
            (Kind::Order, _) => ("", format!("<b>{}</b>", words(&zh.text, &en.text))),
            (_, true) => (" class=\"q-right\"", mark('✓', "对：", "Right: ")),
            (_, false) => ("", mark('✗', "不对：", "Wrong: ")),
        };
        let why = blocks(&zh.why, &en.why);
        out += &format!("<li{class}>{head}{why}</li>\n");
    }
    out + "</ol>"
}

/// A sign, and its words for a screen reader.
fn mark(sign: char, zh: &str, en: &str) -> String {
    let said = both(zh, en);
    format!("<b><span aria-hidden=\"true\">{sign}</span><span class=\"sr\">{said}</span></b>")
}

/// The same order for every reader, by the question's id, and never the right one.
fn shuffled(id: &str, count: usize) -> Vec<usize> {
    // FNV-1a
    let mut state = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut places: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let bound = u64::try_from(last).unwrap_or(u64::MAX) + 1;
        places.swap(last, usize::try_from((state >> 33) % bound).unwrap_or(0));
    }
    if places.is_sorted() {
        places.rotate_left(1);
    }
    places
}

/// What is asked, after its first paragraph.
fn rest(zh: &[&str], en: &[&str]) -> String {
    let text = |blocks: &[&str]| blocks.get(1..).unwrap_or_default().join("\n\n");
    match (text(zh), text(en)) {
        (zh, en) if zh.is_empty() && en.is_empty() => String::new(),
        (zh, en) => blocks(&zh, &en),
    }
}

fn words(zh: &str, en: &str) -> String {
    if zh == en {
        return markdown::inline(zh);
    }
    both(&markdown::inline(zh), &markdown::inline(en))
}

fn blocks(zh: &str, en: &str) -> String {
    if zh == en {
        return markdown::blocks(zh);
    }
    format!(
        "<div class=\"zh\" lang=\"zh-CN\">{}</div><div class=\"en\" lang=\"en\">{}</div>",
        markdown::blocks(zh),
        markdown::blocks(en)
    )
}
