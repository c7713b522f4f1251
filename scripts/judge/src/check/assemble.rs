//! Puts the lines of a check together: its head, then each variant.

use bilingual::Lang;
use bilingual::Text;
use session::ParseError;

use super::cause::Cause;
use super::line::Item;
use super::{Check, Lines, Role, Step, Transport, Variant, Way};

/// Puts the lines together: the head, then each variant with its own.
pub(super) fn check(items: Vec<(usize, Item)>, errors: &mut Vec<ParseError>) -> Check {
    let mut check = Check {
        title: Text::default(),
        role: Role::Server,
        transport: Transport::Tcp,
        lines: Lines::Exact,
        stub: None,
        variants: Vec::new(),
    };
    let mut role = None;
    let mut stub_line = 1;
    for (line, item) in items {
        let mut wrong = |expected: &str, found: &str| {
            errors.push(ParseError {
                line,
                expected: expected.to_owned(),
                found: found.to_owned(),
            });
        };
        let variant = check.variants.last_mut();
        match (item, variant) {
            (Item::Title(lang, text), variant) => {
                let title = variant.map_or(&mut check.title, |variant| &mut variant.title);
                let place = title.in_lang_mut(lang);
                if !place.is_empty() {
                    wrong("one title in each language", "a second one");
                }
                *place = text;
            }
            (Item::Role(found), None) => {
                if role.replace(found).is_some() {
                    wrong("one `role`", "a second one");
                }
            }
            (Item::Transport(found), None) => check.transport = found,
            (Item::Lines(found), None) => check.lines = found,
            (Item::Stub(found), None) => {
                if check.stub.replace(found).is_some() {
                    wrong("one `stub`", "a second one");
                }
                stub_line = line;
            }
            (Item::Role(_) | Item::Transport(_) | Item::Lines(_) | Item::Stub(_), Some(_)) => {
                wrong(
                    "the head before the first variant",
                    "one of its lines after it",
                );
            }
            (Item::Variant { name, of }, _) => {
                if check.variant(&name).is_some() {
                    wrong(&format!("one variant `{name}`"), "a second one");
                }
                let (way, steps) = match of {
                    None => (Way::Whole, Vec::new()),
                    Some((other, way)) => match check.variant(&other) {
                        Some(other) => (way, other.steps.clone()),
                        None => {
                            wrong("the name of a variant above", &format!("`{other}`"));
                            (way, Vec::new())
                        }
                    },
                };
                check.variants.push(Variant {
                    line,
                    name,
                    title: Text::default(),
                    way,
                    causes: vec![Cause::default()],
                    steps,
                });
            }
            (Item::Why(lang, text), Some(variant)) => {
                let cause = cause(variant, |cause| match lang {
                    Lang::Zh => cause.why.zh.is_empty(),
                    Lang::En => cause.why.en.is_empty(),
                });
                let place = cause.why.in_lang_mut(lang);
                if !place.is_empty() {
                    wrong("one `why` in each language", "a second one");
                }
                *place = text;
            }
            (Item::Read(to), Some(variant)) => {
                let cause = cause(variant, |cause| cause.read.is_empty());
                if !cause.read.is_empty() {
                    wrong("one `read`", "a second one");
                }
                cause.read = to;
            }
            (Item::Fits(fits), Some(variant)) => {
                let cause = cause(variant, |cause| cause.fits.is_none());
                if cause.fits.is_some() {
                    wrong("one `fits` for each cause", "a second one");
                }
                cause.fits = Some(fits);
            }
            (Item::Step { actor, act, limit }, Some(variant)) => {
                if variant.way != Way::Whole {
                    wrong(
                        "no steps: this variant plays the story of another",
                        &format!("`{act}`"),
                    );
                }
                variant.steps.push(Step {
                    line,
                    actor,
                    act,
                    within: limit.within,
                    by_rule: limit.by_rule,
                });
            }
            (Item::Why(..) | Item::Read(_) | Item::Fits(_) | Item::Step { .. }, None) => {
                wrong("`variant NAME` first", "a line of a variant");
            }
        }
    }
    match role {
        Some(role) => check.role = role,
        None => errors.push(ParseError {
            line: 1,
            expected: "`role server`, `role client`, `role filter` or `role relay`".to_owned(),
            found: "no role".to_owned(),
        }),
    }
    if let Some(stub) = &check.stub
        && check.variant(&stub.variant).is_none()
    {
        errors.push(ParseError {
            line: stub_line,
            expected: "the name of a variant below".to_owned(),
            found: format!("`{}`", stub.variant),
        });
    }
    for (lang, text) in [("zh", &check.title.zh), ("en", &check.title.en)] {
        if text.is_empty() {
            errors.push(ParseError {
                line: 1,
                expected: format!("a title in both languages: `title {lang} …`"),
                found: format!("no `title {lang}`"),
            });
        }
    }
    check
}

/// The cause that a line belongs to: the last one, or a new one where the last has this line already
/// and is complete.
fn cause(variant: &mut Variant, has_room: impl Fn(&Cause) -> bool) -> &mut Cause {
    let whole = |cause: &Cause| cause.is_whole() && !has_room(cause);
    if variant.causes.last().is_none_or(whole) {
        variant.causes.push(Cause::default());
    }
    let last = variant.causes.len() - 1;
    &mut variant.causes[last]
}
