//! One fence as a question: what is asked, and the choices with their explanations. Collects every
//! fault.

use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use crate::blocks::{self, Block, Fence, Kind, Lines, OPTIONS};
use crate::ids::is_ascii_id;
use bilingual::Lang;

/// What is wrong, on which line of the fence (its first line, with the backticks, is 0).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) line: usize,
    pub(crate) zh: String,
    pub(crate) en: String,
}

impl Fault {
    pub(super) fn new(line: usize, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Fault {
            line,
            zh: zh.into(),
            en: en.into(),
        }
    }
}

/// What the fence's first line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Info<'a> {
    pub(crate) id: &'a str,
    /// A session, and the step whose output is asked for.
    pub(crate) predict: Option<(&'a str, usize)>,
}

impl<'a> Info<'a> {
    pub(crate) fn parse(info: &'a str) -> Result<Self, Fault> {
        let words: Vec<&str> = info.split_whitespace().skip(1).collect();
        let Some((id, rest)) = words.split_first() else {
            return Err(Fault::new(
                0,
                "题目没有 id：写成 ```question 名字，两种语言写同一个",
                "this question has no id: write ```question NAME, the same in both twins",
            ));
        };
        if !is_ascii_id(id) {
            return Err(Fault::new(
                0,
                format!("题目的 id {id} 只能用 ASCII 字母、数字、- 和 _，以字母开头"),
                format!(
                    "the question's id {id} must start with a letter and contain only ASCII letters, digits, - and _"
                ),
            ));
        }
        let predict = match rest {
            [] => None,
            ["predict", session, step] => match step.parse() {
                Ok(step) => Some((*session, step)),
                Err(_) => return Err(not_a_step(step)),
            },
            _ => {
                let rest = rest.join(" ");
                return Err(Fault::new(
                    0,
                    format!(
                        "id 后面的 {rest} 不认识；预测输出的题写成 ```question {id} predict 会话 步数"
                    ),
                    format!(
                        "unexpected {rest} after the id; to predict an output, write ```question {id} predict SESSION STEP"
                    ),
                ));
            }
        };
        Ok(Info { id, predict })
    }
}

fn not_a_step(step: &str) -> Fault {
    Fault::new(
        0,
        format!("{step} 不是步数；写会话里第几步，从 1 数起，说明也算一步"),
        format!(
            "{step} is not a step; give its number in the session, counted from 1, notes included"
        ),
    )
}

/// A question in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Question<'a> {
    /// Markdown; the first block is a paragraph.
    pub(crate) ask: Vec<&'a str>,
    /// Whether the items are to be put in this order; otherwise they are to choose from.
    pub(crate) ordered: bool,
    pub(crate) items: Vec<Item>,
}

/// A choice, or a line of an ordering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) line: usize,
    pub(crate) right: bool,
    /// Markdown, one line.
    pub(crate) text: String,
    /// Markdown.
    pub(crate) why: String,
}

/// Reads what stands in a fence, or says everything that is wrong with it.
pub(crate) fn parse<'a>(fence: &'a Fence, info: &Info<'_>) -> Result<Question<'a>, Vec<Fault>> {
    let content = fence.content.as_str();
    let mut faults = foreign(content);
    let blocks = blocks::split(content);
    let place = blocks
        .iter()
        .position(|block| matches!(block.kind, Kind::List { .. }));
    let (ask, rest) = blocks.split_at(place.unwrap_or(blocks.len()));
    let ask = asked(ask, &mut faults);
    let Some((list, after)) = rest.split_first() else {
        faults.push(Fault::new(
            0,
            "题目没有选项：写 - [ ] 和 - [x] 的列表，排序题写 1. 2. 3.",
            "this question has no choices: write a list of - [ ] and - [x], or 1. 2. 3. for an ordering",
        ));
        return Err(faults);
    };
    if let Some(block) = after.first() {
        faults.push(Fault::new(
            block.line,
            format!("选项后面还有{}；解释要缩进，写在它的选项下面，选项写成一个列表", block.describe(Lang::Zh)),
            format!("found {} after the choices; indent an explanation below its choice, and write the choices as one list", block.describe(Lang::En)),
        ));
    }
    let ordered = matches!(list.kind, Kind::List { ordered: true, .. });
    let items: Vec<Item> = items(list)
        .into_iter()
        .map(|(line, source)| item(line, source, ordered, &mut faults))
        .collect();
    if faults.is_empty() {
        counted(list.line, &items, ordered, info, &mut faults);
    }
    if faults.is_empty() {
        Ok(Question {
            ask,
            ordered,
            items,
        })
    } else {
        Err(faults)
    }
}

/// Faults for everything that a question cannot hold, since it would look different there, or not
/// work.
fn foreign(content: &str) -> Vec<Fault> {
    let lines = Lines::of(content);
    let mut faults = Vec::new();
    for (event, range) in Parser::new_ext(content, OPTIONS).into_offset_iter() {
        let fits = match &event {
            Event::Start(tag) => matches!(
                tag,
                Tag::Paragraph
                    | Tag::List(_)
                    | Tag::Item
                    | Tag::CodeBlock(_)
                    | Tag::Emphasis
                    | Tag::Strong
                    | Tag::Strikethrough
                    | Tag::Link { .. }
            ),
            Event::Html(_) | Event::InlineHtml(_) | Event::Rule => false,
            _ => true,
        };
        let line = lines.number(range.start);
        if !fits && faults.last().is_none_or(|last: &Fault| last.line != line) {
            faults.push(Fault::new(
                line,
                "题目里只能有段落、列表、代码、强调和链接",
                "a question may contain only paragraphs, lists, code, emphasis and links",
            ));
        }
    }
    faults
}

