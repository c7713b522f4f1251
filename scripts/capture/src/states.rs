//! The states of the two ends of a TCP connection, from what each has sent and received.
//!
//! RFC 9293 §3.3.2, figure 5. A lost segment changes its sender only.

use core::net::SocketAddr;

use crate::StateChange;
use crate::pairs::Pairs;
use crate::segment::{ACK, FIN, RST, SYN, Segment, before};

/// The states of RFC 9293 §3.3.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Closed,
    Listen,
    SynSent,
    SynReceived,
    Established,
    FinWait1,
    FinWait2,
    CloseWait,
    Closing,
    LastAck,
    TimeWait,
}

impl State {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Closed => "CLOSED",
            Self::Listen => "LISTEN",
            Self::SynSent => "SYN-SENT",
            Self::SynReceived => "SYN-RECEIVED",
            Self::Established => "ESTABLISHED",
            Self::FinWait1 => "FIN-WAIT-1",
            Self::FinWait2 => "FIN-WAIT-2",
            Self::CloseWait => "CLOSE-WAIT",
            Self::Closing => "CLOSING",
            Self::LastAck => "LAST-ACK",
            Self::TimeWait => "TIME-WAIT",
        }
    }
}

/// How many segments that came too early an end remembers.
const EARLY_SEGMENTS_MAX: usize = 256;

/// All ends of all connections.
#[derive(Default)]
pub(crate) struct States(Pairs<(SocketAddr, SocketAddr), End>);

struct End {
    state: State,
    /// Whether it was LISTEN: RST brings it back there.
    passive: bool,
    /// The number of its own SYN and FIN.
    syn: Option<u32>,
    fin: Option<u32>,
    /// The next number it expects.
    expects: Option<u32>,
    /// Segments that came before their turn: first number, number after the last, FIN.
    early: Vec<(u32, u32, bool)>,
}

impl States {
    /// The sender's side of a segment.
    pub(crate) fn sent(&mut self, host: usize, segment: &Segment) -> Option<StateChange> {
        let ends = (segment.source, segment.destination);
        self.change(ends, host, |end| end.sends(segment))
    }

    /// The receiver's side. `answered`: a SYN that is answered with SYN, ACK.
    pub(crate) fn received(
        &mut self,
        host: usize,
        segment: &Segment,
        answered: bool,
    ) -> Option<StateChange> {
        let ends = (segment.destination, segment.source);
        if answered {
            self.listen(ends);
        }
        self.change(ends, host, |end| end.receives(segment))
    }

    /// A program waits here for connections, unless the end is in use already.
    fn listen(&mut self, ends: (SocketAddr, SocketAddr)) {
        let end = self.0.entry(ends, End::closed);
        if matches!(end.state, State::Closed | State::TimeWait) {
            *end = End {
                state: State::Listen,
                passive: true,
                ..End::closed()
            };
        }
    }

    fn change(
        &mut self,
        ends: (SocketAddr, SocketAddr),
        host: usize,
        step: impl FnOnce(&mut End),
    ) -> Option<StateChange> {
        let end = self.0.entry(ends, End::closed);
        let was = end.state;
        step(end);
        (end.state != was).then(|| StateChange {
            host,
            state: end.state.name(),
        })
    }
}

impl End {
    fn closed() -> Self {
        Self {
            state: State::Closed,
            passive: false,
            syn: None,
            fin: None,
            expects: None,
            early: Vec::new(),
        }
    }

    fn sends(&mut self, segment: &Segment) {
        if segment.has(RST) {
            // RFC 9293 §3.5.1: SYN-SENT refuses a segment of an old connection, with the number
            // named there and not with its own next one, and goes on waiting.
            let own = self.syn.map(|syn| syn.wrapping_add(1));
            if self.state != State::SynSent || own == Some(segment.seq) {
                self.state = State::Closed;
            }
            return;
        }
        if segment.has(SYN) {
            if !segment.has(ACK)
                && matches!(self.state, State::Closed | State::Listen | State::TimeWait)
            {
                *self = Self::closed();
                self.state = State::SynSent;
            }
            self.syn = Some(segment.seq);
        }
        if segment.has(FIN) {
            self.fin = Some(segment.end().wrapping_sub(1));
            self.state = match self.state {
                State::SynReceived | State::Established => State::FinWait1,
                State::CloseWait => State::LastAck,
                other => other,
            };
        }
    }

    fn receives(&mut self, segment: &Segment) {
        if segment.has(RST) {
            return self.is_reset(segment);
        }
        let ours = |syn: u32| before(syn, segment.ack);
        if self.state == State::SynSent && segment.has(ACK) && !self.syn.is_some_and(ours) {
            return;
        }
        if segment.has(SYN) {
            self.meets_syn(segment);
        }
        if segment.has(ACK) {
            self.is_acknowledged(segment.ack);
        }
        if !matches!(self.state, State::Closed | State::Listen | State::SynSent) {
            self.takes(segment);
        }
    }

    fn is_reset(&mut self, segment: &Segment) {
        let valid = match self.state {
            State::Closed | State::Listen => false,
            // RFC 9293 §3.10.7.3: only if it acknowledges our SYN.
            State::SynSent => {
                segment.has(ACK)
                    && self
                        .syn
                        .is_some_and(|syn| segment.ack == syn.wrapping_add(1))
            }
            // RFC 9293 §3.10.7.4: a number before the window is an old one.
            _ => self
                .expects
                .is_none_or(|expects| !before(segment.seq, expects)),
        };
        if valid {
            let back = self.passive && self.state == State::SynReceived;
            self.state = if back { State::Listen } else { State::Closed };
        }
    }

    fn meets_syn(&mut self, segment: &Segment) {
        if matches!(self.state, State::Listen | State::SynSent) {
            self.expects = Some(segment.seq.wrapping_add(1));
        }
        match self.state {
            State::Listen => self.state = State::SynReceived,
            // Both opened at once; with ACK, the next step makes it ESTABLISHED.
            State::SynSent => self.state = State::SynReceived,
            _ => {}
        }
    }

    fn is_acknowledged(&mut self, ack: u32) {
        let covers = |number: Option<u32>| number.is_some_and(|number| before(number, ack));
        let fin = covers(self.fin);
        self.state = match self.state {
            State::SynReceived if covers(self.syn) => State::Established,
            State::FinWait1 if fin => State::FinWait2,
            State::Closing if fin => State::TimeWait,
            State::LastAck if fin => State::Closed,
            other => other,
        };
    }

    /// Payload and FIN, once everything before them is here.
    fn takes(&mut self, segment: &Segment) {
        let start = segment.seq.wrapping_add(u32::from(segment.has(SYN)));
        if self.early.len() < EARLY_SEGMENTS_MAX {
            self.early.push((start, segment.end(), segment.has(FIN)));
        }
        // A conversation whose beginning was not recorded starts with this segment.
        let mut expects = self.expects.unwrap_or(start);
        let mut finished = false;
        while let Some(index) = self
            .early
            .iter()
            .position(|&(start, _, _)| !before(expects, start))
        {
            let (_, end, fin) = self.early.swap_remove(index);
            if before(expects, end) {
                expects = end;
                finished |= fin;
            }
        }
        self.expects = Some(expects);
        if finished {
            self.state = match self.state {
                State::SynReceived | State::Established => State::CloseWait,
                State::FinWait1 => State::Closing,
                State::FinWait2 => State::TimeWait,
                other => other,
            };
        }
    }
}
