//! The verdict on a program in one variant, as data: [`crate::report`] puts it into words.

use std::net::SocketAddr;
use std::time::Duration;

use bilingual::Text;

use session::Status;
use session::run::Ended;

use crate::check::{Seen, TroubleKind};
use crate::crash::Crash;

/// How a program did in one variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The variant's name.
    pub variant: String,
    /// Its title.
    pub title: Text,
    /// How long it took.
    pub time: Duration,
    /// The seed of random cuts.
    pub seed: u64,
    /// The bound on memory could not be checked on this system.
    pub memory_unchecked: bool,
    /// What clients leave behind could not be checked on this system.
    pub kept_unchecked: bool,
    /// What slowed it down.
    pub slow: Slow,
    /// What went wrong; `None` where nothing did.
    pub failure: Option<Box<Failure>>,
}

impl Verdict {
    /// Whether nothing can be said: it was not played to the end, or the machine was too busy.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let trouble = self.failure.as_ref().map(|failure| &failure.trouble);
        matches!(trouble, Some(Trouble::NotPlayed | Trouble::TooBusy))
    }
}

/// What slowed a variant down.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Slow {
    /// Time from the start of the program until it listened, connected, or printed its first line.
    pub ready: Option<Duration>,
    /// The longest time by which the judge itself woke late.
    pub late: Duration,
    /// Time that the program was ready to run while others ran instead, where the system reports it.
    pub starved: Duration,
    /// It was played once more, alone.
    pub again: bool,
}

/// How late the judge wakes on a machine that counts as busy.
const BUSY_LATENESS: Duration = Duration::from_millis(30);

/// How late the judge wakes where a report says so.
const REPORTED_LATENESS: Duration = Duration::from_millis(100);

/// How late the judge wakes where a delay proves nothing: its own sends may have come after a deadline
/// of the program's.
const HOPELESS_LATENESS: Duration = Duration::from_millis(250);

/// How long the program waits for a processor on a machine that counts as busy.
const BUSY_STARVATION: Duration = Duration::from_millis(250);

/// Time to start from which a program counts as slow.
const SLOW_START_FROM: Duration = Duration::from_secs(2);

impl Slow {
    /// Whether the machine had more to do than it could.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.late >= BUSY_LATENESS || self.starved >= BUSY_STARVATION
    }

    /// Whether it was so busy that a report says so: a shorter delay has been made up for.
    #[must_use]
    pub fn is_very_busy(&self) -> bool {
        self.late >= REPORTED_LATENESS || self.starved >= BUSY_STARVATION
    }

    /// Whether it was too busy for a verdict on anything that takes time.
    #[must_use]
    pub fn is_too_busy(&self) -> bool {
        self.late >= HOPELESS_LATENESS
    }

    /// The time to start, where it was long.
    #[must_use]
    pub fn starts_slowly(&self) -> Option<Duration> {
        self.ready.filter(|&ready| ready >= SLOW_START_FROM)
    }
}

/// What went wrong, and what was known then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The step that did not happen; those before it did.
    pub step: usize,
    /// Number of the peer that saw it, from 1, where several have one name.
    pub peer: Option<usize>,
    /// What was seen.
    pub trouble: Trouble,
    /// How the program ended, if it had.
    pub ended: Option<Ended>,
    /// The last lines that it wrote to stdout, as they came.
    pub output: Vec<Vec<u8>>,
    /// The last lines that it wrote to stderr.
    pub errors: Vec<Vec<u8>>,
    /// What it wrote when it crashed, before the judge had ended its side.
    pub crash: Option<Crash>,
}

impl Failure {
    /// The failure, as far as a cause may explain it.
    #[must_use]
    pub fn seen(&self) -> Seen<'_> {
        Seen {
            trouble: self.trouble.kind(),
            crash: self.crash_words(),
        }
    }

    /// Whether the program ended only after the judge had ended its side, because of the deadline or
    /// a flood.
    #[must_use]
    pub fn ended_afterwards(&self) -> bool {
        let judge_ended = matches!(
            self.trouble,
            Trouble::TooLittle(..) | Trouble::OnlyAtEnd(_) | Trouble::Flood(Written::Printed)
        );
        judge_ended && self.ended.is_some()
    }

    /// The message of the crash, if the program or a part of it has crashed.
    #[must_use]
    pub fn crash_words(&self) -> Option<&str> {
        if let Some(crash) = self.crash.as_ref().filter(|crash| crash.is_certain()) {
            return Some(crash.said.first().map_or("", |line| line));
        }
        let signal = self
            .ended
            .is_some_and(|ended| ended.status == Status::Signal);
        // What it did when the judge had ended its side came after its trouble.
        (signal && !self.ended_afterwards()).then_some("")
    }
}