/// The blocks before the choices.
fn asked<'a>(blocks: &[Block<'a>], faults: &mut Vec<Fault>) -> Vec<&'a str> {
    if !matches!(
        blocks.first().map(|block| &block.kind),
        Some(Kind::Paragraph)
    ) {
        faults.push(Fault::new(
            1,
            "题目要从一段话开始：问什么",
            "a question must begin with a paragraph that says what is asked",
        ));
    }
    blocks.iter().map(|block| block.text).collect()
}

/// The items of a list: line and source of each.
fn items<'a>(list: &Block<'a>) -> Vec<(usize, &'a str)> {
    let lines = Lines::of(list.text);
    let mut depth = 0usize;
    let mut found = Vec::new();
    let mut add = |range: Range<usize>| {
        let source = list.text[range.clone()].trim();
        found.push((list.line + lines.number(range.start) - 1, source));
    };
    for (event, range) in Parser::new_ext(list.text, OPTIONS).into_offset_iter() {
        match event {
            Event::Start(Tag::Item) if depth == 1 => add(range),
            Event::Start(Tag::List(_)) => depth += 1,
            Event::End(TagEnd::List(_)) => depth -= 1,
            _ => {}
        }
    }
    found
}

/// The first line is the choice, the indented lines below it are its explanation.
fn item(line: usize, source: &str, ordered: bool, faults: &mut Vec<Fault>) -> Item {
    let (first, rest) = source.split_once('\n').unwrap_or((source, ""));
    let marker = first.find(' ').unwrap_or(first.len());
    let text = first[marker..].trim();
    let indent = first.len() - text.len();
    let mark = ["[ ]", "[x]", "[X]"]
        .into_iter()
        .find(|mark| text.starts_with(mark));
    let text = mark.map_or(text, |mark| text[mark.len()..].trim());
    match (mark, ordered) {
        (None, false) => faults.push(Fault::new(
            line,
            "选项以 - [ ] 或 - [x] 开头，[x] 是对的",
            "a choice must begin with - [ ] or - [x]; [x] marks a right one",
        )),
        (Some(_), true) => faults.push(Fault::new(
            line,
            "排序题按正确的次序写 1. 2. 3.，不写 [x]",
            "an ordering must be written 1. 2. 3. in its right order, without [x]",
        )),
        _ => {}
    }
    if !is_plain(text) {
        faults.push(Fault::new(
            line,
            "选项是一行字，可以有代码和强调；链接写在题目或解释里",
            "a choice must be one line of text, with code and emphasis; a link belongs in the question or in an explanation",
        ));
    }
    let why = dedent(rest, indent);
    if why.is_empty() {
        faults.push(Fault::new(
            line,
            format!("选项「{text}」没有解释：在它下面缩进写为什么对，或错在哪里"),
            format!("the choice \"{text}\" has no explanation: indented below it, say why it is right, or what is wrong with it"),
        ));
    }
    Item {
        line,
        right: mark.is_some_and(|mark| mark != "[ ]"),
        text: text.to_owned(),
        why,
    }
}

fn is_plain(text: &str) -> bool {
    let mut events = Parser::new_ext(text, OPTIONS);
    !text.is_empty()
        && events.all(|event| match event {
            Event::Start(tag) => matches!(
                tag,
                Tag::Paragraph | Tag::Emphasis | Tag::Strong | Tag::Strikethrough
            ),
            _ => true,
        })
}

/// Without the indentation that makes the lines part of their item, and without blank lines at both
/// ends.
fn dedent(text: &str, indent: usize) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(|line| {
            let blank = line.len() - line.trim_start_matches(' ').len();
            &line[blank.min(indent)..]
        })
        .collect();
    lines.join("\n").trim_matches('\n').trim_end().to_owned()
}

/// Whether these choices make a question.
fn counted(line: usize, items: &[Item], ordered: bool, info: &Info<'_>, faults: &mut Vec<Fault>) {
    let mut add = |line, zh: &str, en: &str| faults.push(Fault::new(line, zh, en));
    let right = items.iter().filter(|item| item.right).count();
    if items.len() < 2 {
        add(
            line,
            "只有一个选项；至少写两个",
            "only one choice; write at least two",
        );
    } else if !ordered && right == 0 {
        add(
            line,
            "没有一个选项是对的；把对的写成 - [x]",
            "no choice is right; mark the right ones - [x]",
        );
    } else if !ordered && right == items.len() {
        add(
            line,
            "所有选项都是对的；至少写一个错的，错在常见的误解上",
            "every choice is right; write at least one wrong one, from a common mistake",
        );
    }
    if info.predict.is_some() && (ordered || right > 1) {
        add(
            line,
            "预测输出的题只有一个对的选项",
            "a prediction must have exactly one right choice",
        );
    }
    for (at, item) in items.iter().enumerate() {
        if items[..at].iter().any(|other| other.text == item.text) {
            add(
                item.line,
                "这个选项前面已经有了；换一个",
                "duplicate choice; write another",
            );
        }
    }
}
