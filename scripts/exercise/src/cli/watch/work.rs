//! The exercise that is open: its file, the check that is running, the outcome of the last one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::saves::{FileChange, Saves};
use crate::cli::commands;
use crate::cli::judging::{self, Job, Outcome, Program};
use crate::cli::workspace::{LearnerFile, Workspace};
use crate::progress::{ProgramKind, Progress};
use judge::check::Check;
use judge::report;
use judge::verdict::Verdict;

/// The phase of the work on an exercise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing has been saved yet.
    Fresh,
    Building,
    Playing,
    Passed,
    Failed,
    /// It does not compile.
    Refused,
    /// The file is gone.
    Gone,
    /// It cannot be judged; the text says why.
    Trouble(String),
}

/// The work on an exercise.
pub(super) struct Work {
    pub(super) workspace: Workspace,
    pub(super) id: String,
    pub(super) check: Check,
    pub(super) mine: LearnerFile,
    asked: Option<ProgramKind>,
    pub(super) phase: Phase,
    /// The verdicts of the check that is running, or of the last one.
    pub(super) verdicts: Vec<Verdict>,
    /// The last part of the report of the last check: the first failure, or that all have passed.
    pub(super) said: String,
    /// The whole report of the last check.
    pub(super) report: String,
    pub(super) progress: Progress,
    saves: Saves,
    stop: Arc<AtomicBool>,
    /// Whether a thread is judging, perhaps a text that is no longer the newest.
    busy: bool,
    again: bool,
    news: (Sender<News>, Receiver<News>),
}

enum News {
    Building,
    Verdict(Verdict),
    /// The check is over. The error is text already, since it comes from another thread.
    Done(Box<(Job, Result<Outcome, String>)>),
}

/// How long leaving waits for a check to end what it has started.
const LAST_CHECK_WAIT: Duration = Duration::from_millis(1500);

impl Work {
    /// Opens an exercise; a file that was there before is judged at once.
    pub(super) fn open(
        workspace: &Workspace,
        id: &str,
        asked: Option<ProgramKind>,
    ) -> Result<Self> {
        let check = workspace.check(id)?;
        let mine = workspace.begin(id, asked)?;
        let saves = Saves::new(&mine.path, mine.new, Instant::now());
        Ok(Self {
            id: id.to_owned(),
            check,
            asked,
            phase: Phase::Fresh,
            verdicts: Vec::new(),
            said: String::new(),
            report: String::new(),
            progress: workspace.progress_log.progress(),
            saves,
            mine,
            stop: Arc::default(),
            busy: false,
            again: false,
            news: channel(),
            workspace: workspace.clone(),
        })
    }

    /// Turns to another exercise, in the language of this one if it has a stub for that.
    pub(super) fn turn_to(&mut self, id: &str) -> Result<()> {
        let python = self.workspace.course.file(id, "stub.py").is_file();
        let asked = self
            .asked
            .filter(|kind| *kind != ProgramKind::Python || python);
        let next = Work::open(&self.workspace, id, asked)?;
        let wish = self.asked;
        self.end();
        *self = next;
        self.asked = wish;
        Ok(())
    }

    /// The next exercise that is not solved.
    pub(super) fn next(&self) -> Option<String> {
        commands::next(&self.workspace, &self.progress, Some(&self.id))
    }

    /// The phases since the last call, if anything has happened.
    pub(super) fn tick(&mut self, now: Instant) -> Vec<Phase> {
        let before = self.phase.clone();
        let mut phases = Vec::new();
        match self.saves.look(now) {
            FileChange::Nothing => {}
            FileChange::Saved => self.judge(),
            FileChange::Gone => {
                self.stop.store(true, Ordering::Relaxed);
                self.again = false;
                self.phase = Phase::Gone;
            }
        }
        while let Ok(news) = self.news.1.try_recv() {
            self.take(news);
            phases.push(self.phase.clone());
        }
        if phases.is_empty() && self.phase != before {
            phases.push(self.phase.clone());
        }
        phases
    }

