//! How connections come about: peers connect to a server, or accept a client.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use socket2::{Domain, Socket, Type};

use super::address::SMALL;
use super::runner::{InVain, Runner};
use crate::check::{Act, Actor, Step};
use crate::verdict::Trouble;

/// Between two knocks at a door that is closed.
const KNOCK: Duration = Duration::from_millis(5);

/// A program that has listened elsewhere for this long means it.
const ELSEWHERE: Duration = Duration::from_millis(300);

/// A connection that loopback has not made by then was dropped.
const AGAIN: Duration = Duration::from_millis(250);

/// How far many peers have come that connect at the same time.
#[derive(Default)]
struct Progress {
    open: usize,
    /// The system took a connection, and did not answer.
    full: bool,
}

enum Knock {
    Waits(Socket, Instant),
    Open(TcpStream),
    Refused,
}

/// `count` peers connect at the same time.
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
    let mut knocks: Vec<Option<Knock>> = (0..count).map(|_| None).collect();
    let mut refused_at = None::<Instant>;
    let mut looked = Instant::now();
    let done = runner.often(|runner| {
        runner.patiently(|runner| {
            let pause = refused_at.is_some_and(|at| at.elapsed() < KNOCK);
            for knock in &mut knocks {
                let next = match knock.take() {
                    // What a full queue dropped, the system sends again after 1 s, 3 s, 7 s.
                    Some(Knock::Waits(_, since)) if since.elapsed() >= AGAIN => {
                        progress.full = true;
                        start(address, small)
                    }
                    Some(Knock::Waits(socket, since)) => look(socket, since),
                    Some(Knock::Open(stream)) => Ok(Knock::Open(stream)),
                    Some(Knock::Refused) | None if pause => Ok(Knock::Refused),
                    Some(Knock::Refused) | None => start(address, small),
                };
                let next = next.map_err(|error| Trouble::Judge(format!("connect: {error}")))?;
                if matches!(next, Knock::Refused) && !pause {
                    refused_at = Some(Instant::now());
                }
                *knock = Some(next);
            }
            let count = |wanted: fn(&Knock) -> bool| {
                let knocks = knocks.iter().flatten();
                knocks.filter(|knock| wanted(knock)).count()
            };
            let refused = count(|knock| matches!(knock, Knock::Refused)) > 0;
            let open = count(|knock| matches!(knock, Knock::Open(_)));
            if open > progress.open {
                progress.open = open;
                // Some of these come in while others are let in.
                runner.patience.went_on();
            }
            if refused && !first && !(open > 0 && runner.program.may_listen(address)) {
                return Err(Trouble::Refused);
            }
            if refused && looked.elapsed() >= ELSEWHERE {
                looked = Instant::now();
                runner.program.listens_nowhere_else(address)?;
            }
            Ok(knocks
                .iter()
                .all(|knock| matches!(knock, Some(Knock::Open(_))))
                .then_some(()))
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
    let mut peers = Vec::new();
    for knock in knocks {
        if let Some(Knock::Open(stream)) = knock {
            peers.push(stream);
        }
    }
    if first {
        // `0.0.0.0` takes our connections as well, and those of the whole network.
        runner.program.listens_nowhere_else(address)?;
        runner.is_ready();
    }
    runner.peers.connected = true;
    runner.peers.seat(name, peers)
}

/// `count` connections come from the program.
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
    runner.peers.seat(name, streams)
}

/// Whether some step lets a peer of this name not read, or read slowly: then its receive buffer is
/// small from the start.
fn reads_slowly(steps: &[Step], name: &str) -> bool {
    steps.iter().any(|step| {
        let slow = matches!(step.act, Act::Stops | Act::Reads { pace: Some(_) });
        slow && matches!(&step.actor, Actor::Peer { name: other, .. } if other == name)
    })
}

fn start(address: SocketAddr, small: bool) -> io::Result<Knock> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    if small {
        socket.set_recv_buffer_size(SMALL)?;
    }
    match socket.connect(&address.into()) {
        Ok(()) => Ok(Knock::Open(socket.into())),
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => Ok(Knock::Refused),
        // In progress, which has another name on each system.
        Err(_) => look(socket, Instant::now()),
    }
}

fn look(socket: Socket, since: Instant) -> io::Result<Knock> {
    match socket.take_error()? {
        // The last: a program that ended while this connection waited in its queue.
        Some(error)
            if matches!(
                error.kind(),
                ErrorKind::ConnectionRefused
                    | ErrorKind::ConnectionReset
                    | ErrorKind::ConnectionAborted
            ) =>
        {
            Ok(Knock::Refused)
        }
        Some(error) => Err(error),
        None if socket.peer_addr().is_ok() => Ok(Knock::Open(socket.into())),
        None => Ok(Knock::Waits(socket, since)),
    }
}
