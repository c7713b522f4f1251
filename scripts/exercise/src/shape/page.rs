//! Checks the twin pages of an exercise: each has every part, in the README's order.

use std::path::Path;

use super::Look;
use crate::sections::{Fence, Section, sections};

/// The id of each part, in order, and what belongs there.
const PAGE_PARTS: [(&str, &str); 7] = [
    ("goal", "what the program must do, in a few sentences"),
    ("background", "what to know, with links to the pages"),
    ("rules", "a list: exactly what is judged"),
    ("judge", "`{{#variants ID}}`: what the judge does"),
    ("hints", "`<details>` blocks, from a nudge to almost code"),
    ("check", "three to five questions"),
    ("further", "what to read or try next"),
];

/// Whether a page is meant to be that of an exercise: others are about all exercises.
pub(super) fn is_one(text: &str) -> bool {
    let sections = sections(text);
    let is_part = |section: &Section| ["goal", "rules", "judge"].contains(&&*section.id);
    let names = |name: &str| {
        sections
            .iter()
            .any(|it| !directives(&it.body, name).is_empty())
    };
    sections.iter().any(is_part) || names("exercise") || names("variants")
}

pub(super) fn look(look: &mut Look) {
    for (end, advice) in [
        (
            "md",
            "write the Chinese page; scripts/exercise/README.md lists its parts",
        ),
        (
            "en.md",
            "write its English twin, with the same blocks in the same order",
        ),
    ] {
        let path = look.course.page(look.id, end);
        if let Some(text) = look.read(&path, advice) {
            parts(look, &path, &sections(&text));
        }
    }
}

fn parts(look: &mut Look, path: &Path, sections: &[Section]) {
    let id = look.id;
    if sections.first().is_none_or(|title| title.id != id) {
        look.tell(
            path,
            format!("does not begin with a title whose id is {{#{id}}}"),
            format!("write a question as its first line: `# … {{#{id}}}`"),
        );
    }
    let mut last = None;
    for (part, what) in PAGE_PARTS {
        let what = what.replace("ID", id);
        let Some(at) = sections.iter().position(|section| section.id == part) else {
            let advice = format!("add `## … {{#{part}}}` with {what}");
            look.tell(path, format!("has no part {{#{part}}}"), advice);
            continue;
        };
        if sections[at].body.trim().is_empty() {
            let advice = format!("write {what}");
            look.tell(path, format!("the part {{#{part}}} is empty"), advice);
        }
        match last {
            Some((before, name)) if at < before => {
                let found = format!("the part {{#{part}}} comes before {{#{name}}}");
                let order: Vec<_> = PAGE_PARTS.iter().map(|(part, _)| *part).collect();
                look.tell(path, found, format!("the order is: {}", order.join(", ")));
            }
            _ => last = Some((at, part)),
        }
    }
    directive(look, path, sections, "exercise", id, "below the title");
    directive(
        look,
        path,
        sections,
        "variants",
        "judge",
        "in the part {#judge}",
    );
    let body = |part: &str| sections.iter().find(|section| section.id == part);
    if body("hints").is_some_and(|hints| !has_details(&hints.body)) {
        look.tell(
            path,
            "the part {#hints} has no hint",
            "each hint is a `<details>` block with its `<summary>`",
        );
    }
    let questions: usize = sections.iter().map(|it| questions(&it.body)).sum();
    if body("check").is_some() && !(3..=5).contains(&questions) {
        look.tell(
            path,
            format!("asks {questions} questions"),
            "ask three to five: a fence ```question NAME, see scripts/pages/README.md, Questions",
        );
    }
}

/// Checks that `{{#NAME ID}}` is alone on a line of the section `of`, and has no other id anywhere.
fn directive(look: &mut Look, path: &Path, sections: &[Section], name: &str, of: &str, at: &str) {
    let wanted = format!("{{{{#{name} {}}}}}", look.id);
    let mut right = false;
    for section in sections {
        for directive in directives(&section.body, name) {
            if directive == wanted && section.id == of {
                right = true;
            } else if directive != wanted {
                look.tell(
                    path,
                    format!("`{directive}` is about another exercise"),
                    format!("write `{wanted}`"),
                );
            }
        }
    }
    if !right {
        look.tell(
            path,
            format!("has no `{wanted}` {at}"),
            format!("write `{wanted}` there, alone on its line"),
        );
    }
}

/// The lines `{{#NAME …}}` outside code.
fn directives<'a>(body: &'a str, name: &str) -> Vec<&'a str> {
    let begin = format!("{{{{#{name}");
    outside(body)
        .map(str::trim)
        .filter(|line| {
            line.strip_prefix(&begin)
                .is_some_and(|rest| rest.starts_with([' ', '}']))
        })
        .collect()
}

fn has_details(body: &str) -> bool {
    outside(body).any(|line| line.trim_start().starts_with("<details"))
}

/// The lines outside fences.
fn outside(body: &str) -> impl Iterator<Item = &str> {
    let mut fence = Fence::default();
    body.lines().filter(move |line| !fence.inside(line))
}

fn questions(body: &str) -> usize {
    let mut fence = Fence::default();
    let mut inside = false;
    let mut count = 0;
    for line in body.lines() {
        let was = std::mem::replace(&mut inside, fence.inside(line));
        let info = line.trim_start().trim_start_matches(['`', '~']);
        if !was && inside && info.starts_with("question ") {
            count += 1;
        }
    }
    count
}
