//! The wires: a switch of ours between TAP devices.
//!
//! One thread reads what the hosts send, notes each frame once, and delivers it a moment later,
//! or loses it. That moment is the length of the wire: what a program sends in one go is on it
//! before the first answer can come, in every recording, also on a busy machine.

use std::collections::VecDeque;
use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::AsFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, anyhow};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use tun_rs::SyncDevice;

use crate::loss::Losses;

/// How long a frame is in transit where the session does not say: light in a fiber covers about
/// 1000 km.
pub const WIRE_LATENCY: Duration = Duration::from_millis(5);

/// How long after the first of them other frames are delivered with it: what is sent in one go
/// arrives in one go, so that the reader's kernel has all of it before the reader wakes up: which
/// byte an acknowledgment names depends on that.
const DELIVERY_BURST_TIME: Duration = Duration::from_millis(2);

/// How long a wire without frames counts as quiet: longer than a delayed acknowledgment (40 to 200
/// ms) and the first retransmission (200 ms and the round trip), so that what a step causes comes
/// before the next step.
const QUIET_TIME: Duration = Duration::from_millis(300);

/// How long to wait before looking at the wire: a program may show that it has sent something
/// before the wire has noticed it.
const NOTICE_TIME: Duration = Duration::from_millis(50);

/// How long to wait for a quiet wire: one that is not quiet by then never will be.
const QUIET_DEADLINE: Duration = Duration::from_secs(10);

/// Number of frames of a recording: more than a page can show, and a bound for a program that sends
/// without end.
const FRAMES_MAX: usize = 2000;

/// Number of bytes of a frame: with the usual MTU, the largest has 1514.
const FRAME_BYTES_MAX: usize = 1 << 16;

/// One frame, as a host sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// When, since 1970.
    pub time: Duration,
    /// On which wire: an index into those of the recording.
    pub wire: usize,
    /// The step that caused it: an index into `session.steps`.
    pub step: usize,
    /// Whether the wire lost it.
    pub lost: bool,
    /// All of it.
    pub bytes: Vec<u8>,
}

/// A network card at the end of a wire.
pub struct Socket {
    /// The host, as an index.
    pub host: usize,
    /// The wire, as an index.
    pub wire: usize,
    /// The card's MAC address.
    pub mac: [u8; 6],
    /// Our side of it.
    pub device: SyncDevice,
}

/// The running switch.
#[derive(Debug)]
pub struct Wire {
    log: Arc<Mutex<Log>>,
    // Closed to end the thread.
    stop: Option<PipeWriter>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Log {
    frames: Vec<Frame>,
    /// The last time that something was caused, sent or delivered.
    busy: Instant,
    /// Number of frames that are sent and not delivered.
    in_transit: usize,
    step: usize,
    failure: Option<String>,
}

impl Wire {
    /// Connects `sockets`, those of one network to each other. Each frame is in transit for `delay`.
    pub(crate) fn start(sockets: Vec<Socket>, losses: Losses, delay: Duration) -> Result<Self> {
        let (reader, writer) = io::pipe().context("make a pipe")?;
        let log = Arc::new(Mutex::new(Log {
            frames: Vec::new(),
            busy: Instant::now(),
            in_transit: 0,
            step: 0,
            failure: None,
        }));
        let switch = Switch {
            sockets,
            losses,
            delay,
            log: Arc::clone(&log),
            way: VecDeque::new(),
        };
        let thread = thread::Builder::new()
            .name("wire".to_owned())
            .spawn(move || switch.run(&reader))
            .context("start a thread for the wire")?;
        Ok(Self {
            log,
            stop: Some(writer),
            thread: Some(thread),
        })
    }

    /// Waits for a quiet moment, and notes that from now on `step` is the cause. A frame that is in
    /// transit for longer than that does not hold the step up.
    ///
    /// # Errors
    /// There is none.
    pub fn before(&self, step: usize) -> Result<(), String> {
        self.quiet(|_| true)?;
        let mut log = lock(&self.log);
        log.step = step;
        log.busy = Instant::now();
        Ok(())
    }

    /// Waits until nothing more will come, and gives what came.
    ///
    /// # Errors
    /// The wire is never quiet, or it has failed.
    pub fn end(mut self) -> Result<Vec<Frame>> {
        let all_arrived = |log: &Log| log.in_transit == 0;
        self.quiet(all_arrived).map_err(|why| anyhow!("{why}"))?;
        self.join();
        Ok(std::mem::take(&mut lock(&self.log).frames))
    }

    /// Why the wire has stopped, if it has failed.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        lock(&self.log).failure.clone()
    }

    /// Waits for a wire without frames on which also this is true.
    fn quiet(&self, also: impl Fn(&Log) -> bool) -> Result<(), String> {
        let until = Instant::now() + QUIET_DEADLINE;
        thread::sleep(NOTICE_TIME);
        loop {
            let (busy, also) = {
                let log = lock(&self.log);
                if let Some(failure) = &log.failure {
                    return Err(failure.clone());
                }
                (log.busy, also(&log))
            };
            let now = Instant::now();
            let quiet = now.saturating_duration_since(busy);
            if quiet >= QUIET_TIME && also {
                return Ok(());
            }
            if now >= until {
                let seconds = QUIET_DEADLINE.as_secs();
                return Err(format!("frames kept coming for {seconds} s"));
            }
            let left = QUIET_TIME.saturating_sub(quiet);
            thread::sleep(if left.is_zero() { NOTICE_TIME } else { left });
        }
    }

