//! Has a program judged, and keeps the outcome: a line of progress, and the last report in both
//! languages.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use session::run::{Invocation, look_up};

use super::replace_file::replace;
use super::workspace::{Workspace, refuses_writing};
use super::{mistake, warn};
use crate::cli::workspace::LearnerFile;
use crate::progress::{EventKind, Judged, ProgramKind};
use bilingual::Lang;
use bilingual::Ui;
use bilingual::visible::without_escapes;
use judge::build::{Built, build};
use judge::check::{Check, Variant};
use judge::play::{Options, play};
use judge::report::{self};
use judge::verdict::Verdict;

/// The program to judge.
#[derive(Debug, Clone)]
pub(super) enum Program {
    Rust(PathBuf),
    Python(PathBuf),
    Command(Vec<OsString>),
}

/// One run of the judge, ready to begin.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) id: String,
    pub(super) check: Check,
    pub(super) program: Program,
    pub(super) only: Option<String>,
    pub(super) seed: u64,
    pub(super) stop: Arc<AtomicBool>,
}

/// The outcome of a job.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// It does not compile: what cargo says, with colors if those were wanted.
    Refused(String),
    /// It was played: the verdict of each variant, and the time.
    Judged(Vec<Verdict>, Duration),
    /// It was stopped.
    Stopped,
}

/// The most bytes of a report that is kept.
const REPORT_BYTES_MAX: usize = 64 * 1024;

impl Program {
    /// The program after `--`; `None` where there is none.
    pub(super) fn of(words: &[OsString]) -> Result<Option<Self>> {
        let extension = |path: &OsString| {
            let extension = Path::new(path).extension()?.to_str()?;
            Some(extension.to_owned())
        };
        let found = |path| std::path::absolute(path).context("find the program");
        Ok(Some(match words {
            [] => return Ok(None),
            [one] if extension(one).as_deref() == Some("rs") => Self::Rust(found(one)?),
            [one] if extension(one).as_deref() == Some("py") => Self::Python(found(one)?),
            words => Self::Command(words.to_vec()),
        }))
    }

    pub(super) fn mine(mine: &LearnerFile) -> Self {
        match mine.kind {
            ProgramKind::Python => Self::Python(mine.path.clone()),
            ProgramKind::Rust | ProgramKind::Command => Self::Rust(mine.path.clone()),
        }
    }

    fn kind(&self) -> ProgramKind {
        match self {
            Self::Rust(_) => ProgramKind::Rust,
            Self::Python(_) => ProgramKind::Python,
            Self::Command(_) => ProgramKind::Command,
        }
    }
}

/// Judges. `tell` gets `None` when a file is being built, and then each verdict.
pub(super) fn judge(
    workspace: &Workspace,
    job: &Job,
    mut tell: impl FnMut(Option<&Verdict>),
) -> Result<Outcome> {
    let wanted = wanted(workspace, job)?;
    let program = match &job.program {
        Program::Rust(path) => {
            tell(None);
            let built = compile(workspace, &job.id, path);
            // The signal to end has ended cargo too, which says nothing about the program.
            if job.stop.load(Ordering::Relaxed) {
                return Ok(Outcome::Stopped);
            }
            match built? {
                Built::Errors(errors) => return Ok(Outcome::Refused(errors)),
                Built::Programs(mut programs) => Invocation {
                    program: programs.pop().context("cargo built nothing")?,
                    args: Vec::new(),
                },
            }
        }
        Program::Python(path) => {
            missing(workspace, path)?;
            Invocation {
                program: python(workspace)?,
                args: vec![path.clone().into()],
            }
        }
        Program::Command(words) => command(workspace, words)?,
    };
    if job.stop.load(Ordering::Relaxed) {
        return Ok(Outcome::Stopped);
    }
    let directory = env::current_dir().context("find the current directory")?;
    let mut options = Options::new(program, directory);
    options.seed = job.seed;
    options.stop = job.stop.clone();
    let began = Instant::now();
    let verdicts = play(&job.check, &wanted, &options, |verdict| {
        if !job.stop.load(Ordering::Relaxed) {
            tell(Some(verdict));
        }
    });
    match job.stop.load(Ordering::Relaxed) {
        true => Ok(Outcome::Stopped),
        false => Ok(Outcome::Judged(verdicts, began.elapsed())),
    }
}

