//! Makes connections: peers connect to a server, or accept a client.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

use super::address::SMALL_BUFFER_BYTES;
use super::peer::Peer;
use super::runner::{InVain, Runner};
use crate::check::{Act, Actor, Step};
use crate::verdict::Trouble;

/// Time between two attempts at an address that refuses.
const REFUSED_RETRY_INTERVAL: Duration = Duration::from_millis(5);

/// Time after which a program that listens elsewhere is taken to mean it.
const LISTENS_ELSEWHERE_AFTER: Duration = Duration::from_millis(300);

/// Time after which a connection that loopback has not made must have been dropped.
const DROPPED_AFTER: Duration = Duration::from_millis(250);

/// How far several peers that connect at the same time have come.
#[derive(Default)]
struct Progress {
    open: usize,
    /// The system took a connection, and did not answer.
    full: bool,
}

enum Attempt {
    Waits(Socket, Instant),
    Open(TcpStream),
    /// It was made, and was reset before the judge looked at it.
    Reset(TcpStream),
    Refused,
}

impl Attempt {
    fn is_made(&self) -> bool {
        matches!(self, Self::Open(_) | Self::Reset(_))
    }
}

/// Connects `count` peers at the same time.
pub(super) fn connect<'a>(
    runner: &mut Runner<'a>,
    name: &'a str,
    count: usize,
    within: Option<Duration>,
) -> Result<(), Trouble> {
    let Some(address) = runner.program.address else {
        return Err(Trouble::Judge("no address to connect to".to_owned()));
    };
    let first = !runner.peers.connected;
    match first {
        true => runner.wait_for_start(within),
        false => runner.wait_for(within),
    }
    let small = reads_slowly(&runner.variant.steps, name);
    let mut progress = Progress::default();
    let mut attempts: Vec<Option<Attempt>> = (0..count).map(|_| None).collect();
    let mut refused_at = None::<Instant>;
    let mut looked = Instant::now();
    let done = runner.often(|runner| {
        runner.patiently(|runner| {
            let pause = refused_at.is_some_and(|at| at.elapsed() < REFUSED_RETRY_INTERVAL);
            for attempt in &mut attempts {
                let next = match attempt.take() {
                    // What a full queue dropped, the system sends again after 1 s, 3 s, 7 s.
                    Some(Attempt::Waits(_, since)) if since.elapsed() >= DROPPED_AFTER => {
                        progress.full = true;
                        start(address, small)
                    }
                    Some(Attempt::Waits(socket, since)) => look(socket, since),
                    Some(made @ (Attempt::Open(_) | Attempt::Reset(_))) => Ok(made),
                    Some(Attempt::Refused) | None if pause => Ok(Attempt::Refused),
                    Some(Attempt::Refused) | None => start(address, small),
                };
                let mut next = next.map_err(|error| Trouble::Judge(format!("connect: {error}")))?;
                // It ended while this connection waited in its queue: it may have yet to start anew.
                if first && matches!(next, Attempt::Reset(_)) && !runner.program.may_listen(address)
                {
                    next = Attempt::Refused;
                }
                if matches!(next, Attempt::Refused) && !pause {
                    refused_at = Some(Instant::now());
                }
                *attempt = Some(next);
            }
            let count = |wanted: fn(&Attempt) -> bool| {
                let attempts = attempts.iter().flatten();
                attempts.filter(|attempt| wanted(attempt)).count()
            };
            let refused = count(|attempt| matches!(attempt, Attempt::Refused)) > 0;
            let open = count(Attempt::is_made);
            if open > progress.open {
                progress.open = open;
                // That some are connected shows that the program goes on.
                runner.patience.went_on();
            }
            if refused && !first && !(open > 0 && runner.program.may_listen(address)) {
                return Err(Trouble::Refused);
            }
            if refused && looked.elapsed() >= LISTENS_ELSEWHERE_AFTER {
                looked = Instant::now();
                runner.program.listens_nowhere_else(address)?;
            }
            Ok((open == attempts.len()).then_some(()))
        })
    })?;
    if let Err(InVain) = done {
        let time = runner.patience.wait.waited();
        return Err(match (runner.program.ended(), first) {
            (Some(_), true) if progress.open == 0 => Trouble::EndedAtOnce,
            (Some(_), _) => Trouble::Gone,
            (None, _) if runner.program.listens(address) || progress.open > 0 || progress.full => {
                Trouble::QueueFull {
                    connected: progress.open,
                    of: count,
                    queue: runner.program.accept_queue(address),
                    time,
                }
            }
            (None, true) => Trouble::NeverListens(time),
            (None, false) => Trouble::NotConnected(time),
        });
    }
    let made = attempts.into_iter().flatten();
    let peers = made.filter_map(|attempt| match attempt {
        Attempt::Open(stream) => Some(Peer::new(stream)),
        Attempt::Reset(stream) => Some(Peer::reset_at_once(stream)),
        Attempt::Waits(..) | Attempt::Refused => None,
    });
    let peers = peers.collect();
    if first {
        // `0.0.0.0` accepts our connections as well, and those of the whole network.
        runner.program.listens_nowhere_else(address)?;
        runner.is_ready();
    }
    runner.peers.connected = true;
    runner.peers.insert(name, peers)
}

