//! "What comes out next?": the story up to a step, and the line that the session has there.

use bilingual::Text;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use session::{Action, Session};

use super::parse::{Fault, Question};
use crate::blocks::OPTIONS;

/// Number of steps that are suggested where a step number is wrong.
const STEPS_SUGGESTED_MAX: usize = 6;

/// The session's steps before step `number` (from 1), and a `?` where its output would stand. The
/// notes that lead to the step are left out: they would tell. Faults if the right choice is not
/// that line.
pub(crate) fn predict(
    session: &Session,
    number: usize,
    twins: [&Question<'_>; 2],
) -> Result<Session, [Vec<Fault>; 2]> {
    let line = match line(session, number) {
        Ok(line) => line,
        Err(fault) => return Err([vec![fault], Vec::new()]),
    };
    let faults = twins.map(|question| wrong(question, line).into_iter().collect::<Vec<_>>());
    if faults.iter().any(|faults| !faults.is_empty()) {
        return Err(faults);
    }
    let mut partial = session.clone();
    // A session's title often gives the ending away.
    partial.title = Text {
        zh: "先猜，再往下读".to_owned(),
        en: "Guess before you read on".to_owned(),
    };
    let asked = partial.steps.drain(number - 1..).next();
    while let Some(Action::Note(_)) = partial.steps.last().map(|step| &step.action) {
        partial.steps.pop();
    }
    partial.steps.extend(asked.map(|mut step| {
        if let Action::Line { pattern, .. } = &mut step.action {
            "?".clone_into(pattern);
        }
        step
    }));
    Ok(partial)
}

/// The output of this step, if it is one that can be asked for.
fn line(session: &Session, number: usize) -> Result<&str, Fault> {
    let step = number.checked_sub(1).and_then(|at| session.steps.get(at));
    match step.map(|step| &step.action) {
        Some(Action::Line { pattern, .. }) if pattern.contains("[..]") => Err(Fault::new(
            0,
            format!("第 {number} 步的输出里有 [..]，每次都不同；换一步来问"),
            format!(
                "the output of step {number} has a [..], which differs every time; ask for another step"
            ),
        )),
        Some(Action::Line { pattern, .. }) if !pattern.trim().is_empty() => Ok(pattern),
        other => {
            let (zh, en) = match other {
                Some(action) => {
                    let what = action.to_string().replace('\n', " / ");
                    (
                        format!("第 {number} 步是 {what}"),
                        format!("step {number} is {what}"),
                    )
                }
                None => {
                    let count = session.steps.len();
                    (
                        format!("没有第 {number} 步，一共 {count} 步"),
                        format!("no step {number}: the session has {count}"),
                    )
                }
            };
            let lines = lines(session, number);
            Err(Fault::new(
                0,
                format!("{zh}；要写一行输出的步数：{lines}"),
                format!("{en}; name a step that is a line of output: {lines}"),
            ))
        }
    }
}

/// The nearest steps that can be asked for.
fn lines(session: &Session, number: usize) -> String {
    let mut near: Vec<(usize, &Action)> = (1..)
        .zip(session.steps.iter().map(|step| &step.action))
        .filter(|(_, action)| match action {
            Action::Line { pattern, .. } => !pattern.contains("[..]") && !pattern.trim().is_empty(),
            _ => false,
        })
        .collect();
    near.sort_by_key(|(at, _)| at.abs_diff(number));
    near.truncate(STEPS_SUGGESTED_MAX);
    near.sort_by_key(|(at, _)| *at);
    let shown = near.iter().map(|(at, action)| format!("{at} `{action}`"));
    shown.collect::<Vec<_>>().join(", ")
}

fn wrong(question: &Question<'_>, line: &str) -> Option<Fault> {
    let right = question.items.iter().find(|item| item.right)?;
    (code(&right.text).as_deref() != Some(line)).then(|| {
        let (at, text) = (right.line, &right.text);
        Fault::new(
            at,
            format!("会话里这一步的输出是 `{line}`，对的选项写的是 {text}；选项要照写那一行，放在反引号里"),
            format!("the session's output in this step is `{line}`, but the right choice is {text}; write exactly that line, in backticks"),
        )
    })
}

/// The inside of a text that is nothing but code.
fn code(text: &str) -> Option<String> {
    let mut events = Parser::new_ext(text, OPTIONS);
    match (events.next(), events.next(), events.next(), events.next()) {
        (
            Some(Event::Start(Tag::Paragraph)),
            Some(Event::Code(code)),
            Some(Event::End(TagEnd::Paragraph)),
            None,
        ) => Some(code.to_string()),
        _ => None,
    }
}
