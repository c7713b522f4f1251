//! Plays one variant, step by step, against one program.
//!
//! One thread does it all: [`Stage::until`] moves the bytes of every peer and looks, again and
//! again, until what it waits for is there or its time is over.

use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use session::run::process::{Process, Streams, Waited};
use session::run::{Ended, Invocation, environment};
use socket2::Socket;

use super::datagram::Post;
use super::patience::{Busy, Wait};
use super::peer::Peer;
use super::pieces::{Pieces, Random};
use super::{Options, address, system};
use crate::check::{Act, Actor, Check, Lines, Role, Step, Transport, Variant, Way};
use crate::crash;
use crate::verdict::{Failure, Trouble, Written};

/// Between two looks, where nothing moved: soon at first, and then less often, so that many
/// stories can wait at the same time.
const TICK: Duration = Duration::from_micros(300);
const LONGEST_TICK: Duration = Duration::from_millis(4);

/// After the program's end, or a failure, what is still on its way is worth waiting for.
pub(super) const AFTERMATH: Duration = Duration::from_millis(200);

/// A crash may be told for so long after what it has done was seen.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What has been written to the end is not written on for so long.
const QUIET: Duration = Duration::from_millis(100);

/// Number of the program's own lines that a report shows.
const SHOWN: usize = 8;

/// And so many bytes of each.
const LONGEST: usize = 400;

pub(super) struct Stage<'a> {
    check: &'a Check,
    pub(super) variant: &'a Variant,
    pub(super) options: &'a Options,
    pub(super) process: Option<Process>,
    pub(super) address: Option<SocketAddr>,
    pub(super) listener: Option<TcpListener>,
    /// Holds an address where nobody listens.
    reserved: Option<Socket>,
    /// Holds the address of the program.
    claim: Option<address::Claim>,
    pub(super) peers: BTreeMap<&'a str, Vec<Peer>>,
    /// The peers where there are no connections.
    pub(super) post: Post<'a>,
    /// Somebody has connected to the program.
    pub(super) connected: bool,
    /// Sent in a row, and not yet on its way.
    held: Vec<(&'a str, Vec<Vec<u8>>)>,
    /// When all that was sent at a pace will have gone.
    pub(super) busy: Instant,
    random: Random,
    flood: Option<Written>,
    /// Which of many peers the story is looking at.
    pub(super) looking_at: Option<usize>,
    pub(super) memory_unchecked: bool,
    pub(super) kept_unchecked: bool,
    /// The memory that it held when it was ready, in bytes.
    pub(super) at_rest: u64,
    /// A filter has until then to print its first line: it has to start.
    pub(super) starting: Option<Instant>,
    /// The lines that the story has read from the program.
    pub(super) heard: Vec<Vec<u8>>,
    /// When the judge ended its side to see what comes then: what was on standard error, and how
    /// the program had ended. What it does after that is no cause.
    ended_all: Option<(u64, Option<Ended>)>,
    /// In the environment of all that the program starts.
    marker: String,
    /// When the program was started.
    pub(super) started: Option<Instant>,
    /// What is waited for now.
    pub(super) wait: Wait,
    /// The deadline of this step is a rule of the exercise.
    pub(super) by_rule: bool,
    /// What kept the judge and the program from running.
    pub(super) late: Busy,
    /// The whole check is over then.
    pub(super) ends: Instant,
    /// For what arrives: as much as the largest datagram.
    buffer: Box<[u8]>,
}

/// A wait that brought nothing: the time is over, or the program has ended.
pub(super) struct InVain;

