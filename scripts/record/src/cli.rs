//! `record [--check | --yes] [--lang zh|en] [NAME…]`: records the captures of the book, shows what
//! differs and asks before it replaces one, or proves that they would come out the same today.
//!
//! Exit status: 0 all well, 1 something failed or differs, 2 a mistake in the arguments, 3 this
//! machine cannot record, so nothing was checked.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::job::{Changes, Checked, Job, Recorded};
use crate::preflight::Lack;
use crate::{messages, preflight};
use bilingual::terminal::{ask, say, seconds, warn};
use bilingual::{Lang, Ui, bless, command_line, visible};
use clap::Parser;

/// Exit status where this machine cannot record, so nothing was checked.
const STATUS_CANNOT_RECORD: u8 = 3;

/// Number of captures that are recorded at once: they wait more than they work.
const CAPTURES_AT_ONCE: usize = 3;

/// The command line; `cargo workbook capture` hands it over.
#[derive(Parser)]
#[command(bin_name = "cargo workbook capture", disable_help_flag = true)]
struct Line {
    #[arg(long)]
    check: bool,
    #[arg(long, conflicts_with = "check")]
    yes: bool,
    /// [`Lang::of_program`] has read it already.
    #[arg(long, value_name = "zh|en", value_parser = ["zh", "en"])]
    lang: Option<String>,
    names: Vec<String>,
}

struct Asked {
    ui: Ui,
    mode: Mode,
    names: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Ask before a file is replaced.
    Ask,
    /// Replace it without asking.
    Write,
    Check,
}

/// Does what the arguments say.
pub fn run(args: Vec<OsString>) -> ExitCode {
    let lang = Lang::of_program(&args, None);
    let mut line = match Line::try_parse_from(args) {
        Ok(line) => line,
        Err(error) => {
            warn(command_line::mistake(&error, lang, "cargo workbook --help"));
            return ExitCode::from(2);
        }
    };
    // Two recordings of one name would write one file.
    line.names.sort();
    line.names.dedup();
    let ui = Ui::plain(lang);
    let asked = Asked {
        ui,
        mode: match (line.check, line.yes) {
            (true, _) => Mode::Check,
            (false, true) => Mode::Write,
            (false, false) => Mode::Ask,
        },
        names: line.names,
    };
    if asked.mode != Mode::Check
        && let Some(refusal) = bless::refusal(env::var_os("CI").as_deref())
    {
        warn(ui.of(&refusal));
        return ExitCode::FAILURE;
    }
    // Before the first thread.
    if let Err(lack) = preflight::prepare() {
        let why = messages::lack(lang, &lack);
        warn(match asked.mode {
            Mode::Ask | Mode::Write => {
                ui.pick(format!("不能抓包：{why}"), format!("cannot record: {why}"))
            }
            Mode::Check => ui.pick(
                format!("没有检查抓包：{why}"),
                format!("captures not checked: {why}"),
            ),
        });
        return ExitCode::from(match asked.mode {
            Mode::Ask | Mode::Write => 1,
            Mode::Check => STATUS_CANNOT_RECORD,
        });
    }
    match obey(&asked) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            warn(format!("{}: {error:#}", ui.pick("出错", "error")));
            ExitCode::FAILURE
        }
    }
}

enum Outcome {
    /// Recorded: what to do with it is decided when nothing is being recorded any more.
    Recorded(Recorded),
    /// The file says the same as the new recording, and stays: number of packets.
    Kept(usize),
    /// Number of packets, and of attempts.
    Well(usize, usize),
    Failed(String),
    Skipped(Lack),
}

