//! A session as data, and the parser that reads it from its notation.
//!
//! The parser is pure and collects every error. After the lines are read, [`validate`] checks that
//! the story is possible: nobody types before they start, and every program ends.

mod fact;
mod head;
pub mod lexer;
mod line;
#[cfg(feature = "run")]
pub(crate) mod rewrite;
mod validate;

use std::fmt;
use std::time::Duration;

use bilingual::Text;

pub use fact::{
    Card, Delay, Forwarding, Host, Loss, LossKind, Ports, Refusal, RefuseWith, Translation, Which,
    mac, network, wires,
};
use line::Item;

/// A story with actors: what is typed and what appears in each terminal, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Session {
    /// What the story shows.
    pub title: Text,
    /// The machines of a capture, in the order of their lines; none for a session that runs here.
    pub hosts: Vec<Host>,
    /// What the wires of a capture do not deliver.
    pub losses: Vec<Loss>,
    /// How many client ports the hosts of a capture have, where it is not one.
    pub ports: Vec<Ports>,
    /// What the routers of a capture do not pass on, and answer themselves.
    pub refusals: Vec<Refusal>,
    /// Which routers of a capture translate addresses.
    pub translations: Vec<Translation>,
    /// What these routers pass on from outside.
    pub forwardings: Vec<Forwarding>,
    /// The hosts of a capture that have no address yet: a program of theirs gets it by DHCP.
    pub dhcp: Vec<String>,
    /// How long each frame of a capture is in transit, where the head says so.
    pub delay: Option<Delay>,
    /// The bytes of the payload differ from one recording to the next.
    pub varies_payload: bool,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// One moment of the story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The line of the file, from 1.
    pub line: usize,
    /// What happens.
    pub action: Action,
}

/// What happens in one step. `actor` names the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are the words of the notation")]
pub enum Action {
    /// `note zh …` and `note en …`: explains the step that follows.
    Note(Text),
    /// `actor $ command`: a program starts.
    Start { actor: String, command: String },
    /// `actor | text`: its next line; `[..]` stands for any text.
    Line { actor: String, pattern: String },
    /// `actor _ text`: it has written this with no line end, and waits; `[..]` as in a line.
    Prompt { actor: String, text: String },
    /// `actor > text`: a person types a line.
    Type { actor: String, text: String },
    /// `actor ^D`: a person ends the input.
    EndOfInput { actor: String },
    /// `actor ^C`: a person interrupts the program.
    Interrupt { actor: String },
    /// `actor ~ 300ms`: nothing comes from it for this long.
    Silent { actor: String, duration: Duration },
    /// `actor ? 0`: it ends like this.
    Exit { actor: String, status: Status },
}

/// How a program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// By itself, with this status.
    Code(i32),
    /// Ended by a signal.
    Signal,
}

/// One thing that is wrong in a session file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// The line of the file, from 1.
    pub line: usize,
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub found: String,
}

impl Session {
    /// Reads a session from its notation, or says everything that is wrong with it.
    ///
    /// ```
    /// let session = session::Session::parse(
    ///     "title zh 问好\ntitle en A greeting\nalice $ nc -l 7\nalice ? 0\n",
    /// );
    /// assert_eq!(session.unwrap().actors(), ["alice"]);
    /// ```
    pub fn parse(source: &str) -> Result<Self, Vec<ParseError>> {
        let (items, mut errors) = line::read(source);
        let title = title(&items, &mut errors);
        let facts = items.iter().filter_map(|(line, item)| match item {
            Item::Fact(fact) => Some((*line, fact)),
            _ => None,
        });
        let head = head::Head::read(facts, &mut errors);
        let steps = steps(items, &mut errors);
        // A line that cannot be parsed would make the story look impossible as well.
        if errors.is_empty() {
            validate::check(&steps, source.lines().count(), &mut errors);
            head.seat(&steps, &mut errors);
        }
        if errors.is_empty() {
            Ok(Self {
                title,
                hosts: head.hosts,
                losses: head.losses,
                ports: head.ports,
                refusals: head.refusals,
                translations: head.translations,
                forwardings: head.forwardings,
                dhcp: head.dhcp,
                delay: head.delay,
                varies_payload: head.varies_payload,
                steps,
            })
        } else {
            errors.sort_by_key(|error| error.line);
            Err(errors)
        }
    }

    /// How many client ports `host` has.
    #[must_use]
    pub fn ports_of(&self, host: &str) -> u16 {
        let ports = self.ports.iter().find(|ports| ports.host == host);
        ports.map_or(1, |ports| ports.count)
    }

