//! 一个旋钮怎样做：一片进去，几片出来，各有各的时刻。
//! What one knob does: one piece goes in, some come out, each with its time.
use std::time::Duration;

use crate::knobs::{BETWEEN_PIECES, Knob, Which};
use crate::piece::{Piece, What, random};

/// 对方读得到断开之前的字节：RST 比它们晚这么久。
/// The peer can read what came before the break: the RST comes this much later.
pub(crate) const BEFORE_RESET: Duration = Duration::from_millis(150);
/// 让路的数据报最多等后一个这么久。
/// A datagram that lets the next one pass waits for it this long at most.
pub(crate) const HELD_BACK: Duration = Duration::from_millis(200);

/// 链上的一环：一个旋钮，和它记得的事。
/// One link of the chain: a knob, and what it remembers.
pub(crate) struct Stage {
    pub(crate) knob: Knob,
    seed: u64,
    /// 过了多少字节。
    /// The number of bytes that have passed.
    passed: usize,
    /// 下一片最早的时刻。
    /// The earliest time of the next piece.
    next: Duration,
    /// 扣着的一片，和它最晚的时刻。
    /// The piece that is held back, and its latest time.
    pub(crate) held: Option<Piece>,
    over: bool,
}

impl Stage {
    pub(crate) fn new(knob: Knob, seed: u64) -> Self {
        Self {
            knob,
            seed,
            passed: 0,
            next: Duration::ZERO,
            held: None,
            over: false,
        }
    }

    // ANCHOR: stage
    pub(crate) fn put(&mut self, piece: Piece, out: &mut Vec<Piece>) {
        let Piece { at, what } = piece;
        match self.knob.clone() {
            _ if self.over => {}
            Knob::Pieces { bytes, every } => {
                self.divide(at, what, every, |all| pieces(all, bytes), out)
            }
            Knob::Cut => self.divide(at, what, BETWEEN_PIECES, cut, out),
            Knob::Glue(time) => self.glue(at, what, time, out),
            Knob::Delay(time) => out.push(Piece::new(at + time, what)),
            Knob::Stall(limit) => self.only(limit, None, at, what, out),
            Knob::End(limit) => self.only(limit, Some(What::End), at, what, out),
            Knob::Reset(limit) => self.only(limit, Some(What::Reset), at, what, out),
            Knob::Drop(which) => match (self.hits(which, &what), what) {
                (true, What::Datagram(number, bytes)) => {
                    out.push(Piece::new(at, What::Lost(number, bytes)))
                }
                (_, what) => out.push(Piece::new(at, what)),
            },
            Knob::Duplicate(which) => {
                if self.hits(which, &what) {
                    out.push(Piece::new(at, what.clone()));
                }
                out.push(Piece::new(at, what));
            }
            Knob::Reorder(which) => self.let_pass(which, at, what, out),
        }
    }
    // ANCHOR_END: stage

    // ANCHOR: divide
    /// 切成几片，一片接一片，中间隔一会儿；`ends` 说每片到哪里为止。
    /// Cuts into pieces that follow each other after a while; `ends` says where each one ends.
    fn divide(
        &mut self,
        at: Duration,
        what: What,
        every: Duration,
        ends: impl Fn(&[u8]) -> Vec<usize>,
        out: &mut Vec<Piece>,
    ) {
        let at = at.max(self.next.saturating_sub(every));
        let What::Bytes(all) = what else {
            return out.push(Piece::new(at, what));
        };
        let mut from = 0;
        for to in ends(&all) {
            let at = at.max(self.next);
            let what = What::Bytes(all[from..to].to_vec());
            out.push(Piece::new(at, what));
            self.next = at + every;
            from = to;
        }
    }
    // ANCHOR_END: divide

