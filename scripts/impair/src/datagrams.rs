//! What happens to datagrams.

use std::time::Duration;

use crate::chain::{Chain, Passing, Transformer};
use crate::knob::{Chosen, DatagramKnob};
use crate::random::Random;
use crate::stream::Delay;

/// The longest time that a datagram waits for the next one to pass it.
pub const HELD_BACK: Duration = Duration::from_millis(200);

/// A datagram, and what has become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Datagram {
    /// Which one it was to come in its direction, from 1. A copy has the number of the first.
    pub number: u64,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether it is lost: it goes on through the chain to be shown, and is not sent.
    pub lost: bool,
}

/// The chain of these knobs, from left to right. The same seed gives the same fates.
#[must_use]
pub fn chain(knobs: &[DatagramKnob], seed: u64) -> Chain<Datagram> {
    let stages = knobs.iter().zip(0..);
    let stages = stages.map(|(knob, place)| stage(knob, Random::nth(seed, place)));
    Chain::new(stages.collect())
}

fn stage(knob: &DatagramKnob, seed: u64) -> Box<dyn Transformer<Datagram>> {
    match *knob {
        DatagramKnob::Drop(chosen) => Box::new(Drop(Lot { chosen, seed })),
        DatagramKnob::Duplicate(chosen) => Box::new(Duplicate(Lot { chosen, seed })),
        DatagramKnob::Reorder(chosen) => Box::new(Reorder {
            lot: Lot { chosen, seed },
            held: None,
        }),
        DatagramKnob::Delay(time) => Box::new(Delay(time)),
    }
}

/// Which datagrams: a function of the seed and the number alone.
struct Lot {
    chosen: Chosen,
    seed: u64,
}

impl Lot {
    fn falls_on(&self, datagram: &Datagram) -> bool {
        !datagram.lost
            && match self.chosen {
                Chosen::Number(number) => datagram.number == number,
                Chosen::Percent(percent) => {
                    Random::nth(self.seed, datagram.number) % 100 < u64::from(percent)
                }
            }
    }
}

struct Drop(Lot);

impl Transformer<Datagram> for Drop {
    fn put(&mut self, mut datagram: Passing<Datagram>) -> Vec<Passing<Datagram>> {
        datagram.what.lost |= self.0.falls_on(&datagram.what);
        vec![datagram]
    }
}

struct Duplicate(Lot);

impl Transformer<Datagram> for Duplicate {
    fn put(&mut self, datagram: Passing<Datagram>) -> Vec<Passing<Datagram>> {
        let copies = 1 + usize::from(self.0.falls_on(&datagram.what));
        vec![datagram; copies]
    }
}

/// Holds one back until the next one has passed it, or for [`HELD_BACK`].
struct Reorder {
    lot: Lot,
    held: Option<Passing<Datagram>>,
}

impl Transformer<Datagram> for Reorder {
    fn put(&mut self, datagram: Passing<Datagram>) -> Vec<Passing<Datagram>> {
        let at = datagram.at;
        let mut out: Vec<_> = self
            .held
            .take_if(|held| held.at <= at)
            .into_iter()
            .collect();
        if datagram.what.lost {
            out.push(datagram);
        } else if let Some(held) = self.held.take() {
            out.extend([datagram, Passing::new(at, held.what)]);
        } else if self.lot.falls_on(&datagram.what) {
            self.held = Some(Passing::new(at.saturating_add(HELD_BACK), datagram.what));
        } else {
            out.push(datagram);
        }
        out
    }

    fn due(&self) -> Option<Duration> {
        self.held.as_ref().map(|held| held.at)
    }

    fn settle(&mut self, now: Duration) -> Vec<Passing<Datagram>> {
        self.held
            .take_if(|held| held.at <= now)
            .into_iter()
            .collect()
    }

    fn held(&self) -> Option<&Datagram> {
        self.held.as_ref().map(|held| &held.what)
    }
}
