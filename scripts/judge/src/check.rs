//! A check as data, and the parser that reads it from its notation.
//!
//! The parser is pure and collects every error. After the lines are read, [`validate`] checks that
//! each story is possible: no peer sends before it is connected, or after it has closed.

mod assemble;
mod bytes;
mod cause;
mod line;
mod stub;
mod trouble_kind;
mod validate;

use std::fmt;
use std::time::Duration;

use bilingual::Text;
use session::{ParseError, Status};

#[cfg(feature = "play")]
pub(crate) use bytes::numbered;
pub use bytes::{Payload, Piece, quoted};
pub use cause::{Cause, Fit, Seen};
pub use stub::Stub;
pub use trouble_kind::TroubleKind;

/// A check: what the judge does with a program, in several variants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The name of the exercise.
    pub title: Text,
    /// What the program does with its address.
    pub role: Role,
    /// What carries the bytes.
    pub transport: Transport,
    /// Which lines the program may print.
    pub lines: Lines,
    /// How the stub, the program that the learner begins with, fails.
    pub stub: Option<Stub>,
    /// The stories, in order.
    pub variants: Vec<Variant>,
}

/// What the learner's program does with its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It listens there.
    Server,
    /// It connects there; the judge listens.
    Client,
    /// There is no network, and no address.
    Filter,
    /// It listens at its first address, and connects to its second, where the judge listens.
    Relay,
}

/// What carries the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transport {
    /// A stream: connections.
    #[default]
    Tcp,
    /// Datagrams: the first peer of a story sits at the address, others at ports of their own.
    Udp,
}

/// Which lines the program may print on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lines {
    /// Those of the story, in its order.
    #[default]
    Exact,
    /// Others as well: those that do not match are passed over.
    Free,
}

/// One story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Number of its line in the file, from 1.
    pub line: usize,
    /// Its name: an ASCII word.
    pub name: String,
    /// The situation in a few words, which stand beside its name; empty where the check has none.
    pub title: Text,
    /// How the peers send.
    pub way: Way,
    /// The mistakes that make it fail, the one that the page tells of first; never none.
    pub causes: Vec<Cause>,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// How the peers of a variant send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Way {
    /// Each send is one write.
    #[default]
    Whole,
    /// A number of bytes at a time, with a pause after each.
    Pace(Pace),
    /// Consecutive sends are one write.
    Glue,
    /// Consecutive sends go out in random pieces, at least one of which ends inside a character.
    Cut,
}

/// A number of bytes at a time, with a pause after each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Number of bytes at a time.
    pub bytes: usize,
    /// Time from one piece to the next.
    pub every: Duration,
}

/// One step of a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Number of its line in the file, from 1.
    pub line: usize,
    /// The actor that does it.
    pub actor: Actor,
    /// What happens.
    pub act: Act,
    /// Its own deadline, where it has one.
    pub within: Option<Duration>,
    /// The rules of the exercise state this deadline: no slow machine stretches it.
    pub by_rule: bool,
}

/// The actor of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// The learner's program.
    You,
    /// A peer played by the judge, or several under one name.
    Peer {
        /// Its name.
        name: String,
        /// Number of peers under this name; `None` for one alone.
        count: Option<usize>,
    },
}

/// What happens in one step: to the program, or at a peer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are the words of the notation")]
pub enum Act {
    /// `you $ [ARGS]`
    Start { args: Vec<String> },
    /// `> text` to the program: a typed line.
    Type { text: String },
    /// `_ text`: the program has written this with no line end.
    Prompt { text: String },
    /// `? 0`: the program ends with this status; `? 0 clean`: and every line that it printed was read.
    Exit { status: Status, clean: bool },
    /// `! text`: the program has written this line to standard error, among others.
    Says { pattern: String },
    /// `|! text`: the next line is this, or one on standard error.
    PrintsOrSays { pattern: String },
    /// `you runs`
    Runs,
    /// `you memory 64MiB`
    Memory { most: u64 },
    /// `you forgets 50`: it keeps nothing of clients like those so far.
    Forgets { times: usize },
    /// `alice connect`
    Connect,
    /// `alice accept`
    Accept,
    /// `alice > text`, `alice >> "bytes"`, and `you >> "text"`: typed, with no line end added.
    Send { payload: Payload },
    /// `| text`: the next line, of a peer or of the program; `[..]` is any text.
    Line { pattern: String },
    /// `alice || "bytes"`: the next bytes.
    Bytes { payload: Payload },
    /// `~ 300ms`: nothing comes for this long.
    Silent { duration: Duration },
    /// `^D`: end of input to the program; a peer closes its direction.
    EndOfInput,
    /// `alice close`
    Close,
    /// `alice ^C`
    Reset,
    /// `alice ? end`
    SeesEnd,
    /// `alice ? reset`
    SeesReset,
    /// `alice ? gone`: the end of input or a reset.
    SeesGone,
    /// `alice pace N TIME`
    Paces { pace: Pace },
    /// `alice stops`
    Stops,
    /// `alice reads [N TIME]`
    Reads { pace: Option<Pace> },
    /// `alice http 200 "body"`: a whole response; without a body, any.
    Http(Response),
    /// `alice refuses`: nothing listens at the address.
    Refuses,
}

