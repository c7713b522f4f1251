//! What a segment does, from what both ends have sent before it.

use super::Conversation;
use crate::segment::{ACK, Event, FIN, RST, SYN, Segment, before};

impl Conversation {
    /// What it does, and whether it was sent before.
    pub(super) fn event(&self, me: usize, segment: &Segment) -> (Event, bool) {
        let (end, peer) = (&self.ends[me], &self.ends[1 - me]);
        if segment.has(RST) {
            let refused = end.syn.is_none() && peer.syn.is_some() && end.acked.is_none();
            return (if refused { Event::Refuse } else { Event::Reset }, false);
        }
        if segment.has(SYN) {
            let event = if segment.has(ACK) {
                Event::Answer
            } else {
                Event::Open
            };
            return (event, end.syn == Some(segment.seq));
        }
        let next = end.next.unwrap_or(segment.seq);
        let closed = peer.window == Some(0) && !segment.has(FIN);
        let one_back = segment.seq.wrapping_add(1) == next && !segment.has(FIN);
        // A byte that the peer has not acknowledged is sent again because it may be lost.
        let missing = segment.payload == 1 && !closed && peer.acked != Some(next);
        if one_back && segment.payload <= 1 && end.acked.is_some() && !missing {
            return (
                if closed {
                    Event::Probe
                } else {
                    Event::KeepAlive
                },
                false,
            );
        }
        if segment.length() > 0 {
            if before(segment.seq, next) {
                let event = if segment.has(FIN) && segment.payload == 0 {
                    Event::Finish
                } else {
                    Event::Again
                };
                return (event, true);
            }
            if closed && segment.payload == 1 {
                return (Event::Probe, false);
            }
            let fin = segment.has(FIN) && segment.payload == 0;
            return (if fin { Event::Finish } else { Event::Data }, false);
        }
        (self.bare(me, segment), false)
    }

    /// A segment with nothing but an acknowledgment.
    fn bare(&self, me: usize, segment: &Segment) -> Event {
        let (end, peer) = (&self.ends[me], &self.ends[1 - me]);
        if end.acked.is_none() && end.syn.is_some() && peer.syn.is_some() {
            return Event::Established;
        }
        if end.acked != Some(segment.ack) {
            let fin = peer
                .fin
                .is_some_and(|fin| segment.ack == fin.wrapping_add(1));
            return if fin { Event::FinishAck } else { Event::Ack };
        }
        // RFC 6675 §2: with SACK, a duplicate is one that names a block behind a gap, whatever its
        // window. (A block before the gap tells of bytes that came twice: RFC 2883.)
        if segment.block.is_some_and(|left| before(segment.ack, left)) {
            return Event::DuplicateAck;
        }
        // The answer to a probe of an open window may be the first segment whose window is scaled.
        let open = segment.window != 0 && end.window != Some(0);
        if peer.probing && open {
            return Event::ProbeAnswer;
        }
        if end.window != Some(segment.window) {
            return if segment.window == 0 {
                Event::Ack
            } else {
                Event::WindowUpdate
            };
        }
        if peer.probing {
            return Event::ProbeAnswer;
        }
        let waiting = peer.next.is_some_and(|next| before(segment.ack, next));
        if waiting {
            Event::DuplicateAck
        } else {
            Event::Ack
        }
    }
}