impl<'a> Stage<'a> {
    pub(super) fn new(
        check: &'a Check,
        variant: &'a Variant,
        options: &'a Options,
        ends: Instant,
    ) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let now = Instant::now();
        Self {
            check,
            variant,
            options,
            process: None,
            address: None,
            listener: None,
            reserved: None,
            claim: None,
            peers: BTreeMap::new(),
            post: Post::default(),
            connected: false,
            held: Vec::new(),
            busy: Instant::now(),
            random: Random::new(options.seed),
            flood: None,
            looking_at: None,
            memory_unchecked: false,
            kept_unchecked: false,
            at_rest: 0,
            starting: None,
            heard: Vec::new(),
            ended_all: None,
            marker: format!("WORKBOOK_EXERCISE={}.{number}", process::id()),
            started: None,
            wait: Wait::new(now, now, Duration::ZERO, false),
            by_rule: false,
            late: Busy::default(),
            ends,
            buffer: vec![0; 64 * 1024].into(),
        }
    }

    /// The whole story; what did not happen, if something did not.
    pub(super) fn play(&mut self) -> Option<Box<Failure>> {
        let variant = self.variant;
        for (index, step) in variant.steps.iter().enumerate() {
            self.looking_at = None;
            self.release(Some(step));
            if let Err(trouble) = self.act(step) {
                let trouble = self.in_time(trouble);
                return Some(Box::new(self.failure(index, trouble)));
            }
        }
        None
    }

    pub(super) fn act(&mut self, step: &'a Step) -> Result<(), Trouble> {
        self.by_rule = step.by_rule;
        match &step.actor {
            Actor::You => self.yours(&step.act, step.within),
            Actor::Peer { .. } if step.act == Act::Refuses => Ok(()),
            Actor::Peer { name, .. } if self.check.transport == Transport::Udp => {
                self.datagram(name, &step.act, step.within)
            }
            Actor::Peer { name, count } => self.theirs(name, *count, &step.act, step.within),
        }
    }

    /// Starts the learner's program, with its addresses as the last arguments.
    pub(super) fn start(&mut self, args: &[String]) -> Result<(), Trouble> {
        let addresses = self.addresses();
        let addresses =
            addresses.map_err(|error| Trouble::Judge(format!("an address: {error}")))?;
        let program = &self.options.program;
        let mut all = program.args.clone();
        all.extend(args.iter().map(Into::into));
        all.extend(addresses.iter().map(|address| address.to_string().into()));
        let invocation = Invocation {
            program: program.program.clone(),
            args: all,
        };
        let marker = self.marker.split_once('=').unwrap_or_default();
        let process = Process::start(
            &invocation,
            &self.options.directory,
            Streams::Apart,
            |mut command| {
                environment::of_a_learner(&mut command);
                command.env(marker.0, marker.1).spawn()
            },
        );
        let process = process.map_err(|error| {
            Trouble::CannotStart(format!("{}: {error}", program.program.display()))
        })?;
        self.process = Some(process);
        self.started = Some(Instant::now());
        self.address = addresses.first().copied();
        if self.check.role == Role::Filter {
            self.starting = Some(Instant::now() + self.options.patience);
        }
        Ok(())
    }

    /// Whether the program may print lines that the story does not name.
    pub(super) fn prints_freely(&self) -> bool {
        self.check.lines == Lines::Free
    }

    /// Where the program listens, and where it connects.
    fn addresses(&mut self) -> io::Result<Vec<SocketAddr>> {
        Ok(match self.check.role {
            Role::Server => vec![self.programs_address()?],
            Role::Client => vec![self.judges_address()?],
            Role::Filter => Vec::new(),
            Role::Relay => vec![self.programs_address()?, self.judges_address()?],
        })
    }

    /// Where the program listens: its own for as long as it is played.
    fn programs_address(&mut self) -> io::Result<SocketAddr> {
        let claim = address::free()?;
        Ok(self.claim.insert(claim).address)
    }

    /// Where the program connects, or sends to.
    fn judges_address(&mut self) -> io::Result<SocketAddr> {
        let mut steps = self.variant.steps.iter();
        let refuses = steps.any(|step| step.act == Act::Refuses);
        match (self.check.transport, refuses) {
            (Transport::Tcp, false) => self.listen(),
            (Transport::Tcp, true) => {
                let (socket, address) = address::reserve()?;
                self.reserved = Some(socket);
                Ok(address)
            }
            // A socket that is there takes datagrams, whether somebody reads them or not.
            (Transport::Udp, true) => address::free_for_datagrams(),
            (Transport::Udp, false) => {
                let name = self
                    .variant
                    .steps
                    .iter()
                    .find_map(|step| match &step.actor {
                        Actor::Peer { name, .. } => Some(&**name),
                        Actor::You => None,
                    });
                self.post.seat(name.unwrap_or_default())
            }
        }
    }

    fn listen(&mut self) -> io::Result<SocketAddr> {
        let slow = |step: &Step| matches!(step.act, Act::Stops | Act::Reads { pace: Some(_) });
        let listener = address::listen(self.variant.steps.iter().any(slow))?;
        let address = listener.local_addr()?;
        self.listener = Some(listener);
        Ok(address)
    }

    /// Whether `name` will not read for a while: then its buffer is small from the start.
    pub(super) fn reads_slowly(&self, name: &str) -> bool {
        self.variant.steps.iter().any(|step| {
            let slow = matches!(step.act, Act::Stops | Act::Reads { pace: Some(_) });
            slow && matches!(&step.actor, Actor::Peer { name: other, .. } if other == name)
        })
    }

    /// Sends `bytes` from each peer of `name`, in this variant's way.
    pub(super) fn send(&mut self, name: &'a str, bytes: Vec<Vec<u8>>) {
        match self.variant.way {
            Way::Glue | Way::Cut => match self.held.iter_mut().find(|(held, _)| *held == name) {
                Some((_, held)) => held
                    .iter_mut()
                    .zip(bytes)
                    .for_each(|(all, more)| all.extend(more)),
                None => self.held.push((name, bytes)),
            },
            Way::Whole | Way::Pace(_) => self.queue(name, bytes),
        }
    }

    /// What was sent in a row goes, unless `next` continues the row.
    pub(super) fn release(&mut self, next: Option<&Step>) {
        let goes_on = |name: &str| {
            next.is_some_and(|step| {
                matches!(step.act, Act::Send { .. })
                    && matches!(&step.actor, Actor::Peer { name: other, .. } if other == name)
            })
        };
        let (stay, go) = std::mem::take(&mut self.held)
            .into_iter()
            .partition(|(name, _)| goes_on(name));
        self.held = stay;
        for (name, bytes) in go {
            self.queue(name, bytes);
        }
    }

    fn queue(&mut self, name: &str, bytes: Vec<Vec<u8>>) {
        let peers = self.peers.get_mut(name).into_iter().flatten();
        let mut longest = Duration::ZERO;
        for (peer, bytes) in peers.zip(bytes) {
            let pieces = match (peer.pace, self.variant.way) {
                (Some(pace), _) | (None, Way::Pace(pace)) => Pieces::paced(pace),
                (None, Way::Cut) => Pieces::cut(&bytes, &mut self.random),
                (None, Way::Whole | Way::Glue) => Pieces::whole(),
            };
            longest = longest.max(pieces.time(bytes.len()));
            peer.send(bytes, pieces);
        }
        self.busy = self.busy.max(Instant::now()) + longest;
    }

    /// Looks until there is something, or until this moment.
    pub(super) fn until<T>(
        &mut self,
        deadline: Instant,
        look: impl FnMut(&mut Self) -> Result<Option<T>, Trouble>,
    ) -> Result<Result<T, InVain>, Trouble> {
        self.look_until(look, |_, now| now >= deadline)
    }

    /// Looks until there is something, or the wait for this step is over.
    pub(super) fn patiently<T>(
        &mut self,
        look: impl FnMut(&mut Self) -> Result<Option<T>, Trouble>,
    ) -> Result<Result<T, InVain>, Trouble> {
        self.look_until(look, Self::is_over)
    }

    /// All peers and the program go on meanwhile.
    fn look_until<T>(
        &mut self,
        mut look: impl FnMut(&mut Self) -> Result<Option<T>, Trouble>,
        mut over: impl FnMut(&mut Self, Instant) -> bool,
    ) -> Result<Result<T, InVain>, Trouble> {
        let mut gone = None;
        let mut tick = TICK;
        loop {
            self.looks();
            let moved = self.pump();
            self.works();
            if let Some(written) = self.flood {
                return Err(Trouble::Flood(written));
            }
            if self.options.stopped() {
                return Err(Trouble::Judge("stopped".to_owned()));
            }
            if let Some(found) = look(self)? {
                return Ok(Ok(found));
            }
            let now = Instant::now();
            if over(self, now) {
                return Ok(Err(InVain));
            }
            if moved {
                // What it wrote last is still on its way.
                gone = None;
            }
            if self.ended().is_some() {
                let since = *gone.get_or_insert(now);
                // On a busy machine its last output may come later than its end is known.
                let all = self.process.as_ref().is_none_or(Process::output_closed);
                if all && now - since >= AFTERMATH {
                    return Ok(Err(InVain));
                }
            }
            if moved {
                tick = TICK;
            } else {
                self.sleep(tick);
                tick = LONGEST_TICK.min(tick * 3 / 2);
            }
        }
    }

    /// What did not happen when the whole check was over says nothing, but for what goes on.
    fn in_time(&self, trouble: Trouble) -> Trouble {
        match trouble {
            Trouble::RightSoFar { .. } => trouble,
            trouble if trouble.is_late() && Instant::now() >= self.ends => Trouble::NotPlayed,
            trouble => trouble,
        }
    }

    fn pump(&mut self) -> bool {
        let mut moved = self.post.pump(&mut self.buffer);
        if self.post.flooded() {
            self.flood = Some(Written::Sent);
        }
        for peer in self.peers.values_mut().flatten() {
            moved |= peer.pump(&mut self.buffer);
        }
        if let Some(process) = &mut self.process {
            loop {
                match process.wait(Instant::now()) {
                    Waited::More => moved = true,
                    Waited::TooMuch => {
                        self.flood = Some(Written::Printed);
                        break;
                    }
                    Waited::Nothing | Waited::Closed => break,
                }
            }
        }
        moved
    }

    /// How the program ended, if it has.
    pub(super) fn ended(&mut self) -> Option<Ended> {
        self.process.as_mut()?.ended().ok().flatten()
    }

    fn failure(&mut self, step: usize, trouble: Trouble) -> Failure {
        let until = Instant::now() + AFTERMATH;
        let _: Result<Result<(), _>, _> = self.until(until, |_| Ok(None));
        self.hear_out(&trouble);
        let ended = self.ended();
        let errors = match &self.process {
            Some(process) => process.errors.bytes(),
            None => Vec::new(),
        };
        Failure {
            step,
            peer: self.looking_at.map(|index| index + 1),
            ended,
            output: self.last_lines(),
            crash: match trouble {
                // Its pipe broke because the judge read no more.
                Trouble::Flood(Written::Printed) => None,
                _ => self.crash(&errors, ended),
            },
            errors: last(lines(&errors)),
            trouble,
        }
    }

    /// A crash closes connections first, and is told then.
    fn hear_out(&mut self, trouble: &Trouble) {
        let latest = Instant::now() + LAST_WORDS;
        let broke = matches!(trouble, Trouble::ClosedEarly(_) | Trouble::ResetEarly(_));
        let mut before = None;
        while let Some(process) = &self.process
            && !self.options.stopped()
            && Instant::now() < latest
        {
            let total = process.errors.total();
            let ended = self.ended().is_some();
            let silent = before == Some(total) && (total > 0 || !broke || ended);
            let closed = self
                .process
                .as_ref()
                .is_some_and(|process| process.errors.is_closed());
            if closed || (silent && !ended) {
                return;
            }
            before = Some(total);
            let quiet = Instant::now() + QUIET;
            let _: Result<Result<(), _>, _> = self.until(quiet, |_| Ok(None));
        }
    }

    /// PHP tells it on standard output.
    fn crash(&self, errors: &[u8], ended: Option<Ended>) -> Option<crash::Crash> {
        let process = self.process.as_ref()?;
        let (late, ended) = match self.ended_all {
            Some((total, ended)) => (process.errors.total().saturating_sub(total), ended),
            None => (0, ended),
        };
        let late = usize::try_from(late).unwrap_or(usize::MAX);
        let errors = &errors[..errors.len().saturating_sub(late)];
        crash::find(&String::from_utf8_lossy(errors), ended).or_else(|| {
            let lines = self.heard.iter().map(Vec::as_slice);
            let lines: Vec<_> = lines
                .chain(process.output.lines())
                .map(String::from_utf8_lossy)
                .collect();
            crash::find(&lines.join("\n"), ended).filter(|crash| crash.by == "PHP")
        })
    }

    /// The judge has nothing more to say: does the program answer now?
    pub(super) fn end_all_sides(&mut self) {
        if let Some(process) = &self.process
            && self.ended_all.is_none()
        {
            let total = process.errors.total();
            self.ended_all = Some((total, self.ended()));
        }
        for peer in self.peers.values_mut().flatten() {
            peer.half_close();
        }
        if let Some(process) = &mut self.process {
            process.end_input();
        }
    }

    fn last_lines(&self) -> Vec<Vec<u8>> {
        let mut lines = self.heard.clone();
        if let Some(process) = &self.process {
            lines.extend(process.output.lines().map(<[u8]>::to_vec));
            let pending = process.output.pending_bytes();
            if !pending.is_empty() {
                lines.push(pending.to_vec());
            }
        }
        last(lines)
    }
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let lines = bytes.split(|&byte| byte == b'\n');
    let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line).to_vec());
    lines.skip_while(Vec::is_empty).collect()
}

/// The last ones, so much of each as a report shows.
fn last(mut lines: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let mut lines = lines.split_off(lines.len().saturating_sub(SHOWN));
    for line in &mut lines {
        line.truncate(LONGEST);
    }
    lines
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        let first = self.process.as_ref().map(Process::id);
        self.process = None;
        if let Some(first) = first {
            system::end_all(first, &self.marker);
        }
    }
}