    // ANCHOR: glue
    /// 第一片来了先扣着，等这么久；这中间来的都粘在它后面。
    /// Holds back the first piece for this time; what comes meanwhile sticks to its end.
    fn glue(&mut self, at: Duration, what: What, time: Duration, out: &mut Vec<Piece>) {
        if let Some(held) = self.held.take_if(|held| held.at <= at) {
            out.push(held);
        }
        let What::Bytes(more) = what else {
            // 说完了，后面再没有可等的。
            // This is the end: there is nothing more to wait for.
            out.extend(self.held.take().map(|held| Piece { at, ..held }));
            return out.push(Piece::new(at, what));
        };
        match &mut self.held {
            Some(Piece {
                what: What::Bytes(bytes),
                ..
            }) => bytes.extend(more),
            held => {
                let what = What::Bytes(more);
                *held = Some(Piece::new(at + time, what));
            }
        }
    }
    // ANCHOR_END: glue

    // ANCHOR: only
    /// 只放过前 `limit` 个字节，然后是 `last`，再后面什么也没有。
    /// Lets the first `limit` bytes pass, then `last`, and nothing after that.
    fn only(
        &mut self,
        limit: usize,
        last: Option<What>,
        at: Duration,
        what: What,
        out: &mut Vec<Piece>,
    ) {
        let What::Bytes(mut bytes) = what else {
            // 对方先走了：还没到数。
            // The peer has left before that many bytes had come.
            return out.push(Piece::new(at, what));
        };
        bytes.truncate(limit - self.passed);
        self.passed += bytes.len();
        if !bytes.is_empty() {
            let what = What::Bytes(bytes);
            out.push(Piece::new(at, what));
        }
        if self.passed == limit {
            self.over = true;
            let wait = if last == Some(What::Reset) {
                BEFORE_RESET
            } else {
                Duration::ZERO
            };
            out.extend(last.map(|what| Piece::new(at + wait, what)));
        }
    }
    // ANCHOR_END: only

    /// 这个数据报扣着，等后一个走了再走。
    /// This datagram is held back until the next one has gone.
    fn let_pass(&mut self, which: Which, at: Duration, what: What, out: &mut Vec<Piece>) {
        if let Some(held) = self.held.take_if(|held| held.at <= at) {
            out.push(held);
        }
        // 丢了的没有走，不算后一个。
        // One that is lost does not go: it is not the next one.
        if matches!(what, What::Lost(..)) {
            return out.push(Piece::new(at, what));
        }
        if self.held.is_none() && self.hits(which, &what) {
            let at = at + HELD_BACK;
            self.held = Some(Piece::new(at, what));
            return;
        }
        out.push(Piece::new(at, what));
        out.extend(self.held.take().map(|held| Piece { at, ..held }));
    }

    // ANCHOR: hits
    /// 轮到这个数据报吗？只看种子和它是第几个：同样的种子，同样的命运。
    /// Is it this datagram's turn? It depends on the seed and its number: same seed, same fate.
    fn hits(&self, which: Which, what: &What) -> bool {
        let What::Datagram(number, _) = what else {
            return false;
        };
        match which {
            Which::Number(wanted) => *number == wanted,
            Which::Percent(percent) => random(self.seed, *number) % 100 < percent,
        }
    }
    // ANCHOR_END: hits
}

/// 每片 `size` 个字节，最后一片可能少些。
/// Pieces of `size` bytes; the last may be shorter.
fn pieces(all: &[u8], size: usize) -> Vec<usize> {
    let mut ends: Vec<usize> = (size..all.len()).step_by(size).collect();
    ends.push(all.len());
    ends
}

/// 多字节的字，第一个字节是 11xxxxxx，后面的是 10xxxxxx：断在第一个后面。
/// A character of more than one byte begins with 11xxxxxx and goes on with 10xxxxxx: cut after the
/// first.
fn cut(all: &[u8]) -> Vec<usize> {
    let mut ends = Vec::new();
    for at in 1..all.len() {
        if all[at - 1] >> 6 == 0b11 && all[at] >> 6 == 0b10 {
            ends.push(at);
        }
    }
    ends.push(all.len());
    ends
}
