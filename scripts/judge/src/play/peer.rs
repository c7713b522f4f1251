//! A peer played by the judge: one connection, what it has yet to send, and what has come.
//!
//! Nothing here waits. [`Peer::pump`] moves what can move now; the runner calls it again and again.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use impair::Division;
use socket2::SockRef;

use super::poll::Interest;
use crate::check::Pace;

/// The most bytes that a peer takes before the story reads them: the rest waits in the kernel.
pub(super) const UNREAD_BYTES_MAX: usize = 1 << 20;

pub(super) struct Peer {
    /// `None` once it has closed.
    stream: Option<TcpStream>,
    queue: VecDeque<Task>,
    /// Bytes that have come and that the story has not read.
    pub(super) unread: Vec<u8>,
    /// Bytes that the story last took with `||`.
    pub(super) taken: Vec<u8>,
    pub(super) ended: Option<End>,
    /// Whether a write has failed: the system reports a reset once, and that call got it.
    refused: bool,
    reading: Reading,
    /// Number of bytes sent and received.
    pub(super) moved: u64,
    pub(super) pace: Option<Pace>,
}

/// How the program ended the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Closed,
    Reset,
}

enum Task {
    Send {
        bytes: Vec<u8>,
        at: usize,
        pieces: Division,
        next: Option<Instant>,
    },
    HalfClose,
    Close,
    Reset,
}

enum Reading {
    Free,
    Stopped,
    Slow { pace: Pace, next: Instant },
}

impl Peer {
    pub(super) fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        // Each write leaves at once, since the division into pieces is the point.
        stream.set_nodelay(true)?;
        Ok(Self::of(stream, false))
    }

    /// One whose connection the program's side has reset already, which the system has reported.
    pub(super) fn reset_at_once(stream: TcpStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        Ok(Self::of(stream, true))
    }

    fn of(stream: TcpStream, refused: bool) -> Self {
        Self {
            stream: Some(stream),
            queue: VecDeque::new(),
            unread: Vec::new(),
            taken: Vec::new(),
            ended: None,
            refused,
            reading: Reading::Free,
            moved: 0,
            pace: None,
        }
    }

    pub(super) fn send(&mut self, bytes: Vec<u8>, pieces: Division) {
        self.queue.push_back(Task::Send {
            bytes,
            at: 0,
            pieces,
            next: None,
        });
    }

    pub(super) fn half_close(&mut self) {
        self.queue.push_back(Task::HalfClose);
    }

    pub(super) fn close(&mut self) {
        self.queue.push_back(Task::Close);
    }

    pub(super) fn reset(&mut self) {
        self.queue.push_back(Task::Reset);
    }

    pub(super) fn stop(&mut self) {
        self.reading = Reading::Stopped;
    }

    pub(super) fn has_stopped(&self) -> bool {
        matches!(self.reading, Reading::Stopped)
    }

    pub(super) fn read(&mut self, pace: Option<Pace>) {
        self.reading = match pace {
            None => Reading::Free,
            Some(pace) => Reading::Slow {
                pace,
                next: Instant::now(),
            },
        };
    }

    /// Whether it has done everything that it was told.
    pub(super) fn idle(&self) -> bool {
        self.queue.is_empty()
    }

    /// Number of bytes that it was told to send and that the program's side has no room for.
    pub(super) fn unsent(&self) -> usize {
        let left = self.queue.iter().map(|task| match task {
            Task::Send { bytes, at, .. } => bytes.len() - at,
            _ => 0,
        });
        left.sum()
    }

    /// What it waits for now, after [`Self::pump`].
    pub(super) fn waits_for(&self) -> (Option<Interest<'_>>, Option<Instant>) {
        let Some(stream) = &self.stream else {
            return (None, None);
        };
        let room = self.ended.is_none() && self.unread.len() < UNREAD_BYTES_MAX;
        let (read, next_read) = match self.reading {
            Reading::Free => (room, None),
            Reading::Slow { next, .. } if room => (false, Some(next)),
            Reading::Slow { .. } | Reading::Stopped => (false, None),
        };
        let (write, next_write) = match self.queue.front() {
            Some(Task::Send { next: None, .. }) => (true, None),
            Some(Task::Send { next, .. }) => (false, *next),
            _ => (false, None),
        };
        let interest = (read || write).then_some(Interest {
            socket: SockRef::from(stream),
            read,
            write,
        });
        (interest, next_read.into_iter().chain(next_write).min())
    }

    /// Moves what can move now, through `buffer`. Whether anything did.
    pub(super) fn pump(&mut self, buffer: &mut [u8]) -> bool {
        let wrote = self.write();
        self.receive(buffer) || wrote
    }

    fn write(&mut self) -> bool {
        let mut moved = false;
        while let (Some(task), Some(stream)) = (self.queue.front_mut(), &mut self.stream) {
            match task {
                Task::Send {
                    bytes,
                    at,
                    pieces,
                    next,
                } => {
                    if *at == bytes.len() {
                        self.queue.pop_front();
                        continue;
                    }
                    if next.is_some_and(|next| Instant::now() < next) {
                        return moved;
                    }
                    let end = pieces.end(*at, bytes.len());
                    match stream.write(&bytes[*at..end]) {
                        Ok(count) => {
                            self.moved += count as u64;
                            *at += count;
                            moved = true;
                            *next = (*at == end).then(|| Instant::now() + pieces.between());
                        }
                        Err(error) if error.kind() == ErrorKind::WouldBlock => return moved,
                        Err(error) if error.kind() == ErrorKind::Interrupted => {}
                        // The program has closed: what it sent before can still be read.
                        Err(_) => {
                            self.refused = true;
                            self.queue.retain(|task| !matches!(task, Task::Send { .. }));
                        }
                    }
                    continue;
                }
                Task::HalfClose => {
                    let _ = stream.shutdown(Shutdown::Write);
                }
                Task::Close => self.stream = None,
                Task::Reset => {
                    let _ = SockRef::from(&*stream).set_linger(Some(Duration::ZERO));
                    self.stream = None;
                }
            }
            self.queue.pop_front();
            moved = true;
        }
        if self.stream.is_none() {
            self.queue.clear();
        }
        moved
    }

    fn receive(&mut self, buffer: &mut [u8]) -> bool {
        let mut moved = false;
        while let (Some(stream), None) = (&mut self.stream, self.ended) {
            let most = match &mut self.reading {
                Reading::Stopped => return moved,
                Reading::Slow { next, .. } if Instant::now() < *next => return moved,
                Reading::Slow { pace, next } => {
                    *next += pace.every;
                    pace.bytes
                }
                Reading::Free => buffer.len(),
            };
            let most = most
                .min(UNREAD_BYTES_MAX - self.unread.len())
                .min(buffer.len());
            if most == 0 {
                return moved;
            }
            match stream.read(&mut buffer[..most]) {
                Ok(0) if self.refused => self.ended = Some(End::Reset),
                Ok(0) => self.ended = Some(End::Closed),
                Ok(count) => {
                    self.moved += count as u64;
                    self.unread.extend_from_slice(&buffer[..count]);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return moved,
                Err(_) => self.ended = Some(End::Reset),
            }
            moved = true;
        }
        moved
    }
}
