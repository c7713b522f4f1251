//! When to build: once after a burst of saves, never two builds at a time, and once more for what
//! was saved during one. Pure: time is an argument.

use std::time::{Duration, Instant};

/// A burst is over when nothing was saved for this long,
const QUIET: Duration = Duration::from_millis(30);
/// or when it has lasted this long.
const ENOUGH: Duration = Duration::from_millis(200);

/// What to do now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    Build,
    WaitUntil(Instant),
    Wait,
}

#[derive(Debug)]
pub(super) struct Pace {
    /// The first and the last save that no build has seen.
    saves: Option<(Instant, Instant)>,
    building: bool,
}

impl Pace {
    /// The first build is due at once.
    pub(super) fn new(now: Instant) -> Pace {
        let long_ago = now.checked_sub(ENOUGH).unwrap_or(now);
        Pace {
            saves: Some((long_ago, long_ago)),
            building: false,
        }
    }

    pub(super) fn saved(&mut self, now: Instant) {
        let first = self.saves.map_or(now, |(first, _)| first);
        self.saves = Some((first, now));
    }

    pub(super) fn built(&mut self) {
        self.building = false;
    }

    /// `Build` is said once; then a build is running until [`Pace::built`].
    pub(super) fn step(&mut self, now: Instant) -> Step {
        let Some((first, last)) = self.saves.filter(|_| !self.building) else {
            return Step::Wait;
        };
        let due = (last + QUIET).min(first + ENOUGH);
        if now < due {
            return Step::WaitUntil(due);
        }
        self.saves = None;
        self.building = true;
        Step::Build
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    /// A pace whose first build is over.
    fn idle() -> (Pace, Instant) {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        assert_eq!(pace.step(start), Step::Build);
        pace.built();
        assert_eq!(pace.step(start), Step::Wait);
        (pace, start)
    }

    #[test]
    fn a_burst_of_saves_is_one_build() {
        let (mut pace, start) = idle();
        for at in [0, 10, 20] {
            pace.saved(start + ms(at));
            assert_eq!(
                pace.step(start + ms(at)),
                Step::WaitUntil(start + ms(at + 30))
            );
        }
        assert_eq!(pace.step(start + ms(50)), Step::Build);
        assert_eq!(pace.step(start + ms(60)), Step::Wait);
    }

    #[test]
    fn saves_without_a_pause_are_built_after_200_ms() {
        let (mut pace, start) = idle();
        for at in (0..200).step_by(10) {
            pace.saved(start + ms(at));
        }
        assert_eq!(pace.step(start + ms(200)), Step::Build);
    }

    #[test]
    fn what_is_saved_during_a_build_is_built_after_it() {
        let (mut pace, start) = idle();
        pace.saved(start);
        assert_eq!(pace.step(start + ms(30)), Step::Build);
        pace.saved(start + ms(40));
        assert_eq!(pace.step(start + ms(300)), Step::Wait);
        pace.built();
        assert_eq!(pace.step(start + ms(400)), Step::Build);
        pace.built();
        assert_eq!(pace.step(start + ms(500)), Step::Wait);
    }
}
