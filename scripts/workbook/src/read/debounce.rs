//! When to build: once after a burst of saves, never two builds at a time, and once more for what
//! was saved during one. A saved page may be made alone, and the rest when the writer pauses.
//! Pure: time is an argument.

use std::time::{Duration, Instant};

/// How long nothing must be saved for a burst to be over.
const BURST_QUIET_TIME: Duration = Duration::from_millis(30);
/// How long a burst may last at most.
const BURST_TIME_MAX: Duration = Duration::from_millis(200);

/// How long nothing must be saved before the rest is built, after a page made alone.
const REST_QUIET_TIME: Duration = Duration::from_secs(1);

/// What to do now.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Build what was saved.
    Build,
    /// Build the rest, after a page that was made alone.
    Rest,
    WaitUntil(Instant),
    Wait,
}

/// When the next build is due.
#[derive(Debug)]
pub(super) struct Debounce {
    /// The first and the last save that no build has seen.
    saves: Option<(Instant, Instant)>,
    building: bool,
    /// When to make the rest.
    rest: Option<Instant>,
}

impl Debounce {
    /// The first build is due at once.
    pub(super) fn new(now: Instant) -> Debounce {
        let long_ago = now.checked_sub(BURST_TIME_MAX).unwrap_or(now);
        Debounce {
            saves: Some((long_ago, long_ago)),
            building: false,
            rest: None,
        }
    }

    pub(super) fn saved(&mut self, now: Instant) {
        let first = self.saves.map_or(now, |(first, _)| first);
        self.saves = Some((first, now));
    }

    pub(super) fn built(&mut self) {
        self.building = false;
        self.rest = None;
    }

    /// One page was made, alone.
    pub(super) fn built_a_page(&mut self, now: Instant) {
        self.building = false;
        self.rest = Some(now + REST_QUIET_TIME);
    }

    /// `Build` and `Rest` are returned once; then a build is running until [`Debounce::built`].
    pub(super) fn step(&mut self, now: Instant) -> Step {
        if self.building {
            return Step::Wait;
        }
        let (due, step) = match (self.saves, self.rest) {
            (Some((first, last)), _) => (
                (last + BURST_QUIET_TIME).min(first + BURST_TIME_MAX),
                Step::Build,
            ),
            (None, Some(rest)) => (rest, Step::Rest),
            (None, None) => return Step::Wait,
        };
        if now < due {
            return Step::WaitUntil(due);
        }
        self.saves = None;
        self.building = true;
        step
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    /// A debounce whose first build is over.
    fn idle() -> (Debounce, Instant) {
        let start = Instant::now();
        let mut debounce = Debounce::new(start);
        assert_eq!(debounce.step(start), Step::Build);
        debounce.built();
        assert_eq!(debounce.step(start), Step::Wait);
        (debounce, start)
    }

    #[test]
    fn a_burst_of_saves_is_one_build() {
        let (mut debounce, start) = idle();
        for at in [0, 10, 20] {
            debounce.saved(start + ms(at));
            assert_eq!(
                debounce.step(start + ms(at)),
                Step::WaitUntil(start + ms(at + 30))
            );
        }
        assert_eq!(debounce.step(start + ms(50)), Step::Build);
        assert_eq!(debounce.step(start + ms(60)), Step::Wait);
    }

    #[test]
    fn saves_without_a_pause_are_built_after_200_ms() {
        let (mut debounce, start) = idle();
        for at in (0..200).step_by(10) {
            debounce.saved(start + ms(at));
        }
        assert_eq!(debounce.step(start + ms(200)), Step::Build);
    }

    #[test]
    fn what_is_saved_during_a_build_is_built_after_it() {
        let (mut debounce, start) = idle();
        debounce.saved(start);
        assert_eq!(debounce.step(start + ms(30)), Step::Build);
        debounce.saved(start + ms(40));
        assert_eq!(debounce.step(start + ms(300)), Step::Wait);
        debounce.built();
        assert_eq!(debounce.step(start + ms(400)), Step::Build);
        debounce.built();
        assert_eq!(debounce.step(start + ms(500)), Step::Wait);
    }

    #[test]
    fn the_rest_is_built_when_the_writer_pauses() {
        let (mut debounce, start) = idle();
        debounce.saved(start);
        assert_eq!(debounce.step(start + ms(30)), Step::Build);
        debounce.built_a_page(start + ms(200));
        assert_eq!(
            debounce.step(start + ms(200)),
            Step::WaitUntil(start + ms(1200))
        );
        debounce.saved(start + ms(1000));
        assert_eq!(debounce.step(start + ms(1030)), Step::Build);
        debounce.built_a_page(start + ms(1300));
        assert_eq!(debounce.step(start + ms(2300)), Step::Rest);
        debounce.built();
        assert_eq!(debounce.step(start + ms(9000)), Step::Wait);
    }
}