fn obey(asked: &Asked) -> Result<bool> {
    let root = session::root()?;
    let captures = root.join("book/captures");
    let jobs = jobs(&captures, asked)?;
    // Builds all examples, before the clock of a capture runs. A session that needs one which
    // does not build says so itself.
    let _ = session::example("01_one_shot");
    let start = Instant::now();
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Results::new(asked.ui));
    thread::scope(|scope| {
        for _ in 0..CAPTURES_AT_ONCE.min(jobs.len()) {
            scope.spawn(|| {
                while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let began = Instant::now();
                    let outcome = match asked.mode {
                        Mode::Ask | Mode::Write => job.record_anew(&root).map(Outcome::Recorded),
                        Mode::Check => checked(job, &root),
                    };
                    let outcome =
                        outcome.unwrap_or_else(|error| Outcome::Failed(format!("{error:#}")));
                    let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                    match outcome {
                        Outcome::Recorded(recorded) => {
                            results.recorded.push((job, recorded, began.elapsed()));
                        }
                        outcome => results.add(job.name(), began.elapsed(), &outcome),
                    }
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    for (job, recorded, took) in std::mem::take(&mut results.recorded) {
        let outcome = replaced(job, &recorded, asked);
        let outcome = outcome.unwrap_or_else(|error| Outcome::Failed(format!("{error:#}")));
        results.add(job.name(), took, &outcome);
    }
    if asked.names.is_empty() {
        orphans(&captures, &mut results)?;
    }
    results.summary(start.elapsed());
    Ok(results.failed == 0)
}

/// Writes the new recording, unless the file says the same or somebody does not want it.
fn replaced(job: &Job, recorded: &Recorded, asked: &Asked) -> Result<Outcome> {
    let (name, ui) = (job.name(), asked.ui);
    if let Changes::Differs(differences) = &recorded.changes {
        if differences.is_empty() {
            return Ok(Outcome::Kept(recorded.packets));
        }
        say(ui.pick(
            format!("{name}.pcapng：新抓到的包不同"),
            format!("{name}.pcapng: the new recording differs"),
        ));
        for line in differences.iter().flat_map(|difference| difference.lines()) {
            say(format!("    {}", visible(line)));
        }
        let question = ui.pick(
            format!("换掉 {name}.pcapng 吗？"),
            format!("replace {name}.pcapng?"),
        );
        if asked.mode == Mode::Ask && !ask(question) {
            return Ok(Outcome::Failed(
                ui.pick("没有改动", "left as it is").to_owned(),
            ));
        }
    }
    job.write(recorded)?;
    Ok(Outcome::Well(recorded.packets, 1))
}

fn checked(job: &Job, root: &Path) -> Result<Outcome> {
    Ok(match job.check(root)? {
        Checked::Same { packets, attempts } => Outcome::Well(packets, attempts),
        Checked::Different(differences) => Outcome::Failed(differences.join("\n")),
        Checked::Lacks(lack) => Outcome::Skipped(lack),
    })
}

struct Results<'a> {
    ui: Ui,
    /// What has been recorded and not been written.
    recorded: Vec<(&'a Job, Recorded, Duration)>,
    well: usize,
    failed: usize,
    skipped: usize,
    packets: usize,
}

impl Results<'_> {
    fn new(ui: Ui) -> Self {
        Self {
            ui,
            recorded: Vec::new(),
            well: 0,
            failed: 0,
            skipped: 0,
            packets: 0,
        }
    }

    fn add(&mut self, name: &str, took: Duration, outcome: &Outcome) {
        let (ui, took) = (self.ui, seconds(took));
        match outcome {
            Outcome::Well(packets, attempts) => {
                self.well += 1;
                self.packets += packets;
                let again = match attempts {
                    1 => String::new(),
                    n => ui.pick(format!("，第 {n} 次"), format!(", attempt {n}")),
                };
                say(ui.pick(
                    format!("通过 {took:>6} s  抓包 {name}：{packets} 个包{again}"),
                    format!("ok      {took:>6} s  capture {name}: {packets} packets{again}"),
                ));
            }
            Outcome::Recorded(_) => {}
            Outcome::Kept(packets) => {
                self.well += 1;
                self.packets += packets;
                say(ui.pick(
                    format!("通过 {took:>6} s  抓包 {name}：{packets} 个包，和书里的一样，文件没有动（要重写就先删掉它）"),
                    format!(
                        "ok      {took:>6} s  capture {name}: {packets} packets, the same as in the book; the \
                         file is kept (delete it to have it written anew)"
                    ),
                ));
            }
            Outcome::Skipped(lack) => {
                self.skipped += 1;
                let why = messages::lack(ui.lang, lack);
                say(ui.pick(
                    format!("跳过 {took:>6} s  抓包 {name}：{why}"),
                    format!("skipped {took:>6} s  capture {name}: {why}"),
                ));
            }
            Outcome::Failed(why) => {
                self.failed += 1;
                let why = why.replace('\n', "\n    ");
                say(ui.pick(
                    format!("失败 {took:>6} s  抓包 {name}\n    {why}"),
                    format!("FAILED  {took:>6} s  capture {name}\n    {why}"),
                ));
            }
        }
    }

    fn summary(&self, took: Duration) {
        let Self {
            well,
            failed,
            skipped,
            packets,
            ..
        } = self;
        let took = seconds(took);
        say(self.ui.pick(
            format!(
                "抓包：通过 {well}，失败 {failed}，跳过 {skipped}，{packets} 个包，共 {took} 秒"
            ),
            format!(
                "captures: {well} ok, {failed} failed, {skipped} skipped, {packets} packets in {took} s"
            ),
        ));
    }
}

fn jobs(captures: &Path, asked: &Asked) -> Result<Vec<Job>> {
    let known = names(captures, "session")?;
    if let Some(name) = asked.names.iter().find(|name| !known.contains(name)) {
        let known = known.join(", ");
        bail!(asked.ui.pick(
            format!("没有 book/captures/{name}.session；已有的抓包：{known}"),
            format!("no file book/captures/{name}.session; known captures: {known}"),
        ));
    }
    let wanted = if asked.names.is_empty() {
        &known
    } else {
        &asked.names
    };
    Ok(wanted.iter().map(|name| Job::new(captures, name)).collect())
}

/// Files without the session that they come from.
fn orphans(captures: &Path, results: &mut Results<'_>) -> Result<()> {
    let sessions = names(captures, "session")?;
    for name in names(captures, "pcapng")? {
        if !sessions.contains(&name) {
            let why = results.ui.pick(
                format!("没有 {name}.session，不知道它是怎样录的；补上会话，或者删掉它"),
                format!("no {name}.session says how it was recorded; add the session, or delete the recording"),
            );
            results.add(&name, Duration::ZERO, &Outcome::Failed(why));
        }
    }
    Ok(())
}

/// The names of the files in `captures` with this extension, in order.
fn names(captures: &Path, extension: &str) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let unreadable = || format!("list {}", captures.display());
    for entry in fs::read_dir(captures).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        if path.extension().is_some_and(|found| found == extension)
            && let Some(name) = path.file_stem()
        {
            names.push(name.to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(line: &str) -> Result<Line, clap::Error> {
        Line::try_parse_from(["record"].into_iter().chain(line.split_whitespace()))
    }

    #[test]
    fn names_may_stand_on_both_sides_of_an_option() {
        let line = line("a --check --lang zh b").unwrap();
        assert_eq!(line.names, ["a", "b"]);
        assert!(line.check);
    }

    #[test]
    fn an_option_that_is_not_known_is_a_mistake() {
        for wrong in ["--chekc", "--lang", "--lang fr"] {
            assert!(line(wrong).is_err(), "{wrong}");
        }
    }
}