/// What was seen instead of what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It could not be started at all.
    CannotStart(String),
    /// It ended before it listened, or connected.
    EndedAtOnce,
    /// It runs, but nothing listens at the address.
    NeverListens(Duration),
    /// It listens, but not at the address.
    ListensElsewhere(Vec<SocketAddr>),
    /// It runs, and does not connect.
    NeverConnects(Duration),
    /// A later connection was refused: it has stopped listening.
    Refused,
    /// A connection was not made in time.
    NotConnected(Duration),
    /// It listens, but its queue of connections waiting for accept is full.
    QueueFull {
        /// Number of these peers that were connected, whether accepted or in the queue.
        connected: usize,
        /// Number of these peers.
        of: usize,
        /// Number of connections in the queue, where the system reports it.
        queue: Option<usize>,
        /// How long it was waited for.
        time: Duration,
    },
    /// It writes more than the judge keeps.
    Flood(Written),
    /// It has ended, but should still be running.
    Gone,
    /// It closed the connection before everything had come.
    ClosedEarly(Bytes),
    /// It reset the connection: it closed it with unread bytes, or was killed.
    ResetEarly(Bytes),
    /// It closed its stdout before everything had come.
    OutputClosed(Bytes),
    /// Not enough came in time.
    TooLittle(Bytes, Duration),
    /// What came was right, and went on coming when the time was over.
    RightSoFar {
        /// Number of bytes that came.
        right: usize,
        /// Number of bytes that should come.
        all: usize,
        /// How long it was waited for.
        time: Duration,
    },
    /// It does not read what is sent to it: the number of bytes that could not be sent.
    NotReading(Bytes, usize),
    /// Everything came, but only when the judge had ended its side.
    OnlyAtEnd(Bytes),
    /// It ended without printing this.
    NotPrinted(Bytes),
    /// This line did not come on stderr.
    NotSaid {
        /// The line; `[..]` in it stands for any text.
        pattern: String,
        /// It may come on stdout as well.
        anywhere: bool,
        /// It has come on stdout, where it should not.
        on_output: bool,
    },
    /// No datagram came at all.
    NeverSends(Duration),
    /// It ended without sending a datagram.
    SentNothing,
    /// The datagram did not come.
    NoDatagram(Bytes, Duration),
    /// What came is not the expected response.
    Http(HttpFault),
    /// The bytes that came differ from those expected.
    Wrong(Bytes),
    /// More came than was expected.
    TooMuch(Surplus),
    /// Something came, and silence was expected.
    NotSilent(Surplus),
    /// It did not close the connection.
    StillOpen(Duration),
    /// It closed the connection normally instead of resetting it.
    NoReset,
    /// It did not read a typed line.
    NotTyped,
    /// It did not end.
    StillRunning(Duration),
    /// It ended with the wrong status.
    WrongStatus,
    /// Its memory has grown more than it may.
    Memory {
        /// The bound, in bytes.
        most: u64,
        /// The growth, in bytes.
        grown: u64,
    },
    /// It keeps something of each client that is gone.
    Keeps {
        /// What it keeps.
        what: Kept,
        /// Number of clients that came and went in a batch.
        clients: usize,
        /// Number of batches, after each of which it held more.
        batches: usize,
        /// The least growth in a batch: a number of things, or of bytes.
        least: u64,
    },
    /// The time of the whole check ran out before this variant had finished.
    NotPlayed,
    /// It failed in a way that takes time, also when it was played alone, and the machine was too busy.
    TooBusy,
    /// The judge itself could not continue.
    Judge(String),
}

/// Where a flood goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// To stdout or stderr.
    Printed,
    /// To a peer: on a connection, or in datagrams.
    Sent,
}

/// What a program may keep of clients that are gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// A child process, or one that has ended without being waited for.
    Processes,
    /// A thread.
    Threads,
    /// An open descriptor: a socket, a file, a pipe.
    Descriptors,
    /// Memory.
    Memory,
}

impl Kept {
    /// All of them; what brings others with it comes first.
    #[cfg(feature = "play")]
    pub(crate) const ALL: [Self; 4] = [
        Self::Processes,
        Self::Threads,
        Self::Descriptors,
        Self::Memory,
    ];

    fn kind(self) -> TroubleKind {
        match self {
            Self::Processes => TroubleKind::KeepsProcesses,
            Self::Threads => TroubleKind::KeepsThreads,
            Self::Descriptors => TroubleKind::KeepsDescriptors,
            Self::Memory => TroubleKind::KeepsMemory,
        }
    }
}

/// Bytes that came and should not have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Surplus {
    /// Its beginning.
    pub head: Vec<u8>,
    /// Number of bytes that came, as far as the judge has read.
    pub all: usize,
}

/// Number of bytes that a report shows of what should not have come.
const SURPLUS_BYTES_SHOWN: usize = 48;

impl Surplus {
    /// The surplus that these bytes are.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self {
            head: bytes[..bytes.len().min(SURPLUS_BYTES_SHOWN)].to_vec(),
            all: bytes.len(),
        }
    }

    /// Whether nothing came.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all == 0
    }
}

