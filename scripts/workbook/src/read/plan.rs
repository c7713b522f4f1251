//! What to build next, and when. A burst of saves is one build. A saved page is made alone, at
//! once, whatever else is being built; the rest of the book follows when the writer pauses, and is
//! thrown away when something newer is saved. Pure: time is an argument.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bilingual::slashes;

/// How long nothing must be saved for a burst to be over.
const BURST_QUIET_TIME: Duration = Duration::from_millis(30);
/// How long a burst may last at most.
const BURST_TIME_MAX: Duration = Duration::from_millis(200);

/// How long nothing must be saved before the rest is built, after a page made alone.
const REST_QUIET_TIME: Duration = Duration::from_secs(1);

/// What to do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Make this page alone, beside a whole build that serves something else; see
    /// [`Plan::wants_whole`].
    Page(PathBuf),
    /// Build the whole book. What is running of an older one is thrown away.
    Whole,
    /// Build the whole book after a page that was made alone.
    Rest,
    WaitUntil(Instant),
    Wait,
}

/// What a build was begun for: a page, or (`None`) something that may be on every page.
type Saved = BTreeSet<Option<PathBuf>>;

/// What was saved, what is being built, and what has failed.
#[derive(Debug)]
pub(super) struct Plan {
    /// The first and the last save of a burst.
    burst: Option<(Instant, Instant)>,
    /// Saved, and to be made alone.
    pages: BTreeSet<PathBuf>,
    /// Saved, and to be built with the whole book.
    others: Saved,
    /// The page that is being made alone.
    page: Option<PathBuf>,
    /// The whole build that is running.
    whole: Option<Whole>,
    /// When to build the rest.
    rest: Option<Instant>,
    /// Whether there is a site that a page can be put into.
    served: bool,
    /// What the last whole build could not serve: a page made alone would hide what is wrong.
    failed: Saved,
}

/// A whole build.
#[derive(Debug)]
enum Whole {
    /// It serves what was saved.
    Serving(Saved),
    /// It follows a page that is served already.
    Rest,
}

impl Plan {
    /// The first build is due at once.
    pub(super) fn new() -> Plan {
        Plan {
            burst: None,
            pages: BTreeSet::new(),
            others: Saved::from([None]),
            page: None,
            whole: None,
            rest: None,
            served: false,
            failed: Saved::new(),
        }
    }

    /// A file was saved; its path from the root.
    pub(super) fn saved(&mut self, path: &Path, now: Instant) {
        match page_of(path) {
            Some(page) => drop(self.pages.insert(page)),
            None => drop(self.others.insert(None)),
        }
        let first = self.burst.map_or(now, |(first, _)| first);
        self.burst = Some((first, now));
    }

    /// The page is served. The rest follows when nothing is saved for a second.
    pub(super) fn page_served(&mut self, now: Instant) {
        self.failed.remove(&self.page.take());
        self.rest = Some(now + REST_QUIET_TIME);
    }

    /// The page could not be made alone: the whole build says why.
    pub(super) fn page_refused(&mut self) {
        self.others.extend(self.page.take().map(Some));
    }

    /// The whole build has ended. A rest that is due for a page made meanwhile stays due.
    pub(super) fn whole_served(&mut self) {
        self.whole = None;
        self.served = true;
        self.failed.clear();
    }

    /// The whole build has failed. What is wrong waits beside what is saved next.
    pub(super) fn whole_failed(&mut self) {
        self.failed = match self.whole.take() {
            Some(Whole::Serving(saved)) => saved,
            _ => Saved::from([None]),
        };
    }

    /// Each build is returned once.
    pub(super) fn step(&mut self, now: Instant) -> Step {
        if let Some((first, last)) = self.burst {
            let due = (last + BURST_QUIET_TIME).min(first + BURST_TIME_MAX);
            if now < due {
                return Step::WaitUntil(due);
            }
            self.burst = None;
        }
        let alone = self.alone();
        if let (Some(page), None) = (&alone, &self.page) {
            self.pages.clear();
            self.page = Some(page.clone());
            self.throw_away_for(page);
            return Step::Page(page.clone());
        }
        if alone.is_none() {
            let pages = std::mem::take(&mut self.pages);
            self.others.extend(pages.into_iter().map(Some));
        }
        if !self.others.is_empty() {
            if let Some(Whole::Serving(_)) = self.whole {
                return Step::Wait;
            }
            let mut saved = std::mem::take(&mut self.others);
            saved.extend(self.failed.iter().cloned());
            self.whole = Some(Whole::Serving(saved));
            self.rest = None;
            return Step::Whole;
        }
        match self.rest {
            Some(due) if self.page.is_none() && self.whole.is_none() => {
                if now < due {
                    return Step::WaitUntil(due);
                }
                self.rest = None;
                self.whole = Some(Whole::Rest);
                Step::Rest
            }
            _ => Step::Wait,
        }
    }

