//! What happens to the bytes of a connection.

use std::time::Duration;

use crate::chain::{Chain, Passing, Transformer};
use crate::division::{BETWEEN_PIECES, Division};
use crate::knob::StreamKnob;

/// What passes in one direction of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stream {
    /// Some bytes, which leave in one write.
    Bytes(Vec<u8>),
    /// The end of this direction: FIN.
    End,
    /// The end of the connection: RST.
    Reset,
}

/// The chain of these knobs, from left to right.
#[must_use]
pub fn chain(knobs: &[StreamKnob]) -> Chain<Stream> {
    Chain::new(knobs.iter().map(stage).collect())
}

fn stage(knob: &StreamKnob) -> Box<dyn Transformer<Stream>> {
    let limit = |left, last| Limit {
        left: Some(left),
        last,
    };
    match *knob {
        StreamKnob::Pieces { bytes, every } => {
            let cuts = Cuts::Paced { bytes };
            Box::new(Divide::new(cuts, every))
        }
        StreamKnob::Cut => Box::new(Divide::new(Cuts::InsideEveryCharacter, BETWEEN_PIECES)),
        StreamKnob::Glue(time) => Box::new(Glue { time, group: None }),
        StreamKnob::Delay(time) => Box::new(Delay(time)),
        StreamKnob::Stall(bytes) => Box::new(limit(bytes, None)),
        StreamKnob::End(bytes) => Box::new(limit(bytes, Some(Stream::End))),
        StreamKnob::Reset(bytes) => Box::new(limit(bytes, Some(Stream::Reset))),
    }
}

enum Cuts {
    Paced { bytes: usize },
    InsideEveryCharacter,
}

/// Pieces, one after the other. No piece is made of bytes that came apart.
struct Divide {
    cuts: Cuts,
    every: Duration,
    last: Option<Duration>,
}

impl Divide {
    fn new(cuts: Cuts, every: Duration) -> Self {
        Self {
            cuts,
            every,
            last: None,
        }
    }

    /// The earliest time for a piece that could leave at `at`.
    fn next(&self, at: Duration) -> Duration {
        self.last
            .map_or(at, |last| at.max(last.saturating_add(self.every)))
    }
}

impl Transformer<Stream> for Divide {
    fn put(&mut self, Passing { at, what }: Passing<Stream>) -> Vec<Passing<Stream>> {
        let Stream::Bytes(bytes) = what else {
            // It needs no time of its own, but stays behind the last piece.
            return vec![Passing::new(
                self.last.map_or(at, |last| at.max(last)),
                what,
            )];
        };
        let division = match self.cuts {
            Cuts::Paced { bytes } => Division::paced(bytes, self.every),
            Cuts::InsideEveryCharacter => Division::inside_every_character(&bytes),
        };
        let mut out = Vec::new();
        let mut from = 0;
        while from < bytes.len() {
            let end = division.end(from, bytes.len());
            let at = self.next(at);
            out.push(Passing::new(at, Stream::Bytes(bytes[from..end].to_vec())));
            self.last = Some(at);
            from = end;
        }
        out
    }

    fn between(&self, _: Duration) -> Duration {
        self.every
    }
}

/// What comes within a time after the first bytes leaves with them.
struct Glue {
    time: Duration,
    group: Option<Passing<Stream>>,
}

impl Transformer<Stream> for Glue {
    fn put(&mut self, thing: Passing<Stream>) -> Vec<Passing<Stream>> {
        let mut out: Vec<_> = self
            .group
            .take_if(|group| group.at <= thing.at)
            .into_iter()
            .collect();
        match (thing.what, &mut self.group) {
            (
                Stream::Bytes(more),
                Some(Passing {
                    what: Stream::Bytes(bytes),
                    ..
                }),
            ) => {
                bytes.extend(more);
            }
            (Stream::Bytes(bytes), group) => {
                let at = thing.at.saturating_add(self.time);
                *group = Some(Passing::new(at, Stream::Bytes(bytes)));
            }
            // Nothing more can come: there is nothing to wait for.
            (end, group) => {
                out.extend(group.take().map(|group| Passing::new(thing.at, group.what)));
                out.push(Passing::new(thing.at, end));
            }
        }
        out
    }

    fn due(&self) -> Option<Duration> {
        self.group.as_ref().map(|group| group.at)
    }

    fn settle(&mut self, now: Duration) -> Vec<Passing<Stream>> {
        self.group
            .take_if(|group| group.at <= now)
            .into_iter()
            .collect()
    }

    fn held(&self) -> Option<&Stream> {
        self.group.as_ref().map(|group| &group.what)
    }

    fn between(&self, _: Duration) -> Duration {
        Duration::ZERO
    }
}

/// Everything leaves later by the same time.
pub(crate) struct Delay(pub(crate) Duration);

impl<T> Transformer<T> for Delay {
    fn put(&mut self, thing: Passing<T>) -> Vec<Passing<T>> {
        vec![Passing::new(thing.at.saturating_add(self.0), thing.what)]
    }
}

/// The first bytes pass, then `last`, and then nothing.
struct Limit {
    /// Number of bytes that may still pass; `None` once they and `last` have passed.
    left: Option<usize>,
    last: Option<Stream>,
}

impl Limit {
    fn last(&mut self, at: Duration) -> Option<Passing<Stream>> {
        self.left.take_if(|left| *left == 0)?;
        let last = self.last.take()?;
        let wait = match last {
            Stream::Reset => crate::BEFORE_RESET,
            _ => Duration::ZERO,
        };
        Some(Passing::new(at.saturating_add(wait), last))
    }
}

impl Transformer<Stream> for Limit {
    fn start(&mut self) -> Vec<Passing<Stream>> {
        self.last(Duration::ZERO).into_iter().collect()
    }

    fn put(&mut self, Passing { at, what }: Passing<Stream>) -> Vec<Passing<Stream>> {
        let Some(left) = &mut self.left else {
            return Vec::new();
        };
        let Stream::Bytes(mut bytes) = what else {
            return vec![Passing::new(at, what)];
        };
        bytes.truncate(*left);
        *left -= bytes.len();
        let bytes = (!bytes.is_empty()).then(|| Passing::new(at, Stream::Bytes(bytes)));
        bytes.into_iter().chain(self.last(at)).collect()
    }
}
