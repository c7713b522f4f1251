//! What passes at which time, and transformers one behind the other.

use std::time::Duration;

use crate::Random;

/// A thing that passes, and when. Times count from the start of the connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passing<T> {
    /// When.
    pub at: Duration,
    /// What.
    pub what: T,
}

impl<T> Passing<T> {
    /// `what`, at the time `at`.
    pub fn new(at: Duration, what: T) -> Self {
        Self { at, what }
    }
}

/// Makes of a thing that comes those that leave, each with its time.
///
/// Things come in the order of their times, and leave in the order of theirs.
pub trait Transformer<T>: Send {
    /// What leaves before anything has come, at the start.
    fn start(&mut self) -> Vec<Passing<T>> {
        Vec::new()
    }

    /// What leaves because this has come.
    fn put(&mut self, thing: Passing<T>) -> Vec<Passing<T>>;

    /// When something that is held back leaves, if nothing comes.
    fn due(&self) -> Option<Duration> {
        None
    }

    /// What leaves because it is `now`, and nothing that comes from here on is earlier.
    fn settle(&mut self, now: Duration) -> Vec<Passing<T>> {
        let _ = now;
        Vec::new()
    }

    /// The thing that is held back, if any.
    fn held(&self) -> Option<&T> {
        None
    }

    /// The least time between two things that leave. Whoever sends them keeps it, even if the receiver
    /// was slow to take the first. `before` is that of the things that come.
    fn between(&self, before: Duration) -> Duration {
        before
    }
}

/// Transformers, one behind the other. Without any, things pass unchanged.
pub struct Chain<T>(Vec<Box<dyn Transformer<T>>>);

impl<T> Chain<T> {
    /// The first of them comes first.
    #[must_use]
    pub fn new(stages: Vec<Box<dyn Transformer<T>>>) -> Self {
        Self(stages)
    }

    /// What leaves after the stages before `place`, and goes through the others.
    fn through(&mut self, place: usize, things: Vec<Passing<T>>) -> Vec<Passing<T>> {
        self.0[place..].iter_mut().fold(things, |things, stage| {
            things
                .into_iter()
                .flat_map(|thing| stage.put(thing))
                .collect()
        })
    }

    /// The things that are held back.
    pub fn held_back(&self) -> impl Iterator<Item = &T> {
        self.0.iter().filter_map(|stage| stage.held())
    }
}

impl<T> Transformer<T> for Chain<T> {
    fn start(&mut self) -> Vec<Passing<T>> {
        let mut out = Vec::new();
        for place in 0..self.0.len() {
            let things = self.0[place].start();
            out.extend(self.through(place + 1, things));
        }
        out
    }

    fn put(&mut self, thing: Passing<T>) -> Vec<Passing<T>> {
        self.through(0, vec![thing])
    }

    fn due(&self) -> Option<Duration> {
        self.0.iter().filter_map(|stage| stage.due()).min()
    }

    fn settle(&mut self, now: Duration) -> Vec<Passing<T>> {
        let mut out = Vec::new();
        for place in 0..self.0.len() {
            let things = self.0[place].settle(now);
            out.extend(self.through(place + 1, things));
        }
        out
    }

    fn held(&self) -> Option<&T> {
        self.held_back().next()
    }

    fn between(&self, before: Duration) -> Duration {
        self.0
            .iter()
            .fold(before, |before, stage| stage.between(before))
    }
}

/// The two directions of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// What the server sends.
    ToClient,
    /// What the client sends.
    ToServer,
}

impl Direction {
    /// The seed of this direction, where `seed` is that of the conversation.
    #[must_use]
    pub fn seed(self, seed: u64) -> u64 {
        Random::nth(seed, u64::from(self == Self::ToServer))
    }
}