/// A fault in an HTTP response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HttpFault {
    /// The first line is this, which is not a status line.
    NotHttp(Vec<u8>),
    /// This line ends with `\n` alone.
    LineEnd(Vec<u8>),
    /// The header section has no end: no empty line came, or too late.
    NoEnd,
    /// This line is not a field.
    Field(Vec<u8>),
    /// The status is wrong.
    Status {
        /// The status that it should have.
        wanted: u16,
        /// The status that it has.
        came: u16,
    },
    /// There is no `Content-Length`.
    NoLength,
    /// `Content-Length` is not a number, or there are two that differ.
    BadLength(Vec<u8>),
    /// The body comes in chunks.
    Chunked,
    /// The body is shorter than `Content-Length` says.
    Short {
        /// What it says.
        said: usize,
        /// Number of bytes that came.
        came: usize,
    },
    /// The length is wrong: the answer to HEAD states that of the body.
    OtherLength {
        /// What it says.
        said: usize,
        /// What it should say.
        wanted: usize,
    },
    /// The answer to HEAD has a body, which is this.
    HeadBody(Surplus),
    /// The body is longer than `Content-Length` says.
    Long {
        /// What it says.
        said: usize,
        /// What came after it.
        more: Surplus,
    },
}

impl HttpFault {
    fn kind(&self) -> TroubleKind {
        match self {
            Self::NotHttp(_) => TroubleKind::NotHttp,
            Self::LineEnd(_) => TroubleKind::HttpLineEnd,
            Self::NoEnd => TroubleKind::HttpNoEnd,
            Self::Field(_) => TroubleKind::HttpField,
            Self::Status { .. } => TroubleKind::HttpStatus,
            Self::NoLength => TroubleKind::HttpNoLength,
            Self::BadLength(_) => TroubleKind::HttpBadLength,
            Self::Chunked => TroubleKind::HttpChunked,
            Self::Short { .. } => TroubleKind::HttpShort,
            Self::OtherLength { .. } => TroubleKind::HttpOtherLength,
            Self::HeadBody(_) => TroubleKind::HttpHeadBody,
            Self::Long { .. } => TroubleKind::HttpLong,
        }
    }
}

/// The expected bytes and those that came, from the same position on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bytes {
    /// Number of bytes before these, all of them right.
    pub before: usize,
    /// The expected bytes; of something long, those around the first difference.
    pub expected: Vec<u8>,
    /// `expected` is a pattern: `[..]` in it stands for any text.
    pub pattern: bool,
    /// The indices in `expected` where any byte is right.
    pub any: Vec<usize>,
    /// What came.
    pub came: Vec<u8>,
    /// Number of expected bytes in all, where these are only some of them.
    pub all: usize,
}

impl Bytes {
    /// The index of the first difference, in both.
    #[must_use]
    pub fn difference(&self) -> usize {
        let pairs = self.expected.iter().zip(&self.came).enumerate();
        let same = |&(at, (a, b)): &(usize, (&u8, &u8))| a == b || self.any.contains(&at);
        pairs.take_while(same).count()
    }
}

impl Trouble {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> TroubleKind {
        match self {
            Self::CannotStart(_) => TroubleKind::CannotStart,
            Self::EndedAtOnce => TroubleKind::EndedAtOnce,
            Self::NeverListens(_) => TroubleKind::NeverListens,
            Self::ListensElsewhere(_) => TroubleKind::ListensElsewhere,
            Self::NeverConnects(_) => TroubleKind::NeverConnects,
            Self::Refused => TroubleKind::Refused,
            Self::NotConnected(_) => TroubleKind::NotConnected,
            Self::QueueFull { .. } => TroubleKind::QueueFull,
            Self::Flood(_) => TroubleKind::Flood,
            Self::Gone => TroubleKind::Gone,
            Self::ClosedEarly(_) => TroubleKind::ClosedEarly,
            Self::ResetEarly(_) => TroubleKind::ResetEarly,
            Self::OutputClosed(_) => TroubleKind::OutputClosed,
            Self::TooLittle(..) => TroubleKind::TooLittle,
            Self::RightSoFar { .. } => TroubleKind::RightSoFar,
            Self::NotReading(..) => TroubleKind::NotReading,
            Self::OnlyAtEnd(_) => TroubleKind::OnlyAtEnd,
            Self::NotPrinted(_) => TroubleKind::NotPrinted,
            Self::NotSaid { .. } => TroubleKind::NotSaid,
            Self::NeverSends(_) => TroubleKind::NeverSends,
            Self::SentNothing => TroubleKind::SentNothing,
            Self::NoDatagram(..) => TroubleKind::NoDatagram,
            Self::Http(fault) => fault.kind(),
            Self::Wrong(_) => TroubleKind::Wrong,
            Self::TooMuch(_) => TroubleKind::TooMuch,
            Self::NotSilent(_) => TroubleKind::NotSilent,
            Self::StillOpen(_) => TroubleKind::StillOpen,
            Self::NoReset => TroubleKind::NoReset,
            Self::NotTyped => TroubleKind::NotTyped,
            Self::StillRunning(_) => TroubleKind::StillRunning,
            Self::WrongStatus => TroubleKind::WrongStatus,
            Self::Memory { .. } => TroubleKind::Memory,
            Self::Keeps { what, .. } => what.kind(),
            Self::NotPlayed => TroubleKind::NotPlayed,
            Self::TooBusy => TroubleKind::TooBusy,
            Self::Judge(_) => TroubleKind::Judge,
        }
    }
}