    fn join(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.join();
    }
}

struct Switch {
    sockets: Vec<Socket>,
    losses: Losses,
    /// How long a frame is in transit.
    delay: Duration,
    log: Arc<Mutex<Log>>,
    /// Frames on their way: when they arrive, from which socket, and what they are.
    way: VecDeque<(Instant, usize, Vec<u8>)>,
}

impl Switch {
    fn run(mut self, stop: &PipeReader) {
        if let Err(error) = self.carry(stop) {
            lock(&self.log).failure = Some(format!("the wire failed: {error:#}"));
        }
    }

    fn carry(&mut self, stop: &PipeReader) -> Result<()> {
        let mut buffer = vec![0; FRAME_BYTES_MAX];
        loop {
            if self.wait(stop)? {
                return Ok(());
            }
            for index in 0..self.sockets.len() {
                while let Some(length) = receive(&self.sockets[index].device, &mut buffer)? {
                    self.take(index, &buffer[..length])?;
                }
            }
            self.deliver()?;
        }
    }

    /// Waits until a frame comes or arrives. Returns whether it is time to stop.
    fn wait(&self, stop: &PipeReader) -> Result<bool> {
        let mut fds: Vec<_> = self
            .sockets
            .iter()
            .map(|socket| PollFd::new(socket.device.as_fd(), PollFlags::POLLIN))
            .collect();
        fds.push(PollFd::new(stop.as_fd(), PollFlags::POLLIN));
        let arrival = self
            .way
            .front()
            .map(|(at, ..)| at.saturating_duration_since(Instant::now()).into());
        match ppoll(&mut fds, arrival, None) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error).context("wait for a frame"),
        }
        let stopped = fds.last().and_then(PollFd::any);
        Ok(stopped.unwrap_or(false))
    }

    /// Notes a frame that a host sent, and puts it on its way.
    fn take(&mut self, from: usize, bytes: &[u8]) -> Result<()> {
        if is_of_a_new_card(bytes) {
            return Ok(());
        }
        let socket = &self.sockets[from];
        let lost = self.losses.lose(socket.host, bytes);
        let mut log = lock(&self.log);
        if log.frames.len() == FRAMES_MAX {
            return Err(anyhow!("more than {FRAMES_MAX} frames"));
        }
        log.busy = Instant::now();
        let frame = Frame {
            time: SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default(),
            wire: socket.wire,
            step: log.step,
            lost,
            bytes: bytes.to_vec(),
        };
        log.frames.push(frame);
        if !lost {
            log.in_transit += 1;
            let arrival = log.busy + self.delay;
            self.way.push_back((arrival, from, bytes.to_vec()));
        }
        Ok(())
    }

    /// Hands over every frame whose time has come, and those close behind.
    fn deliver(&mut self) -> Result<()> {
        let now = Instant::now();
        if self.way.front().is_none_or(|(at, ..)| *at > now) {
            return Ok(());
        }
        while let Some((at, ..)) = self.way.front()
            && *at <= now + DELIVERY_BURST_TIME
            && let Some((_, from, bytes)) = self.way.pop_front()
        {
            for (index, socket) in self.sockets.iter().enumerate() {
                if index != from
                    && socket.wire == self.sockets[from].wire
                    && is_for(&bytes, socket.mac)
                {
                    // Before: the answer may come while we hand it over.
                    lock(&self.log).busy = Instant::now();
                    send(&socket.device, &bytes)?;
                }
            }
            lock(&self.log).in_transit -= 1;
        }
        Ok(())
    }
}

/// Whether a frame is what Linux says of itself when a card with IPv6 comes up, or long after it:
/// which multicast groups it has joined (MLD), and whether a router is there. No step causes it, when
/// it comes is left to chance, and this switch hands every multicast frame to all.
fn is_of_a_new_card(frame: &[u8]) -> bool {
    // IPv6, and ICMPv6 in it, perhaps after hop-by-hop options of 8 bytes.
    let at = |place: usize| frame.get(place).copied().unwrap_or_default();
    let kind = match (at(12), at(13), at(20), at(54), at(55)) {
        (0x86, 0xdd, 58, ..) => at(54),
        (0x86, 0xdd, 0, 58, 0) => at(62),
        _ => return false,
    };
    matches!(kind, 131..=133 | 143)
}

/// Whether a frame is for all, or for this card.
fn is_for(frame: &[u8], mac: [u8; 6]) -> bool {
    frame.first().is_some_and(|byte| byte & 1 == 1) || frame.starts_with(&mac)
}

fn receive(device: &SyncDevice, buffer: &mut [u8]) -> Result<Option<usize>> {
    match device.recv(buffer) {
        Ok(length) => Ok(Some(length)),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(None),
        Err(error) => Err(error).context("read a frame"),
    }
}

fn send(device: &SyncDevice, frame: &[u8]) -> Result<()> {
    device.send(frame).context("deliver a frame")?;
    Ok(())
}

fn lock(log: &Mutex<Log>) -> MutexGuard<'_, Log> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}
