//! What was seen of a program in one variant. Data: [`crate::report`] puts it into words.

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
    /// From the start of the program until it listened, connected, or printed its first line.
    pub ready: Option<Duration>,
    /// How late the judge itself woke, at worst.
    pub late: Duration,
    /// How long the program was ready to run, and others ran instead; where the system says it.
    pub starved: Duration,
    /// It was played once more, alone.
    pub again: bool,
}

/// The judge woke this much later than it asked for: the machine has no time.
const BUSY_LATENESS: Duration = Duration::from_millis(30);

/// This much later, and a learner should know.
const REPORTED_LATENESS: Duration = Duration::from_millis(100);

/// The program waited in line for this long.
const BUSY_STARVATION: Duration = Duration::from_millis(250);

/// A program that needs this long to start is slow.
const SLOW_START_FROM: Duration = Duration::from_secs(2);

impl Slow {
    /// The machine had more to do than it could.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.late >= BUSY_LATENESS || self.starved >= BUSY_STARVATION
    }

    /// So busy that a report says it: what is late by less has been given the time.
    #[must_use]
    pub fn is_very_busy(&self) -> bool {
        self.late >= REPORTED_LATENESS || self.starved >= BUSY_STARVATION
    }

    /// The program, or the machine, took long to start it.
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
    /// Which of many peers saw it, from 1.
    pub peer: Option<usize>,
    /// What was seen.
    pub trouble: Trouble,
    /// How the program ended, if it had.
    pub ended: Option<Ended>,
    /// The last lines that it printed on standard output, as they came.
    pub output: Vec<Vec<u8>>,
    /// The last lines that it wrote to standard error.
    pub errors: Vec<Vec<u8>>,
    /// What it wrote when it crashed, before the judge had ended its side.
    pub crash: Option<Crash>,
}

impl Failure {
    /// What a cause may explain.
    #[must_use]
    pub fn seen(&self) -> Seen<'_> {
        Seen {
            trouble: self.trouble.name(),
            crash: self.crash_words(),
        }
    }

    /// The judge ended its side, since the time was over or too much was printed, and only then
    /// the program ended.
    #[must_use]
    pub fn ended_afterwards(&self) -> bool {
        let judge_ended = matches!(
            self.trouble,
            Trouble::TooLittle(..) | Trouble::OnlyAtEnd(_) | Trouble::Flood(Written::Printed)
        );
        judge_ended && self.ended.is_some()
    }

    /// What the program, or the part of it that crashed, said of its crash, if one did.
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
    /// It runs, and nobody listens at the address.
    NeverListens(Duration),
    /// It listens, but not at the address.
    ListensElsewhere(Vec<SocketAddr>),
    /// It runs, and does not connect.
    NeverConnects(Duration),
    /// A later connection was refused: it has stopped listening.
    Refused,
    /// A connection was not made in time.
    NotConnected(Duration),
    /// It listens, and its queue of connections to accept is full.
    QueueFull {
        /// How many of these peers were connected, accepted or in the queue.
        connected: usize,
        /// Of how many.
        of: usize,
        /// How many wait in the queue, where the system says it.
        queue: Option<usize>,
        /// How long it was waited for.
        time: Duration,
    },
    /// It writes more than the judge keeps.
    Flood(Written),
    /// It has ended, and should still run.
    Gone,
    /// It closed the connection before all had come.
    ClosedEarly(Bytes),
    /// It reset the connection: it closed it with bytes unread, or was ended.
    ResetEarly(Bytes),
    /// It has closed its output before all had come.
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
    /// What was sent is still waiting to be read: so many bytes.
    NotReading(Bytes, usize),
    /// All came, but only when the judge had ended its side.
    OnlyAtEnd(Bytes),
    /// It has ended, and has not printed this.
    NotPrinted(Bytes),
    /// This line did not come on standard error.
    NotSaid {
        /// The line; `[..]` in it stands for any text.
        pattern: String,
        /// It may come on standard output as well.
        anywhere: bool,
        /// It has come on standard output, where it should not.
        on_output: bool,
    },
    /// No datagram came at all.
    NeverSends(Duration),
    /// It ended, and has sent no datagram.
    SentNothing,
    /// The datagram did not come.
    NoDatagram(Bytes, Duration),
    /// What came is not the response that it should be.
    Http(Fault),
    /// Other bytes came.
    Wrong(Bytes),
    /// More came than should.
    TooMuch(Surplus),
    /// Something came, and silence was expected.
    NotSilent(Surplus),
    /// It did not close the connection.
    StillOpen(Duration),
    /// A reset was expected, and it closed politely.
    NoReset,
    /// It did not read a typed line.
    NotTyped,
    /// It did not end.
    StillRunning(Duration),
    /// It ended in another way than it should.
    WrongStatus,
    /// Its memory has grown more than it may.
    Memory {
        /// The bound, in bytes.
        most: u64,
        /// By how much it has grown.
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
        /// By how much it grew in a batch at least: how many, or bytes.
        least: u64,
    },
    /// The time of the whole check was over before this variant was.
    NotPlayed,
    /// The judge itself could not go on.
    Judge(String),
}