    /// The actors, in order of first appearance.
    #[must_use]
    pub fn actors(&self) -> Vec<&str> {
        let mut actors = Vec::new();
        for actor in self.steps.iter().filter_map(|step| step.action.actor()) {
            if !actors.contains(&actor) {
                actors.push(actor);
            }
        }
        actors
    }
}

impl Action {
    /// Whether a person or the passing of time makes something happen: `$`, `>`, `^D`, `^C`, `~`.
    #[must_use]
    pub fn causes(&self) -> bool {
        match self {
            Self::Start { .. }
            | Self::Type { .. }
            | Self::EndOfInput { .. }
            | Self::Interrupt { .. }
            | Self::Silent { .. } => true,
            Self::Note(_) | Self::Line { .. } | Self::Prompt { .. } | Self::Exit { .. } => false,
        }
    }

    /// The actor in whose terminal it happens; a note happens in none.
    #[must_use]
    pub fn actor(&self) -> Option<&str> {
        match self {
            Self::Note(_) => None,
            Self::Start { actor, .. }
            | Self::Line { actor, .. }
            | Self::Prompt { actor, .. }
            | Self::Type { actor, .. }
            | Self::EndOfInput { actor }
            | Self::Interrupt { actor }
            | Self::Silent { actor, .. }
            | Self::Exit { actor, .. } => Some(actor),
        }
    }
}

/// Back to the notation. A note takes two lines.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Note(text) => write!(f, "note zh {}\nnote en {}", text.zh, text.en),
            Self::Start { actor, command } => write!(f, "{actor} $ {command}"),
            Self::Line { actor, pattern } => write!(f, "{actor} | {pattern}"),
            Self::Prompt { actor, text } => write!(f, "{actor} _ {text}"),
            Self::Type { actor, text } => write!(f, "{actor} > {text}"),
            Self::EndOfInput { actor } => write!(f, "{actor} ^D"),
            Self::Interrupt { actor } => write!(f, "{actor} ^C"),
            Self::Silent { actor, duration } => write!(f, "{actor} ~ {}ms", duration.as_millis()),
            Self::Exit { actor, status } => write!(f, "{actor} ? {status}"),
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "{code}"),
            Self::Signal => f.write_str("signal"),
        }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            line,
            expected,
            found,
        } = self;
        write!(f, "line {line}: expected {expected}, found {found}")
    }
}

impl std::error::Error for ParseError {}

fn title(items: &[(usize, Item)], errors: &mut Vec<ParseError>) -> Text {
    let mut title = Text::default();
    for (line, item) in items {
        let Item::Title(lang, text) = item else {
            continue;
        };
        let place = title.in_lang_mut(*lang);
        if place.is_empty() {
            place.clone_from(text);
        } else {
            errors.push(ParseError {
                line: *line,
                expected: format!("one `title {lang}`"),
                found: "a second one".to_owned(),
            });
        }
    }
    for (lang, text) in [("zh", &title.zh), ("en", &title.en)] {
        if text.is_empty() {
            errors.push(ParseError {
                line: 1,
                expected: format!("a title in both languages: `title {lang} …`"),
                found: format!("no `title {lang}`"),
            });
        }
    }
    title
}

/// The steps, with each two lines of a note joined into one.
fn steps(items: Vec<(usize, Item)>, errors: &mut Vec<ParseError>) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut items = items.into_iter().peekable();
    while let Some((line, item)) = items.next() {
        match item {
            Item::Title(..) | Item::Fact(_) if steps.is_empty() => {}
            Item::Fact(_) => errors.push(ParseError {
                line,
                expected: "the hosts, and what the wire does, before the first step".to_owned(),
                found: "a line about them after it".to_owned(),
            }),
            Item::Title(..) => errors.push(ParseError {
                line,
                expected: "the title before the first step".to_owned(),
                found: "a title after it".to_owned(),
            }),
            Item::Action(action) => steps.push(Step { line, action }),
            Item::Note(lang, text) => {
                let mut note = Text::default();
                *note.in_lang_mut(lang) = text;
                let twin = items
                    .next_if(|(_, next)| matches!(next, Item::Note(other, _) if *other != lang));
                if let Some((_, Item::Note(other, text))) = twin {
                    *note.in_lang_mut(other) = text;
                    steps.push(Step {
                        line,
                        action: Action::Note(note),
                    });
                } else {
                    errors.push(ParseError {
                        line,
                        expected: format!("`note {}` next to `note {lang}`", lang.other()),
                        found: format!("`note {lang}` alone"),
                    });
                }
            }
        }
    }
    steps
}