/// Accepts `count` connections from the program.
pub(super) fn accept<'a>(
    runner: &mut Runner<'a>,
    name: &'a str,
    count: usize,
    within: Option<Duration>,
) -> Result<(), Trouble> {
    let first = runner.peers.is_empty();
    match first {
        true => runner.wait_for_start(within),
        false => runner.wait_for(within),
    }
    let mut streams = Vec::new();
    let done = runner.often(|runner| {
        runner.patiently(|runner| {
            while let Some(listener) = &runner.peers.listener
                && streams.len() < count
            {
                match listener.accept() {
                    Ok((stream, _)) => {
                        streams.push(stream);
                        runner.patience.went_on();
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(error) => return Err(Trouble::Judge(format!("accept: {error}"))),
                }
            }
            Ok((streams.len() == count).then_some(()))
        })
    })?;
    if let Err(InVain) = done {
        return Err(match (runner.program.ended(), first) {
            (Some(_), true) => Trouble::EndedAtOnce,
            (Some(_), false) => Trouble::Gone,
            (None, _) => Trouble::NeverConnects(runner.patience.wait.waited()),
        });
    }
    if first {
        runner.is_ready();
    }
    let peers = streams.into_iter().map(Peer::new).collect();
    runner.peers.insert(name, peers)
}

/// Whether some step makes a peer of this name stop reading, or read slowly: then its receive buffer
/// is small from the start.
fn reads_slowly(steps: &[Step], name: &str) -> bool {
    steps.iter().any(|step| {
        let slow = matches!(step.act, Act::Stops | Act::Reads { pace: Some(_) });
        slow && matches!(&step.actor, Actor::Peer { name: other, .. } if other == name)
    })
}

fn start(address: SocketAddr, small: bool) -> io::Result<Attempt> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    if small {
        socket.set_recv_buffer_size(SMALL_BUFFER_BYTES)?;
    }
    match socket.connect(&address.into()) {
        Ok(()) => Ok(Attempt::Open(socket.into())),
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(Attempt::Refused),
        // In progress, which has another name on each system.
        Err(_) => look(socket, Instant::now()),
    }
}

fn look(socket: Socket, since: Instant) -> io::Result<Attempt> {
    match socket.take_error()? {
        Some(error) => match error.kind() {
            ErrorKind::ConnectionRefused => Ok(Attempt::Refused),
            // The last: the program had closed it in the ordinary way before.
            ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
                Ok(Attempt::Reset(socket.into()))
            }
            _ => Err(error),
        },
        None if socket.peer_addr().is_ok() => Ok(Attempt::Open(socket.into())),
        None => Ok(Attempt::Waits(socket, since)),
    }
}
