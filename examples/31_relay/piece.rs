//! 经过的东西：什么时候，什么。还有一个由种子算出来的数。
//! What passes, and when; and a number that a seed determines.
use std::time::Duration;

/// 一件经过的事，和它的时刻（从连接建立算起）。
/// A thing that passes, and its time, from the start of the connection.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Piece {
    pub(crate) at: Duration,
    pub(crate) what: What,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum What {
    /// TCP 的一段字节。
    /// Some bytes of TCP.
    Bytes(Vec<u8>),
    /// UDP 的一个数据报，和它是第几个来的。
    /// A datagram of UDP, and its number: which one it was to come.
    Datagram(u64, Vec<u8>),
    /// 丢了的数据报：只写在屏幕上。
    /// A datagram that is lost: it only goes to the screen.
    Lost(u64, Vec<u8>),
    End,
    Reset,
}

impl Piece {
    pub(crate) fn new(at: Duration, what: What) -> Self {
        Self { at, what }
    }
}

impl What {
    pub(crate) fn len(&self) -> usize {
        match self {
            What::Bytes(bytes) | What::Datagram(_, bytes) | What::Lost(_, bytes) => bytes.len(),
            What::End | What::Reset => 0,
        }
    }
}

/// 由种子算出来的数，看起来没有规律，每次都一样（SplitMix64）。
/// A number computed from the seed: it looks random, and is the same each time (SplitMix64).
pub(crate) fn random(seed: u64, number: u64) -> u64 {
    let step = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut z = seed.wrapping_add(step);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