    /// Whether a whole build is wanted; not after it was thrown away.
    pub(super) fn wants_whole(&self) -> bool {
        self.whole.is_some()
    }

    /// Nobody wants the rest any more, nor what was begun for an older state of this page.
    fn throw_away_for(&mut self, page: &Path) {
        let is_page = |saved: &Option<PathBuf>| saved.as_deref() == Some(page);
        self.whole.take_if(|whole| match whole {
            Whole::Serving(saved) => saved.iter().all(is_page),
            Whole::Rest => true,
        });
    }

    /// The one page that was saved, if it may be made alone.
    fn alone(&self) -> Option<PathBuf> {
        let mut pages = self.pages.iter();
        let page = pages.next().filter(|_| pages.next().is_none())?;
        let hides_nothing = || self.failed.iter().all(|wrong| wrong.as_ref() == Some(page));
        (self.served && hides_nothing()).then(|| page.clone())
    }
}

/// The Chinese page of a saved twin.
fn page_of(saved: &Path) -> Option<PathBuf> {
    let name = slashes(saved.strip_prefix("book").ok()?);
    // The table of contents is on every page.
    let stem = name.strip_suffix(".md").filter(|stem| *stem != "SUMMARY")?;
    Some(format!("{}.md", stem.strip_suffix(".en").unwrap_or(stem)).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A plan, and a clock that the test sets.
    struct Test {
        plan: Plan,
        start: Instant,
    }

    /// A plan whose first build is served.
    fn idle() -> Test {
        let (plan, start) = (Plan::new(), Instant::now());
        let mut test = Test { plan, start };
        test.is(0, Step::Whole);
        test.plan.whole_served();
        test.is(0, Step::Wait);
        test
    }

    impl Test {
        fn at(&self, ms: u64) -> Instant {
            self.start + Duration::from_millis(ms)
        }

        fn saved(&mut self, ms: u64, path: &str) {
            self.plan.saved(path.as_ref(), self.at(ms));
        }

        #[track_caller]
        fn is(&mut self, ms: u64, expected: Step) {
            assert_eq!(self.plan.step(self.at(ms)), expected, "after {ms} ms");
        }

        #[track_caller]
        fn waits(&mut self, ms: u64, until: u64) {
            let until = Step::WaitUntil(self.at(until));
            self.is(ms, until);
        }

        fn page_served(&mut self, ms: u64) {
            self.plan.page_served(self.at(ms));
        }
    }

    fn page(path: &str) -> Step {
        Step::Page(path.into())
    }

    #[test]
    fn a_burst_of_saves_is_one_build() {
        let mut test = idle();
        for ms in [0, 10, 20] {
            test.saved(ms, "examples/a.rs");
            test.waits(ms, ms + 30);
        }
        test.is(50, Step::Whole);
        test.is(60, Step::Wait);
    }

    #[test]
    fn saves_without_a_pause_are_built_after_200_ms() {
        let mut test = idle();
        for ms in (0..200).step_by(10) {
            test.saved(ms, "examples/a.rs");
        }
        test.is(200, Step::Whole);
    }

    #[test]
    fn one_page_is_its_twins_and_nothing_else() {
        let check = |saved: &[&str], expected: &[Step]| {
            let mut test = idle();
            saved.iter().for_each(|path| test.saved(0, path));
            for step in expected {
                test.is(30, step.clone());
            }
            test.is(30, Step::Wait);
        };
        let osi = page("layers/osi.md");
        for twins in [
            &["book/layers/osi.md"][..],
            &["book/layers/osi.en.md", "book/layers/osi.md"],
        ] {
            check(twins, std::slice::from_ref(&osi));
        }
        check(&["book/a.md", "book/b.md"], &[Step::Whole]);
        check(
            &["book/a.md", "examples/a.rs"],
            &[page("a.md"), Step::Whole],
        );
        check(&["examples/a.session"], &[Step::Whole]);
        check(&[""], &[Step::Whole]);
        check(&["book/SUMMARY.md"], &[Step::Whole]);
    }

    #[test]
    fn the_rest_is_built_when_the_writer_pauses() {
        let mut test = idle();
        test.saved(0, "book/a.md");
        test.is(30, page("a.md"));
        test.page_served(200);
        test.waits(200, 1200);
        test.saved(1000, "book/a.md");
        test.is(1030, page("a.md"));
        test.page_served(1300);
        test.is(2300, Step::Rest);
        test.plan.whole_served();
        test.is(9000, Step::Wait);
    }

    #[test]
    fn a_newer_save_throws_the_rest_away() {
        for (saved, step) in [("book/b.md", page("b.md")), ("examples/a.rs", Step::Whole)] {
            let mut test = idle();
            test.saved(0, "book/a.md");
            test.is(30, page("a.md"));
            test.page_served(100);
            test.is(1100, Step::Rest);
            assert!(test.plan.wants_whole());
            test.saved(1200, saved);
            test.is(1230, step.clone());
            assert_eq!(test.plan.wants_whole(), step == Step::Whole);
            test.is(1230, Step::Wait);
            // It is built after the page, or with the rest of the book.
            if step == Step::Whole {
                test.plan.whole_served();
                test.is(9000, Step::Wait);
            } else {
                test.page_served(1300);
                test.is(2300, Step::Rest);
            }
        }
    }

    #[test]
    fn a_page_does_not_wait_for_a_build_that_serves_something_else() {
        let mut test = idle();
        test.saved(0, "examples/a.rs");
        test.is(30, Step::Whole);
        test.saved(100, "book/a.md");
        test.is(130, page("a.md"));
        assert!(test.plan.wants_whole());
        test.page_served(200);
        // The build may have read the page before it was saved.
        test.is(300, Step::Wait);
        test.plan.whole_served();
        test.waits(400, 1200);
        test.is(1200, Step::Rest);
    }

    #[test]
    fn what_is_saved_during_a_build_is_built_after_it() {
        let mut test = idle();
        test.saved(0, "examples/a.rs");
        test.is(30, Step::Whole);
        test.saved(40, "examples/a.rs");
        test.is(300, Step::Wait);
        test.plan.whole_served();
        test.is(400, Step::Whole);
        test.plan.whole_served();
        test.saved(500, "book/a.md");
        test.is(530, page("a.md"));
        test.saved(540, "book/a.md");
        test.saved(540, "examples/a.rs");
        test.is(570, Step::Whole);
        test.page_served(600);
        test.is(600, page("a.md"));
    }

    #[test]
    fn what_could_not_be_built_still_waits_beside_the_next_page() {
        let mut test = idle();
        test.saved(0, "book/a.md");
        test.is(30, page("a.md"));
        test.plan.page_refused();
        test.is(100, Step::Whole);
        test.plan.whole_failed();
        test.is(200, Step::Wait);
        // The page is corrected: it is all that there is.
        test.saved(300, "book/a.en.md");
        test.is(330, page("a.md"));
        test.plan.page_refused();
        test.is(400, Step::Whole);
        test.plan.whole_failed();
        // Another page, while the first is still wrong.
        test.saved(500, "book/b.md");
        test.is(530, Step::Whole);
        test.plan.whole_served();
        test.saved(600, "book/a.md");
        test.is(630, page("a.md"));
        test.plan.page_refused();
        test.is(640, Step::Whole);
        // Corrected while the whole build is still finding out what was wrong.
        test.saved(650, "book/a.md");
        test.is(680, page("a.md"));
        assert!(!test.plan.wants_whole());
        test.page_served(690);
        test.saved(600, "book/b.md");
        test.is(630, page("b.md"));
        test.page_served(700);
        test.is(1700, Step::Rest);
        // The rest has failed, and nothing was saved.
        test.plan.whole_failed();
        test.is(9000, Step::Wait);
        test.saved(9000, "book/b.md");
        test.is(9030, Step::Whole);
    }

    #[test]
    fn before_there_is_a_site_no_page_is_made_alone() {
        let (plan, start) = (Plan::new(), Instant::now());
        let mut test = Test { plan, start };
        test.is(0, Step::Whole);
        test.saved(10, "book/a.md");
        test.is(40, Step::Wait);
        test.plan.whole_failed();
        test.is(50, Step::Whole);
    }
}