    /// Judges what the file holds now; ends a check that is running.
    pub(super) fn judge(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.verdicts.clear();
        self.phase = Phase::Building;
        self.again = self.busy;
        if !self.busy {
            self.begin();
        }
    }

    fn begin(&mut self) {
        self.busy = true;
        self.stop = Arc::default();
        let job = Job {
            id: self.id.clone(),
            check: self.check.clone(),
            program: Program::mine(&self.mine),
            only: None,
            seed: 1,
            stop: self.stop.clone(),
        };
        let (workspace, news) = (self.workspace.clone(), self.news.0.clone());
        let work = move || {
            let tell = |verdict: Option<&Verdict>| {
                let _ = news.send(match verdict {
                    None => News::Building,
                    Some(verdict) => News::Verdict(verdict.clone()),
                });
            };
            let judged = catch_unwind(AssertUnwindSafe(|| judging::judge(&workspace, &job, tell)));
            let outcome = match judged {
                Ok(outcome) => outcome.map_err(|error| format!("{error:#}")),
                Err(_) => Err("the judge itself failed".to_owned()),
            };
            let _ = news.send(News::Done(Box::new((job, outcome))));
        };
        if let Err(error) = thread::Builder::new().name("judge".into()).spawn(work) {
            self.busy = false;
            self.phase = Phase::Trouble(error.to_string());
        }
    }

    fn take(&mut self, news: News) {
        let stale = self.again || self.stop.load(Ordering::Relaxed);
        match news {
            News::Building | News::Verdict(_) if stale => {}
            News::Building => self.phase = Phase::Building,
            News::Verdict(verdict) => {
                self.phase = Phase::Playing;
                self.verdicts.push(verdict);
            }
            News::Done(done) => {
                self.busy = false;
                if std::mem::take(&mut self.again) {
                    self.begin();
                } else if !stale {
                    self.done(&done.0, done.1);
                }
            }
        }
    }

    fn done(&mut self, job: &Job, outcome: Result<Outcome, String>) {
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(error) => {
                self.phase = Phase::Trouble(error);
                return;
            }
        };
        let ui = self.workspace.ui;
        self.report = outcome.report(job, ui);
        (self.phase, self.said) = match &outcome {
            Outcome::Stopped => return,
            Outcome::Refused(_) => (Phase::Refused, self.report.clone()),
            Outcome::Judged(verdicts, _) => {
                self.verdicts.clone_from(verdicts);
                let phase = if outcome.passed() {
                    Phase::Passed
                } else {
                    Phase::Failed
                };
                (phase, report::outcome(&self.id, &self.check, verdicts, ui))
            }
        };
        judging::keep(&self.workspace, job, &outcome);
        self.progress = self.workspace.progress_log.progress();
    }

    /// Ends a check that is running before this process is stopped, since its times would be wrong.
    /// Whether there was one.
    pub(super) fn pause(&mut self) -> bool {
        let running = self.busy;
        self.end();
        running
    }

    /// Ends a check that is running, with everything that it has started.
    pub(super) fn end(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let until = Instant::now() + LAST_CHECK_WAIT;
        while self.busy {
            let left = until.saturating_duration_since(Instant::now());
            match self.news.1.recv_timeout(left) {
                Ok(News::Done(_)) => self.busy = false,
                Ok(_) => {}
                Err(_) => return,
            }
        }
    }

    /// Continues after this process was stopped, for an unknown time: a check that was running begins
    /// again.
    pub(super) fn go_on(&mut self, running: bool) {
        if running || self.busy {
            self.judge();
        }
    }

    /// A line that says how to do it in Python, if a Rust file has just been created and Rust was not
    /// asked for.
    pub(super) fn python(&self) -> Option<String> {
        let rust = self.mine.kind == ProgramKind::Rust && self.mine.new && self.asked.is_none();
        self.workspace.python(&self.id).filter(|_| rust)
    }

    /// A line that says which of two files is watched, if there are two.
    pub(super) fn which(&self) -> Option<String> {
        self.workspace.which(&self.mine, self.asked)
    }
}
