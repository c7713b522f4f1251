//! Plays a session on its hosts and gives what was on their wires.

use std::io;
use std::net::IpAddr;
use std::path::Path;
use std::process::{Child, Command};

use anyhow::{Context, Result, anyhow, bail, ensure};
use session::run::{Found, Place, run_at};
use session::{Options, Report, Session, wires};

use crate::host::{Host, Plan};
use crate::loss::Losses;
use crate::wire::{Frame, Socket, WIRE_LATENCY, Wire};

/// What was on the wires while a session ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// The wires, in the order in which the session names them, each as its networks.
    pub wires: Vec<Vec<IpAddr>>,
    /// The frames, in the order in which they were sent.
    pub frames: Vec<Frame>,
}

/// Plays `session` with the programs of the repository at `root`.
///
/// # Errors
/// A step that did not happen, with the story up to there; a program that is not installed; a
/// host or a wire that the system refuses.
pub fn record(session: &Session, root: &Path) -> Result<Recording> {
    record_with(session, &Options::new(root), &|command| {
        session::run::find(command, root)
    })
}

/// Plays `session` with the programs that `find` knows.
///
/// # Errors
/// As [`record`].
pub fn record_with(
    session: &Session,
    options: &Options,
    find: &dyn Fn(&str) -> Result<Found>,
) -> Result<Recording> {
    ensure!(
        !session.hosts.is_empty(),
        "it has no host: a capture's session begins with `host NAME ADDRESS`"
    );
    let mut lab = Lab::open(session)?;
    match run_at(session, options, find, &mut lab) {
        Ok(Report::Passed { .. }) => lab.close(),
        Ok(Report::Skipped { reason }) => bail!(reason),
        // A failed wire explains whatever did not happen after that.
        Err(failure) => Err(match lab.wire.failure() {
            Some(trouble) => anyhow!(trouble),
            None => anyhow!(failure),
        }),
    }
}

struct Lab<'a> {
    session: &'a Session,
    hosts: Vec<Host>,
    wires: Vec<Vec<IpAddr>>,
    wire: Wire,
}

impl<'a> Lab<'a> {
    fn open(session: &'a Session) -> Result<Self> {
        let mut hosts = Vec::new();
        let mut sockets = Vec::new();
        let wires = wires(&session.hosts);
        for (index, plan) in Plan::of(session).into_iter().enumerate() {
            let cards = plan.cards.clone();
            let (host, devices) = Host::start(plan)?;
            hosts.push(host);
            for (card, device) in cards.into_iter().zip(devices) {
                let network = card.of.networks().next();
                let here = |wire: &Vec<IpAddr>| network.is_some_and(|one| wire.contains(&one));
                let wire = wires.iter().position(here);
                sockets.push(Socket {
                    host: index,
                    wire: wire.context("a card that is on no wire")?,
                    mac: card.mac,
                    device,
                });
            }
        }
        let delay = session.delay.map_or(WIRE_LATENCY, |delay| delay.time);
        let wire = Wire::start(sockets, Losses::of(session), delay)?;
        Ok(Self {
            session,
            hosts,
            wires,
            wire,
        })
    }

    /// Waits for the last packets.
    fn close(self) -> Result<Recording> {
        Ok(Recording {
            wires: self.wires,
            frames: self.wire.end()?,
        })
    }
}

impl Place for Lab<'_> {
    fn spawn(&mut self, actor: &str, command: Command) -> io::Result<Child> {
        let index = self
            .session
            .hosts
            .iter()
            .position(|host| host.name == actor);
        match index.and_then(|index| self.hosts.get(index)) {
            Some(host) => host.spawn(command),
            None => Err(io::Error::other(format!("no host is named {actor}"))),
        }
    }

    fn before(&mut self, step: usize) -> Result<(), String> {
        self.wire.before(step)
    }
}
