//! A check as data, and the parser that reads it from its notation.
//!
//! The parser is pure and collects every error. After the lines are read, [`validate`] checks that
//! each story is possible: nobody speaks before they are connected, or after they have closed.

mod assemble;
mod bytes;
mod cause;
mod line;
mod stub;
mod validate;

use std::fmt;
use std::time::Duration;

use bilingual::Text;
use session::{ParseError, Status};

#[cfg(feature = "play")]
pub(crate) use bytes::numbered;
pub use bytes::{Payload, Piece, quoted};
pub use cause::{Cause, Fit, Seen, place};
pub use stub::{Stub, TROUBLES};

/// What the judge does with a program, in several variants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What the program is.
    pub title: Text,
    /// Who listens.
    pub role: Role,
    /// What carries the bytes.
    pub transport: Transport,
    /// Which lines the program may print.
    pub lines: Lines,
    /// How what the learner begins with fails.
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
    /// Its line in the file.
    pub line: usize,
    /// Its name: an ASCII word.
    pub name: String,
    /// How what is sent goes out.
    pub way: Way,
    /// The mistakes that make it fail, the one that the page tells of first; never none.
    pub causes: Vec<Cause>,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// How what is sent goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Way {
    /// Each send is one write.
    #[default]
    Whole,
    /// A number of bytes at a time, with a time between them.
    Pace(Pace),
    /// What is sent in a row is one write.
    Glue,
    /// What is sent in a row goes in random pieces, at least one of which ends inside a character.
    Cut,
}

/// A number of bytes at a time, with a time between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Bytes at a time.
    pub bytes: usize,
    /// From one time to the next.
    pub every: Duration,
}

/// One moment of a story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The line of the file, from 1.
    pub line: usize,
    /// Who does it.
    pub actor: Actor,
    /// What happens.
    pub act: Act,
    /// Its own deadline, where it has one.
    pub within: Option<Duration>,
    /// The rules of the exercise state this deadline: no slow machine stretches it.
    pub by_rule: bool,
}

/// Who does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// The learner's program.
    You,
    /// A peer played by the judge, or so many of them.
    Peer {
        /// Its name.
        name: String,
        /// How many there are; `None` for one alone.
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
    /// `? 0`: the program ends like this; `? 0 clean`: and every line that it printed was read.
    Exit { status: Status, clean: bool },
    /// `! text`: the program has written this line to standard error, among others.
    Says { pattern: String },
    /// `|! text`: the next line is this, or one on standard error.
    PrintsOrSays { pattern: String },
    /// `you runs`
    Runs,
    /// `you memory 64MiB`
    Memory { most: u64 },
    /// `you forgets 50`: of clients like those so far it keeps nothing.
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
    /// `alice refuses`: nobody listens at the address.
    Refuses,
}

/// What a whole HTTP response should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Its status.
    pub status: u16,
    /// It answers HEAD: it says the length of the body, and has none.
    pub head: bool,
    /// Its body; `None` for any.
    pub body: Option<Payload>,
    /// No response will do as well, if the connection ends instead.
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

/// Back to the notation.
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