/// Has a signal stop the judging first, and with it everything that the program has started; a second
/// signal ends this process at once.
pub(super) fn stop_when_asked(stop: &Arc<AtomicBool>) -> Result<()> {
    #[cfg(unix)]
    for signal in [
        signal_hook::consts::SIGINT,
        signal_hook::consts::SIGTERM,
        signal_hook::consts::SIGHUP,
    ] {
        use signal_hook::flag::{register, register_conditional_default};
        register_conditional_default(signal, stop.clone())
            .and_then(|_| register(signal, stop.clone()))
            .context("listen for signals")?;
    }
    #[cfg(not(unix))]
    let _ = stop;
    Ok(())
}

fn wanted<'a>(workspace: &Workspace, job: &'a Job) -> Result<Vec<&'a Variant>> {
    let Some(name) = &job.only else {
        return Ok(job.check.variants.iter().collect());
    };
    if let Some(variant) = job.check.variant(name) {
        return Ok(vec![variant]);
    }
    let names = job.check.variants.iter().map(|variant| &*variant.name);
    let names = names.collect::<Vec<_>>().join(" ");
    let id = &job.id;
    mistake(workspace.pick(
        format!("{id} 没有叫 {name} 的情形；有：{names}"),
        format!("{id} has no variant '{name}'; its variants are: {names}"),
    ))
}

fn compile(workspace: &Workspace, id: &str, path: &Path) -> Result<Built> {
    missing(workspace, path)?;
    let sources = [(id.to_owned(), path.to_owned())];
    build(workspace.course.root(), id, &sources, workspace.ui.color)
}

fn missing(workspace: &Workspace, path: &Path) -> Result<()> {
    if path.is_file() {
        return Ok(());
    }
    let shown = workspace.course.shown(path);
    mistake(workspace.pick(
        format!("没有文件 {shown}"),
        format!("{shown} does not exist"),
    ))
}

fn python(workspace: &Workspace) -> Result<PathBuf> {
    // `python3` has other names on Windows only.
    let names = if cfg!(windows) {
        &["python3", "python"][..]
    } else {
        &["python3"][..]
    };
    let path = env::var_os("PATH").unwrap_or_default();
    match names.iter().find_map(|name| look_up(name, &path)) {
        Some(python) => Ok(python),
        None => mistake(workspace.pick(
            "这台机器上没有 python3：装上它（python.org），或者用 Rust 做这个练习",
            "python3 is not installed on this machine: install it (python.org), or do this exercise in Rust",
        )),
    }
}

fn command(workspace: &Workspace, words: &[OsString]) -> Result<Invocation> {
    let (name, args) = words.split_first().context("no program")?;
    let path = Path::new(name);
    let program = match path.components().count() {
        1 => look_up(
            &name.to_string_lossy(),
            &env::var_os("PATH").unwrap_or_default(),
        ),
        _ => std::path::absolute(path).ok().filter(|path| path.is_file()),
    };
    match program {
        Some(program) => Ok(Invocation {
            program,
            args: args.to_vec(),
        }),
        None => {
            let name = path.display();
            mistake(workspace.pick(
                format!("这台机器上没有程序 {name}；当前目录里的要写成 ./{name}"),
                format!("no program '{name}' found; for one in the current folder, type ./{name}"),
            ))
        }
    }
}

impl Outcome {
    /// Whether the program passed everything that was played.
    pub(super) fn passed(&self) -> bool {
        match self {
            Self::Judged(verdicts, _) => verdicts.iter().all(|verdict| verdict.failure.is_none()),
            Self::Refused(_) | Self::Stopped => false,
        }
    }

