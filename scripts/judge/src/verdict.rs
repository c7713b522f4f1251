//! The verdict on a program in one variant, as data: [`crate::report`] puts it into words.

use std::net::SocketAddr;
use std::time::Duration;

use session::Status;
use session::run::Ended;

use crate::check::Seen;
use crate::crash::Crash;

/// How a program did in one variant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The variant's name.
    pub variant: String,
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
            trouble: self.trouble.name(),
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
    Http(Fault),
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

    fn name(self) -> &'static str {
        match self {
            Self::Processes => "keeps_processes",
            Self::Threads => "keeps_threads",
            Self::Descriptors => "keeps_descriptors",
            Self::Memory => "keeps_memory",
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
pub enum Fault {
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

impl Fault {
    fn name(&self) -> &'static str {
        match self {
            Self::NotHttp(_) => "not_http",
            Self::LineEnd(_) => "http_line_end",
            Self::NoEnd => "http_no_end",
            Self::Field(_) => "http_field",
            Self::Status { .. } => "http_status",
            Self::NoLength => "http_no_length",
            Self::BadLength(_) => "http_bad_length",
            Self::Chunked => "http_chunked",
            Self::Short { .. } => "http_short",
            Self::OtherLength { .. } => "http_other_length",
            Self::HeadBody(_) => "http_head_body",
            Self::Long { .. } => "http_long",
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
    /// Its name in `stub` and `fits` lines.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::CannotStart(_) => "cannot_start",
            Self::EndedAtOnce => "ended_at_once",
            Self::NeverListens(_) => "never_listens",
            Self::ListensElsewhere(_) => "listens_elsewhere",
            Self::NeverConnects(_) => "never_connects",
            Self::Refused => "refused",
            Self::NotConnected(_) => "not_connected",
            Self::QueueFull { .. } => "queue_full",
            Self::Flood(_) => "flood",
            Self::Gone => "gone",
            Self::ClosedEarly(_) => "closed_early",
            Self::ResetEarly(_) => "reset_early",
            Self::OutputClosed(_) => "output_closed",
            Self::TooLittle(..) => "too_little",
            Self::RightSoFar { .. } => "right_so_far",
            Self::NotReading(..) => "not_reading",
            Self::OnlyAtEnd(_) => "only_at_end",
            Self::NotPrinted(_) => "not_printed",
            Self::NotSaid { .. } => "not_said",
            Self::NeverSends(_) => "never_sends",
            Self::SentNothing => "sent_nothing",
            Self::NoDatagram(..) => "no_datagram",
            Self::Http(fault) => fault.name(),
            Self::Wrong(_) => "wrong",
            Self::TooMuch(_) => "too_much",
            Self::NotSilent(_) => "not_silent",
            Self::StillOpen(_) => "still_open",
            Self::NoReset => "no_reset",
            Self::NotTyped => "not_typed",
            Self::StillRunning(_) => "still_running",
            Self::WrongStatus => "wrong_status",
            Self::Memory { .. } => "memory",
            Self::Keeps { what, .. } => what.name(),
            Self::NotPlayed => "not_played",
            Self::Judge(_) => "judge",
        }
    }

    /// Whether what was missing may only have been late: on a slow machine a right program can look
    /// the same.
    #[must_use]
    pub fn is_late(&self) -> bool {
        matches!(
            self,
            Self::NeverListens(_)
                | Self::NeverConnects(_)
                | Self::NotConnected(_)
                | Self::QueueFull { .. }
                | Self::TooLittle(..)
                | Self::RightSoFar { .. }
                | Self::NotReading(..)
                | Self::OnlyAtEnd(_)
                | Self::NeverSends(_)
                | Self::NoDatagram(..)
                | Self::StillOpen(_)
                | Self::NotTyped
                | Self::NotSaid { .. }
                | Self::StillRunning(_)
                | Self::Http(Fault::Short { .. } | Fault::NoEnd)
                | Self::NotPlayed
        )
    }

    /// Whether the program never got as far as the story: another variant would show the same.
    #[must_use]
    pub fn at_the_start(&self) -> bool {
        matches!(
            self,
            Self::CannotStart(_)
                | Self::EndedAtOnce
                | Self::NeverListens(_)
                | Self::ListensElsewhere(_)
                | Self::NeverConnects(_)
                | Self::NeverSends(_)
                | Self::SentNothing
                | Self::Judge(_)
        )
    }
}
