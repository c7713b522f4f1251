//! The time diagram as data: who did what when, in terminals and on wires.
//!
//! A [`Timeline`] says what happened, whoever saw it: a session (what should happen), a capture
//! (what the kernel did). It has one drawing in HTML ([`html`]), one in plain text ([`text`]), and
//! one form as JSON, which the theme's script reads. Pure, and without a clock: a moment has a time
//! where the source has one.

mod arrow;
mod captions;
pub mod data;
mod from_capture;
mod from_session;
mod hex;
pub mod html;
mod json;
mod tables;
pub mod text;

use core::net::IpAddr;
use std::time::Duration;

use bilingual::Text;
use capture::Layer;
use session::Status;

/// What happened, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// What it shows.
    pub title: Text,
    /// Terminals or hosts: the columns of the diagram.
    pub lanes: Vec<Lane>,
    /// What happened, earliest first.
    pub moments: Vec<Moment>,
}

/// A terminal, or a host on a wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// Its name in the session, such as `server`.
    pub name: String,
    /// Its network cards, each with its addresses; none for a terminal.
    pub cards: Vec<session::Card>,
}

impl Lane {
    /// The addresses of all its cards; none for a terminal.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.cards
            .iter()
            .flat_map(|card| card.addresses.iter().copied())
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// In which lane, as an index into `lanes`; a note is in none, and what leaves a lane is in
    /// that lane.
    pub lane: Option<usize>,
    /// Since the first packet, where the source measured it.
    pub time: Option<Duration>,
    /// The step of the session that this is, or that caused it: an index into its steps.
    pub step: Option<usize>,
    /// What it was.
    pub what: What,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A command starts.
    Started {
        /// The command line.
        command: String,
    },
    /// A line was printed. In a session `[..]` stands for text that varies.
    Printed {
        /// What stood on that line already, without a line end.
        prompt: String,
        /// The rest of the line.
        line: String,
    },
    /// Text without a line end was printed, and the program waits.
    Prompted {
        /// All of the line so far.
        prompt: String,
    },
    /// A person typed a line.
    Typed {
        /// What stood on that line already.
        prompt: String,
        /// What was typed.
        line: String,
    },
    /// A person ended the input.
    EndOfInput,
    /// A person interrupted the program.
    Interrupted,
    /// Nothing came for so long.
    Silent(Duration),
    /// The program ended.
    Ended(Status),
    /// An explanation of what follows.
    Note(Text),
    /// One end of a TCP connection changed its state, by the packet before this: RFC 9293 §3.3.2.
    State(&'static str),
    /// A packet left the lane.
    Sent(Sent),
}

/// A packet on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The lanes that it reaches or would reach.
    pub to: Vec<usize>,
    /// Whether it is for all hosts of its wire (a broadcast).
    pub broadcast: bool,
    /// What became of it.
    pub fate: Fate,
    /// What it is.
    pub packet: Packet,
}

/// What became of a packet on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It arrived.
    Arrived,
    /// The wire lost it.
    Lost,
}

/// A packet, every bit of it named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// Its number in the recording, from 1.
    pub number: usize,
    /// What it is, as engineers write it: `SYN`, `seq 1:7 ack 1`.
    pub label: String,
    /// The same as a sentence.
    pub said: Text,
    /// The whole frame.
    pub bytes: Vec<u8>,
    /// Its headers, outermost first; together they cover every bit.
    pub layers: Vec<Layer>,
}

impl Timeline {
    /// The packets with the moment at which each was sent, in order.
    pub fn packets(&self) -> impl Iterator<Item = (&Moment, &Sent)> {
        self.moments.iter().filter_map(|moment| match &moment.what {
            What::Sent(sent) => Some((moment, sent)),
            _ => None,
        })
    }

    /// The states that the packet of this moment changes: each lane and its new state.
    pub(crate) fn states_after(&self, sent: &Moment) -> Vec<(usize, &'static str)> {
        let at = self
            .moments
            .iter()
            .position(|moment| std::ptr::eq(moment, sent));
        let after = at.map_or(&[][..], |at| &self.moments[at + 1..]);
        after.iter().map_while(Moment::state).collect()
    }
}

impl Moment {
    /// The lane and its new state, if that is what happened.
    pub(crate) fn state(&self) -> Option<(usize, &'static str)> {
        match self.what {
            What::State(state) => Some((self.lane?, state)),
            _ => None,
        }
    }
}

impl Lane {
    /// Its name, in both languages where it has two.
    #[must_use]
    pub fn names(&self) -> (&str, &str) {
        (
            bilingual::actors::chinese(&self.name).unwrap_or(&self.name),
            &self.name,
        )
    }
}
