//! Whether each story can happen at all: the life of every actor, step by step.

use std::collections::BTreeMap;

use session::ParseError;

use super::{Act, Actor, Check, Payload, Role, Step, Variant, Way};

/// What one step of a crowd may send in all.
const MOST_OF_A_CROWD: usize = 64 << 20;

/// A peer that is there.
struct Peer {
    count: Option<usize>,
    speaks: bool,
    gone: bool,
}

/// Adds an error for every step that cannot happen where it stands. `last` is the last line.
pub(super) fn check(check: &Check, last: usize, errors: &mut Vec<ParseError>) {
    if check.variants.is_empty() {
        errors.push(ParseError {
            line: last.max(1),
            expected: "at least one `variant NAME`".to_owned(),
            found: "the end of the check".to_owned(),
        });
    }
    for variant in &check.variants {
        words(variant, errors);
        // The story of another variant has been checked there.
        if variant.way == Way::Whole {
            story(check.role, variant, errors);
        }
    }
}

fn words(variant: &Variant, errors: &mut Vec<ParseError>) {
    let wanted = [
        ("why zh", &variant.why.zh),
        ("why en", &variant.why.en),
        ("read", &variant.read),
    ];
    for (word, text) in wanted {
        if text.is_empty() {
            errors.push(ParseError {
                line: variant.line,
                expected: format!("`{word} …` in the variant `{}`", variant.name),
                found: "none".to_owned(),
            });
        }
    }
}

fn story(role: Role, variant: &Variant, errors: &mut Vec<ParseError>) {
    let mut peers = BTreeMap::new();
    let mut program = Program::default();
    for step in &variant.steps {
        let advanced = match &step.actor {
            Actor::You => program.advance(role, &step.act),
            Actor::Peer { name, count } => advance(role, &program, &mut peers, name, *count, step),
        };
        if let Err(expected) = advanced {
            errors.push(ParseError {
                line: step.line,
                expected,
                found: format!("`{} {}`", step.actor, step.act),
            });
        }
    }
    if variant.steps.is_empty() {
        errors.push(ParseError {
            line: variant.line,
            expected: format!("the steps of `{}`, from `you $` on", variant.name),
            found: "none".to_owned(),
        });
    }
}

/// The learner's program.
#[derive(Default)]
struct Program {
    started: bool,
    input_ended: bool,
    ended: bool,
}

impl Program {
    fn advance(&mut self, role: Role, act: &Act) -> Result<(), String> {
        match act {
            Act::Start { .. } if self.started => return Err("one `you $`".to_owned()),
            Act::Start { .. } => self.started = true,
            _ if !self.started => return Err("`you $` first".to_owned()),
            _ if self.ended => return Err("nothing from `you` after its end".to_owned()),
            Act::Type { .. } | Act::Send { .. } | Act::EndOfInput if self.input_ended => {
                return Err("no input for `you` after its ^D".to_owned());
            }
            Act::EndOfInput => self.input_ended = true,
            Act::Exit { .. } => self.ended = true,
            // Whether a program that serves for ever is silent is nobody's business.
            Act::Silent { .. } if role == Role::Server => {
                return Err("`~` of a peer: what a server prints is not judged".to_owned());
            }
            _ => {}
        }
        Ok(())
    }
}

fn advance(
    role: Role,
    program: &Program,
    peers: &mut BTreeMap<String, Peer>,
    name: &str,
    count: Option<usize>,
    step: &Step,
) -> Result<(), String> {
    if !program.started {
        return Err("`you $` first".to_owned());
    }
    let arrives = matches!(step.act, Act::Connect | Act::Accept);
    match (&step.act, role) {
        (_, Role::Filter) => return Err("no peers: the role is `filter`".to_owned()),
        (Act::Connect, Role::Client) => return Err(format!("`{name} accept`")),
        (Act::Accept, Role::Server) => return Err(format!("`{name} connect`")),
        _ => {}
    }
    let Some(peer) = peers.get_mut(name) else {
        if !arrives {
            return Err(format!("`{name}` to connect or accept first"));
        }
        let peer = Peer {
            count,
            speaks: true,
            gone: false,
        };
        peers.insert(name.to_owned(), peer);
        return Ok(());
    };
    if peer.count != count {
        return Err(match peer.count {
            Some(count) => format!("`{name}*{count}`, as above"),
            None => format!("`{name}` alone, as above"),
        });
    }
    match &step.act {
        Act::Connect | Act::Accept if !peer.gone => {
            return Err(format!("`{name}` to be gone first"));
        }
        Act::Connect | Act::Accept => (peer.gone, peer.speaks) = (false, true),
        _ if peer.gone => return Err(format!("nothing from `{name}` after its end")),
        Act::Close | Act::Reset => peer.gone = true,
        Act::Send { .. } | Act::EndOfInput if !peer.speaks => {
            return Err(format!("nothing to send after the ^D of `{name}`"));
        }
        Act::EndOfInput => peer.speaks = false,
        Act::Send { payload } => return fits(payload, count),
        _ => {}
    }
    Ok(())
}

fn fits(payload: &Payload, count: Option<usize>) -> Result<(), String> {
    if payload.size().saturating_mul(count.unwrap_or(1)) > MOST_OF_A_CROWD {
        return Err("at most 64MiB in one step".to_owned());
    }
    Ok(())
}
