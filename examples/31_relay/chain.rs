//! 旋钮怎样做：什么时候来的什么，什么时候变成什么离开。没有时钟，没有套接字，只算。
//! What knobs do: what came at which time leaves as what, at which time. No clock, no socket: it
//! only computes.
use std::time::Duration;

use crate::knobs::{BETWEEN_PIECES, Knob};
use crate::piece::{Piece, What, random};
use crate::stage::Stage;

/// 一串旋钮：前一个放出来的，进后一个。
/// A chain of knobs: what one lets out goes into the next.
pub(crate) struct Chain(Vec<Stage>);

impl Chain {
    pub(crate) fn new(knobs: &[Knob], seed: u64) -> Self {
        let mut stages = Vec::new();
        for (place, knob) in knobs.iter().enumerate() {
            stages.push(Stage::new(knob.clone(), random(seed, place as u64)));
        }
        Self(stages)
    }

    // ANCHOR: chain
    /// 来了一片：哪些片、在哪些时刻离开。
    /// A piece has come: which pieces leave, and when.
    pub(crate) fn put(&mut self, piece: Piece) -> Vec<Piece> {
        through(&mut self.0, vec![piece])
    }
    // ANCHOR_END: chain

    /// 还没有来过什么：`end=0` 现在就结束。
    /// Nothing has come yet: `end=0` ends now.
    pub(crate) fn start(&mut self) -> Vec<Piece> {
        let mut out = Vec::new();
        for place in 0..self.0.len() {
            let (stages, after) = self.0.split_at_mut(place + 1);
            if let Knob::Stall(0) | Knob::End(0) | Knob::Reset(0) = stages[place].knob {
                let nothing = What::Bytes(Vec::new());
                let mut last = Vec::new();
                stages[place].put(Piece::new(Duration::ZERO, nothing), &mut last);
                out.extend(through(after, last));
            }
        }
        out
    }

    /// 到了这个时刻，谁也没来：扣着的，有的该放了。
    /// This time has come, and nothing else: some of what is held back must go now.
    pub(crate) fn settle(&mut self, now: Duration) -> Vec<Piece> {
        let mut out = Vec::new();
        for place in 0..self.0.len() {
            let held = &mut self.0[place].held;
            if let Some(held) = held.take_if(|held| held.at <= now) {
                out.extend(through(&mut self.0[place + 1..], vec![held]));
            }
        }
        out
    }

    /// 扣着的，最早什么时刻该放。
    /// The earliest time at which something that is held back must go.
    pub(crate) fn due(&self) -> Option<Duration> {
        let held = self.0.iter().filter_map(|stage| stage.held.as_ref());
        held.map(|held| held.at).min()
    }

    /// 扣着多少字节。
    /// The number of bytes that are held back.
    pub(crate) fn held(&self) -> usize {
        let held = self.0.iter().filter_map(|stage| stage.held.as_ref());
        held.map(|held| held.what.len()).sum()
    }

    /// 离开的两片之间，至少隔多久：哪怕对方读得慢，前一片晚走了。
    /// The least time between two pieces that leave, even if the peer reads slowly and one is late.
    pub(crate) fn between(&self) -> Duration {
        let mut between = Duration::ZERO;
        for stage in &self.0 {
            between = match stage.knob {
                Knob::Pieces { every, .. } => every,
                Knob::Cut => BETWEEN_PIECES,
                Knob::Glue(_) => Duration::ZERO,
                _ => between,
            };
        }
        between
    }
}

fn through(stages: &mut [Stage], mut pieces: Vec<Piece>) -> Vec<Piece> {
    for stage in stages {
        let mut out = Vec::new();
        for piece in pieces {
            stage.put(piece, &mut out);
        }
        pieces = out;
    }
    pieces
}
