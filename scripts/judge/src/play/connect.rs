//! How connections come about: peers connect to a server, or accept a client.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use session::run::process::Process;
use socket2::{Domain, Socket, Type};

use super::address::SMALL;
use super::peer::Peer;
use super::runner::{InVain, Stage};
use super::system;
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

impl<'a> Stage<'a> {
    /// So many peers connect at the same time.
    pub(super) fn connect(
        &mut self,
        name: &'a str,
        count: usize,
        within: Option<Duration>,
    ) -> Result<(), Trouble> {
        let Some(address) = self.address else {
            return Err(Trouble::Judge("no address to connect to".to_owned()));
        };
        let first = !self.connected;
        match first {
            true => self.wait_for_start(within),
            false => self.wait_for(within, self.options.deadline),
        }
        let small = self.reads_slowly(name);
        let mut progress = Progress::default();
        let mut knocks: Vec<Option<Knock>> = (0..count).map(|_| None).collect();
        let mut refused_at = None::<Instant>;
        let mut looked = Instant::now();
        let done = self.patiently(|stage| {
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
                stage.went_on();
            }
            if refused && !first && !(open > 0 && stage.still_listens(address)) {
                return Err(Trouble::Refused);
            }
            if refused && looked.elapsed() >= ELSEWHERE {
                looked = Instant::now();
                stage.listens_elsewhere(address)?;
            }
            Ok(knocks
                .iter()
                .all(|knock| matches!(knock, Some(Knock::Open(_))))
                .then_some(()))
        })?;
        if let Err(InVain) = done {
            let time = self.wait.waited();
            return Err(match (self.ended(), first) {
                (Some(_), true) if progress.open == 0 => Trouble::EndedAtOnce,
                (Some(_), _) => Trouble::Gone,
                (None, _) if self.listens(address) || progress.open > 0 || progress.full => {
                    let id = self.process.as_ref().map(Process::id);
                    Trouble::QueueFull {
                        connected: progress.open,
                        of: count,
                        queue: id.and_then(|id| system::queue(id, address)),
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
            self.listens_elsewhere(address)?;
            self.is_ready();
        }
        self.connected = true;
        self.seat(name, peers)
    }

    /// So many connections come from the program.
    pub(super) fn accept(
        &mut self,
        name: &'a str,
        count: usize,
        within: Option<Duration>,
    ) -> Result<(), Trouble> {
        let first = self.peers.is_empty();
        match first {
            true => self.wait_for_start(within),
            false => self.wait_for(within, self.options.deadline),
        }
        let mut streams = Vec::new();
        let done = self.patiently(|stage| {
            while let Some(listener) = &stage.listener
                && streams.len() < count
            {
                match listener.accept() {
                    Ok((stream, _)) => {
                        streams.push(stream);
                        stage.went_on();
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(error) => return Err(Trouble::Judge(format!("accept: {error}"))),
                }
            }
            Ok((streams.len() == count).then_some(()))
        })?;
        if let Err(InVain) = done {
            return Err(match (self.ended(), first) {
                (Some(_), true) => Trouble::EndedAtOnce,
                (Some(_), false) => Trouble::Gone,
                (None, _) => Trouble::NeverConnects(self.wait.waited()),
            });
        }
        if first {
            self.is_ready();
        }
        self.seat(name, streams)
    }

    fn seat(&mut self, name: &'a str, streams: Vec<TcpStream>) -> Result<(), Trouble> {
        let peers: io::Result<Vec<Peer>> = streams.into_iter().map(Peer::new).collect();
        let peers = peers.map_err(|error| Trouble::Judge(format!("a connection: {error}")))?;
        self.peers.insert(name, peers);
        Ok(())
    }

    /// Whether the program is known to listen at this address.
    fn listens(&self, address: SocketAddr) -> bool {
        let id = self.process.as_ref().map(Process::id);
        let at = id.and_then(system::listening);
        at.is_some_and(|at| at.contains(&address))
    }

    /// The same, and it may, where the system does not tell: some refuse what their queue has no
    /// room for.
    fn still_listens(&self, address: SocketAddr) -> bool {
        !cfg!(target_os = "linux") || self.listens(address)
    }

    fn listens_elsewhere(&self, address: SocketAddr) -> Result<(), Trouble> {
        let Some(process) = &self.process else {
            return Ok(());
        };
        match system::listening(process.id()) {
            Some(at) if !at.is_empty() && !at.contains(&address) => {
                Err(Trouble::ListensElsewhere(at))
            }
            _ => Ok(()),
        }
    }
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