    /// The whole report.
    pub(super) fn report(&self, job: &Job, ui: Ui) -> String {
        let mut text = report::title(&job.id, &job.check, ui);
        match self {
            Self::Stopped => {}
            Self::Refused(errors) => {
                text.push('\n');
                let errors = if ui.color {
                    errors.clone()
                } else {
                    without_escapes(errors)
                };
                text.push_str(&report::does_not_compile(&job.id, &errors, ui));
            }
            Self::Judged(verdicts, _) => {
                text.push('\n');
                for verdict in verdicts {
                    text.push_str(&report::line(verdict, ui));
                }
                text.push_str(&report::outcome(&job.id, &job.check, verdicts, ui));
            }
        }
        text
    }
}

/// Keeps the outcome: the reports and a line of progress.
pub(super) fn keep(workspace: &Workspace, job: &Job, outcome: &Outcome) {
    let what = match outcome {
        Outcome::Stopped => return,
        Outcome::Refused(_) => EventKind::Refused,
        Outcome::Judged(verdicts, time) => EventKind::Judged(Judged {
            kind: job.program.kind(),
            // If the program fails at the start of the first variant, the others are not played.
            whole: job.only.is_none(),
            millis: u64::try_from(time.as_millis()).unwrap_or(u64::MAX),
            variants: verdicts
                .iter()
                .filter(|verdict| !verdict.is_open())
                .map(|verdict| (verdict.variant.clone(), verdict.failure.is_none()))
                .collect(),
        }),
    };
    // The report comes first: whatever sees the line of progress looks for the report.
    for lang in Lang::ALL {
        let text = bounded(outcome.report(job, Ui::plain(lang)));
        let path = workspace.course.last(&job.id, lang.name());
        match replace(&path, text.as_bytes()) {
            Ok(()) => continue,
            // The same is reported below, for the progress.
            Err(error) if refuses_writing(&error) => break,
            Err(error) => {
                let shown = workspace.course.shown(&path);
                warn(workspace.pick(
                    format!("写不了 {shown}：{error}"),
                    format!("cannot write {shown}: {error}"),
                ));
            }
        }
    }
    workspace.note(&job.id, what);
}

/// Whether it is a stub, a solution, a wrong program or one of the book, which says nothing about the
/// learner.
pub(super) fn is_the_courses(workspace: &Workspace, program: &Program) -> bool {
    let ours = |path: &Path| {
        let inside = |path: &Path| {
            let course = &workspace.course;
            let python = course.root().join("examples").join("python");
            let places = [course.exercises(), course.written_out(), python];
            places.iter().any(|place| path.starts_with(place)) && !path.starts_with(course.mine())
        };
        let real = path.canonicalize();
        inside(path) || real.is_ok_and(|path| inside(&path))
    };
    match program {
        Program::Rust(path) | Program::Python(path) => ours(path),
        Program::Command(words) => words
            .iter()
            .any(|word| std::path::absolute(word).is_ok_and(|path| path.is_file() && ours(&path))),
    }
}

fn bounded(mut text: String) -> String {
    if text.len() > REPORT_BYTES_MAX {
        let end = (0..=REPORT_BYTES_MAX)
            .rev()
            .find(|&at| text.is_char_boundary(at));
        text.truncate(end.unwrap_or_default());
        text.push_str("\n…\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_and_other_controls_are_left_out() {
        assert_eq!(
            without_escapes("\x1b[1m\x1b[38;5;9merror\x1b[0m: \x07x\r\n  y\x1b"),
            "error: x\n  y"
        );
    }

    #[test]
    fn a_long_report_is_cut_between_characters() {
        let cut = bounded("字".repeat(REPORT_BYTES_MAX));
        assert!(cut.len() <= REPORT_BYTES_MAX + 8 && cut.ends_with("字\n…\n"));
    }
}
