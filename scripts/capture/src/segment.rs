//! A TCP segment, and what it is in its conversation.

use core::net::SocketAddr;

pub(crate) const FIN: u8 = 1;
pub(crate) const SYN: u8 = 2;
pub(crate) const RST: u8 = 4;
pub(crate) const ACK: u8 = 16;

/// A TCP segment as a conversation sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Segment {
    pub(crate) source: SocketAddr,
    pub(crate) destination: SocketAddr,
    pub(crate) seq: u32,
    pub(crate) ack: u32,
    pub(crate) flags: u8,
    pub(crate) window: u16,
    /// The window scale option.
    pub(crate) scale: Option<u8>,
    /// Where the first block begins that it selectively acknowledges.
    pub(crate) block: Option<u32>,
    /// Number of bytes of payload.
    pub(crate) payload: u32,
}

impl Segment {
    pub(crate) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// How many sequence numbers it takes.
    pub(crate) fn length(&self) -> u32 {
        self.payload + u32::from(self.has(SYN)) + u32::from(self.has(FIN))
    }

    /// The sequence number after its last one.
    pub(crate) fn end(&self) -> u32 {
        self.seq.wrapping_add(self.length())
    }
}

/// Whether `a` comes before `b` in the order of sequence numbers (RFC 9293 §3.4).
pub(crate) fn before(a: u32, b: u32) -> bool {
    a != b && b.wrapping_sub(a) < 1 << 31
}

/// What a segment does in its conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    /// SYN.
    Open,
    /// SYN, ACK.
    Answer,
    /// The first acknowledgment of an opening end.
    Established,
    /// New bytes.
    Data,
    /// Bytes that were sent before.
    Again,
    /// An acknowledgment with no bytes.
    Ack,
    /// The same acknowledgment once more, while bytes are on their way.
    DuplicateAck,
    /// Asks whether the peer is still there.
    KeepAlive,
    /// Asks whether the window is still closed.
    Probe,
    /// The answer to either.
    ProbeAnswer,
    /// The window has changed, and nothing else.
    WindowUpdate,
    /// FIN.
    Finish,
    /// The acknowledgment of a FIN.
    FinishAck,
    /// RST in answer to a SYN.
    Refuse,
    /// RST.
    Reset,
}

/// A segment in its conversation.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) event: Event,
    /// Whether it was sent before: a retransmission of a SYN, of bytes, or of a FIN.
    pub(crate) again: bool,
    /// Relative numbers.
    pub(crate) seq: u32,
    pub(crate) ack: u32,
    /// In bytes, if the scale is known.
    pub(crate) window: Option<u32>,
    /// The factor that is in effect.
    pub(crate) shift: u8,
    /// Whether the sender is the end that opened the connection.
    pub(crate) opener: bool,
    /// Where the peer's numbers start: SACK blocks count from there.
    pub(crate) peer_base: u32,
}
