//! TCP conversations: numbers that count from the connection's start, and what a segment does.

mod event;

use core::net::SocketAddr;

use crate::pairs::Pairs;
use crate::segment::{ACK, Event, FIN, RST, SYN, Seen, Segment, before};
use crate::stream::Stream;

/// All conversations of a capture, one per wire: behind a router the same segment comes again.
#[derive(Default)]
pub(crate) struct Conversations {
    tcp: Pairs<Key, Conversation>,
    /// The sender of the first datagram.
    udp: Pairs<[SocketAddr; 2], SocketAddr>,
}

type Card = [u8; 6];
type Key = ([Card; 2], [SocketAddr; 2]);

#[derive(Default)]
struct Conversation {
    /// In the order of the key.
    ends: [End; 2],
    opener: Option<usize>,
}

/// One end of a conversation: what it has sent so far.
#[derive(Default)]
struct End {
    /// Relative numbers count from here.
    base: Option<u32>,
    /// The number after the last one sent.
    next: Option<u32>,
    syn: Option<u32>,
    fin: Option<u32>,
    acked: Option<u32>,
    window: Option<u16>,
    scale: Option<u8>,
    /// Whether its last segment was a probe or a keep-alive.
    probing: bool,
    stream: Stream,
}

impl Conversations {
    /// Places a segment in its conversation.
    pub(crate) fn see(&mut self, cards: (Card, Card), segment: &Segment) -> Seen {
        let (key, me) = key(cards, segment);
        let flow = self.tcp.entry(key, Conversation::default);
        if flow.is_over(me, segment) {
            *flow = Conversation::default();
        }
        flow.see(me, segment)
    }

    /// What this end says above TCP.
    pub(crate) fn stream(&mut self, cards: (Card, Card), segment: &Segment) -> &mut Stream {
        let (key, me) = key(cards, segment);
        &mut self.tcp.entry(key, Conversation::default).ends[me].stream
    }

    /// Whether the sender of a datagram is the end that sent the first one.
    pub(crate) fn speaks_first(&mut self, from: SocketAddr, to: SocketAddr) -> bool {
        let ends = if from > to { [to, from] } else { [from, to] };
        *self.udp.entry(ends, || from) == from
    }
}

fn key(cards: (Card, Card), segment: &Segment) -> (Key, usize) {
    let (from, to) = (segment.source, segment.destination);
    let me = usize::from(from > to);
    let ends = if from > to { [to, from] } else { [from, to] };
    let (a, b) = cards;
    let cards = if a > b { [b, a] } else { [a, b] };
    ((cards, ends), me)
}

impl Conversation {
    /// Whether this is a SYN with a new number: the same addresses and ports, but a new connection.
    fn is_over(&self, me: usize, segment: &Segment) -> bool {
        let opening = segment.has(SYN) && !segment.has(ACK);
        let end = &self.ends[me];
        opening && end.next.is_some() && end.syn != Some(segment.seq)
    }

    fn see(&mut self, me: usize, segment: &Segment) -> Seen {
        let (event, again) = self.event(me, segment);
        if event == Event::Open && self.opener.is_none() {
            self.opener = Some(me);
        }
        self.remember(me, segment, event);
        let scaled = [0, 1].map(|end: usize| self.ends[end].scale);
        let shift = match scaled {
            [Some(_), Some(_)] if !segment.has(SYN) => scaled[me].unwrap_or(0),
            _ => 0,
        };
        // A scale is valid only if both SYNs have one: one alone does not tell.
        let [mine, other] = [me, 1 - me].map(|end| &self.ends[end]);
        let agreed = mine.syn.is_some() && (other.syn.is_some() || mine.scale.is_none());
        let known = segment.has(SYN) || agreed;
        let peer_base = self.ends[1 - me].base.unwrap_or(0);
        Seen {
            event,
            again,
            seq: segment.seq.wrapping_sub(self.ends[me].base.unwrap_or(0)),
            ack: if segment.has(ACK) {
                segment.ack.wrapping_sub(peer_base)
            } else {
                0
            },
            window: known.then(|| u32::from(segment.window) << shift),
            shift,
            opener: self.opener == Some(me),
            peer_base,
        }
    }

    fn remember(&mut self, me: usize, segment: &Segment, event: Event) {
        let opening = segment.has(SYN) || segment.has(RST);
        let end = &mut self.ends[me];
        // A conversation that was already going on: its first byte gets number 1.
        let first = if opening {
            segment.seq
        } else {
            segment.seq.wrapping_sub(1)
        };
        end.base.get_or_insert(first);
        if segment.has(SYN) {
            end.syn = Some(segment.seq);
            end.scale = segment.scale;
        }
        if segment.has(FIN) {
            end.fin = Some(segment.end().wrapping_sub(1));
        }
        let past = end.next.is_none_or(|next| before(next, segment.end()));
        if past {
            end.next = Some(segment.end());
        }
        end.window = Some(segment.window);
        end.probing = matches!(event, Event::Probe | Event::KeepAlive);
        if segment.has(ACK) {
            end.acked = Some(segment.ack);
            let peer = &mut self.ends[1 - me];
            peer.base.get_or_insert(segment.ack.wrapping_sub(1));
        }
    }
}