/// What a whole HTTP response should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Its status.
    pub status: u16,
    /// It answers HEAD: it states the length of the body, and has none.
    pub head: bool,
    /// Its body; `None` where any will do.
    pub body: Option<Payload>,
    /// The end of the connection is accepted instead of a response.
    pub or_gone: bool,
}

impl Check {
    /// Reads a check from its notation, or says everything that is wrong with it.
    ///
    /// # Errors
    /// Every line that cannot be read, or every step that cannot happen.
    pub fn parse(source: &str) -> Result<Self, Vec<ParseError>> {
        let (items, mut errors) = line::read(source);
        let check = assemble::check(items, &mut errors);
        // A line that cannot be read would make the story look impossible as well.
        if errors.is_empty() {
            validate::check(&check, source.lines().count(), &mut errors);
        }
        errors.sort_by_key(|error| error.line);
        if errors.is_empty() {
            Ok(check)
        } else {
            Err(errors)
        }
    }

    /// The variant of this name.
    #[must_use]
    pub fn variant(&self, name: &str) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.name == name)
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::You => f.write_str("you"),
            Self::Peer { name, count: None } => f.write_str(name),
            Self::Peer {
                name,
                count: Some(count),
            } => write!(f, "{name}*{count}"),
        }
    }
}

/// The act in the notation.
impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start { args } if args.is_empty() => f.write_str("$"),
            Self::Start { args } => write!(f, "$ {}", args.join(" ")),
            Self::Type { text } => write!(f, "> {text}"),
            Self::Prompt { text } => write!(f, "_ {text}"),
            Self::Exit {
                status,
                clean: false,
            } => write!(f, "? {status}"),
            Self::Exit {
                status,
                clean: true,
            } => write!(f, "? {status} clean"),
            Self::Says { pattern } => write!(f, "! {pattern}"),
            Self::PrintsOrSays { pattern } => write!(f, "|! {pattern}"),
            Self::Runs => f.write_str("runs"),
            Self::Memory { most } => write!(f, "memory {}", bytes::size(*most)),
            Self::Forgets { times } => write!(f, "forgets {times}"),
            Self::Connect => f.write_str("connect"),
            Self::Accept => f.write_str("accept"),
            Self::Send { payload } => f.write_str(&payload.marked('>')),
            Self::Line { pattern } => write!(f, "| {pattern}"),
            Self::Bytes { payload } => f.write_str(&payload.marked('|')),
            Self::Silent { duration } => write!(f, "~ {}ms", duration.as_millis()),
            Self::EndOfInput => f.write_str("^D"),
            Self::Close => f.write_str("close"),
            Self::Reset => f.write_str("^C"),
            Self::SeesEnd => f.write_str("? end"),
            Self::SeesReset => f.write_str("? reset"),
            Self::SeesGone => f.write_str("? gone"),
            Self::Paces { pace } => write!(f, "pace {pace}"),
            Self::Stops => f.write_str("stops"),
            Self::Reads { pace: None } => f.write_str("reads"),
            Self::Reads { pace: Some(pace) } => write!(f, "reads {pace}"),
            Self::Http(response) => write!(f, "http {response}"),
            Self::Refuses => f.write_str("refuses"),
        }
    }
}

impl fmt::Display for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        if self.head {
            f.write_str(" head")?;
        }
        if let Some(body) = &self.body {
            write!(f, " {}", body.literal())?;
        }
        match self.or_gone {
            true => f.write_str(" or gone"),
            false => Ok(()),
        }
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}ms", self.bytes, self.every.as_millis())
    }
}
