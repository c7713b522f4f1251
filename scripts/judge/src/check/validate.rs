//! Validates that each story can happen: follows the state of every actor, step by step.

use std::collections::BTreeMap;

use session::ParseError;

use super::{Act, Actor, Check, Payload, Role, Step, Transport, Variant, Way};

/// The most bytes that all peers of one name may send in one step.
const STEP_BYTES_MAX: usize = 64 << 20;

/// The most peers that come in all the stories of one batch of `forgets`.
const BATCH_PEERS_MAX: usize = 200;

/// The most bytes in one datagram: loopback carries as many on every system.
const DATAGRAM_BYTES_MAX: usize = 8192;

/// A peer that has been connected.
struct Peer {
    count: Option<usize>,
    speaks: bool,
    gone: bool,
    /// It has seen the end of what the program sends.
    saw_end: bool,
    /// Number of bytes that were last taken with `||`.
    took: usize,
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
    if check.transport == Transport::Udp && check.role != Role::Client {
        errors.push(ParseError {
            line: 1,
            expected: "`role client` with `transport udp`".to_owned(),
            found: "another role".to_owned(),
        });
    }
    for variant in &check.variants {
        words(variant, errors);
        // The story of another variant has been checked there.
        if variant.way == Way::Whole {
            story(check, variant, errors);
        } else if check.role == Role::Filter || check.transport == Transport::Udp {
            errors.push(ParseError {
                line: variant.line,
                expected: "a story of its own: only a stream is sent in another way".to_owned(),
                found: format!("`variant {} = …`", variant.name),
            });
        }
    }
}

fn words(variant: &Variant, errors: &mut Vec<ParseError>) {
    let mut missing = |word: &str, what: &str| {
        errors.push(ParseError {
            line: variant.line,
            expected: format!("`{word} …` {what} `{}`", variant.name),
            found: "none".to_owned(),
        });
    };
    for cause in &variant.causes {
        let wanted = [
            ("why zh", &cause.why.zh),
            ("why en", &cause.why.en),
            ("read", &cause.read),
        ];
        for (word, text) in wanted {
            if text.is_empty() {
                missing(word, "in the variant");
            }
        }
        if cause.fits.is_none() && variant.causes.len() > 1 {
            missing("fits", "for each cause of the variant");
        }
    }
}

fn story(check: &Check, variant: &Variant, errors: &mut Vec<ParseError>) {
    let mut peers = BTreeMap::new();
    let mut program = Program::default();
    for step in &variant.steps {
        let advanced = match &step.actor {
            Actor::You => match step.act {
                Act::Forgets { times } => forgets(check.role, &program, &mut peers, times),
                _ => program.advance(check.role, &step.act),
            },
            Actor::Peer { .. } if step.act == Act::Refuses => program.refuse(check.role),
            Actor::Peer { .. } if check.transport == Transport::Udp => {
                datagram(&mut program, &step.actor, &step.act)
            }
            Actor::Peer { name, count } => {
                advance(check.role, &program, &mut peers, name, *count, step)
            }
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
    /// Nothing listens where it connects.
    refused: bool,
    /// Number of bytes in the last datagram that was taken from it; `None` before the first.
    took: Option<usize>,
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
            // What a server prints besides is not judged, and neither is its silence.
            Act::Silent { .. } if role == Role::Server => {
                return Err("`~` of a peer: what a server prints is not judged".to_owned());
            }
            _ => {}
        }
        Ok(())
    }

    /// `alice refuses`
    fn refuse(&mut self, role: Role) -> Result<(), String> {
        match role {
            Role::Server | Role::Filter => {
                Err("`refuses` only where the role is `client` or `relay`".to_owned())
            }
            _ if self.started => Err("`refuses` before `you $`".to_owned()),
            _ => {
                self.refused = true;
                Ok(())
            }
        }
    }
}

/// `you forgets N`: the story so far can be played again from its beginning.
fn forgets(
    role: Role,
    program: &Program,
    peers: &mut BTreeMap<String, Peer>,
    times: usize,
) -> Result<(), String> {
    if !matches!(role, Role::Server | Role::Relay) {
        return Err("`forgets` only where the role is `server` or `relay`".to_owned());
    }
    if program.ended || peers.is_empty() {
        return Err("`you forgets` after a story with peers, while the program runs".to_owned());
    }
    let here = |peer: &&Peer| !peer.gone && !peer.saw_end;
    if peers.values().any(|peer| here(&peer)) {
        return Err("every peer to be gone, or to see the end, before `you forgets`".to_owned());
    }
    let crowd: usize = peers.values().map(|peer| peer.count.unwrap_or(1)).sum();
    if crowd * times > BATCH_PEERS_MAX {
        return Err(format!(
            "at most {BATCH_PEERS_MAX} peers in all these stories"
        ));
    }
    for peer in peers.values_mut() {
        peer.gone = true;
    }
    Ok(())
}

/// A step of a peer that has a socket and no connection.
fn datagram(program: &mut Program, actor: &Actor, act: &Act) -> Result<(), String> {
    if !program.started {
        return Err("`you $` first".to_owned());
    }
    if program.refused {
        return Err("no datagrams: the address refuses".to_owned());
    }
    if matches!(actor, Actor::Peer { count: Some(_), .. }) {
        return Err("one peer: `*` is not for datagrams".to_owned());
    }
    match (act, program.took) {
        (Act::Bytes { payload }, _) => program.took = Some(payload.size()),
        (Act::Send { .. }, None) => return Err("a datagram taken with `||` first".to_owned()),
        (Act::Send { payload }, Some(took)) => {
            if payload.size() > DATAGRAM_BYTES_MAX {
                return Err(format!("at most {DATAGRAM_BYTES_MAX} bytes in a datagram"));
            }
            return repeats(payload, took);
        }
        (Act::Silent { .. }, _) => {}
        _ => return Err("`||`, `>>`, `>` or `~`: UDP has no connections".to_owned()),
    }
    Ok(())
}

/// Refuses to repeat what has not come.
fn repeats(payload: &Payload, took: usize) -> Result<(), String> {
    match payload.takes() {
        takes if takes > took => Err(format!("{takes} bytes taken with `||` first")),
        _ => Ok(()),
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
        (Act::Accept, _) if program.refused => {
            return Err("no `accept`: the address refuses".to_owned());
        }
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
            saw_end: false,
            took: 0,
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
        Act::Connect | Act::Accept => {
            (peer.gone, peer.speaks, peer.took) = (false, true, 0);
            peer.saw_end = false;
        }
        _ if peer.gone => return Err(format!("nothing from `{name}` after its end")),
        Act::Close | Act::Reset => peer.gone = true,
        Act::Send { .. } | Act::EndOfInput if !peer.speaks => {
            return Err(format!("nothing to send after the ^D of `{name}`"));
        }
        Act::EndOfInput => peer.speaks = false,
        Act::SeesEnd | Act::SeesReset | Act::SeesGone => peer.saw_end = true,
        Act::Bytes { payload } => peer.took = payload.size(),
        Act::Send { payload } => {
            repeats(payload, peer.took)?;
            return fits(payload, count);
        }
        _ => {}
    }
    Ok(())
}

fn fits(payload: &Payload, count: Option<usize>) -> Result<(), String> {
    if payload.size().saturating_mul(count.unwrap_or(1)) > STEP_BYTES_MAX {
        return Err("at most 64MiB in one step".to_owned());
    }
    Ok(())
}