/// Where a program writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// On its screen: its output, or its errors.
    Printed,
    /// To a peer: on a connection, or in datagrams.
    Sent,
}

/// What a program may keep of clients that are gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// A child process, also one that has ended and that nobody waited for.
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

/// What came and should not have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Surplus {
    /// Its beginning.
    pub head: Vec<u8>,
    /// Number of bytes that came in all, as far as the judge read.
    pub all: usize,
}

/// A report shows no more of what should not have come.
const SURPLUS_BYTES_SHOWN: usize = 48;

impl Surplus {
    /// All of this.
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

/// What is wrong with an HTTP response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The first line is this one, and no status line.
    NotHttp(Vec<u8>),
    /// This line ends with `\n` alone.
    LineEnd(Vec<u8>),
    /// The head has no end: no empty line came, or not in its bound.
    NoEnd,
    /// This line is no field.
    Field(Vec<u8>),
    /// Another status.
    Status {
        /// The status that it should have.
        wanted: u16,
        /// The status that it has.
        came: u16,
    },
    /// There is no `Content-Length`.
    NoLength,
    /// It is no number, or there are two.
    BadLength(Vec<u8>),
    /// The body comes in chunks.
    Chunked,
    /// The body is shorter than `Content-Length` says.
    Short {
        /// What it says.
        said: usize,
        /// So much came.
        came: usize,
    },
    /// The length is another one: the answer to HEAD says that of the body.
    OtherLength {
        /// What it says.
        said: usize,
        /// What it should say.
        wanted: usize,
    },
    /// The answer to HEAD has a body, which begins like this.
    HeadBody(Surplus),
    /// The body is longer: this followed.
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

/// What should have come and what came, from the same place on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bytes {
    /// Number of bytes before these that were right.
    pub before: usize,
    /// What should have come; an end, not the end, of something long.
    pub expected: Vec<u8>,
    /// `expected` is a pattern: `[..]` in it stands for any text.
    pub pattern: bool,
    /// The places in `expected` where any byte is right.
    pub any: Vec<usize>,
    /// What came.
    pub came: Vec<u8>,
    /// Number of bytes that should have come in all, where these are only some of them.
    pub all: usize,
}

impl Bytes {
    /// Where the first difference is, in both.
    #[must_use]
    pub fn difference(&self) -> usize {
        let pairs = self.expected.iter().zip(&self.came).enumerate();
        let same = |&(at, (a, b)): &(usize, (&u8, &u8))| a == b || self.any.contains(&at);
        pairs.take_while(same).count()
    }
}

impl Trouble {
    /// Its name in a `stub` line.
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

    /// What was missing may only have been late: a slower machine shows the same of a right
    /// program.
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

    /// The program never got as far as the story: another variant would show the same.
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
