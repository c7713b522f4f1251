//! `record [--check] [--lang zh|en] [NAME…]`: records the captures of the book, or proves that
//! they would come out the same today.
//!
//! Exit status: 0 all well, 1 something failed or differs, 2 a mistake in the arguments, 3 this
//! machine cannot record, so nothing was checked.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use capture::Capture;
use session::Session;

use crate::words::{Lang, say, seconds, warn};
use crate::{ground, lab, pcapng, words};

/// Nothing was checked.
const CANNOT: u8 = 3;

/// Recordings wait more than they work.
const AT_ONCE: usize = 3;

/// What is piggybacked on what depends on a few milliseconds: a difference counts when it comes
/// each time.
const ATTEMPTS: usize = 3;

struct Asked {
    lang: Lang,
    mode: Mode,
    names: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Write,
    Check,
}

/// Does what the arguments say.
pub fn run(args: impl IntoIterator<Item = String>) -> ExitCode {
    let asked = match parse(args) {
        Ok(asked) => asked,
        Err(mistake) => {
            warn(mistake);
            return ExitCode::from(2);
        }
    };
    let lang = asked.lang;
    // Before the first thread.
    if let Err(lack) = ground::prepare() {
        let why = words::lack(lang, &lack);
        warn(match asked.mode {
            Mode::Write => lang.pick(format!("不能抓包：{why}"), format!("cannot record: {why}")),
            Mode::Check => lang.pick(
                format!("没有检查抓包：{why}"),
                format!("captures not checked: {why}"),
            ),
        });
        return ExitCode::from(match asked.mode {
            Mode::Write => 1,
            Mode::Check => CANNOT,
        });
    }
    match obey(&asked) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            warn(format!("{}: {error:#}", lang.pick("出错", "error")));
            ExitCode::FAILURE
        }
    }
}

fn parse(args: impl IntoIterator<Item = String>) -> Result<Asked, String> {
    let mut asked = Asked {
        lang: Lang::En,
        mode: Mode::Write,
        names: Vec::new(),
    };
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--check" => asked.mode = Mode::Check,
            "--lang" => match args.next().as_deref() {
                Some("zh") => asked.lang = Lang::Zh,
                Some("en") => asked.lang = Lang::En,
                _ => return Err("--lang needs zh or en".to_owned()),
            },
            _ if arg.starts_with('-') => {
                return Err(format!(
                    "{arg} is not known here; see cargo workbook --help"
                ));
            }
            _ => asked.names.push(arg),
        }
    }
    Ok(asked)
}

/// One capture of the book.
struct Job {
    name: String,
    /// `book/captures/NAME`, without what follows the dot.
    path: PathBuf,
}

enum Outcome {
    /// So many packets, in this many attempts.
    Well(usize, usize),
    Failed(String),
}

fn obey(asked: &Asked) -> Result<bool> {
    let root = session::root()?;
    let captures = root.join("book/captures");
    let jobs = jobs(&captures, asked)?;
    let start = Instant::now();
    let next = AtomicUsize::new(0);
    let counts = Mutex::new((0, 0, 0));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(jobs.len()) {
            scope.spawn(|| {
                while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let began = Instant::now();
                    let outcome = match asked.mode {
                        Mode::Write => write(job, &root),
                        Mode::Check => check(job, &root),
                    };
                    let outcome =
                        outcome.unwrap_or_else(|error| Outcome::Failed(format!("{error:#}")));
                    let mut counts = counts.lock().unwrap_or_else(|all| all.into_inner());
                    match &outcome {
                        Outcome::Well(packets, _) => {
                            counts.0 += 1;
                            counts.2 += packets;
                        }
                        Outcome::Failed(_) => counts.1 += 1,
                    }
                    tell(asked.lang, &job.name, began.elapsed(), &outcome);
                }
            });
        }
    });
    let (well, mut failed, packets) = counts.into_inner().unwrap_or_else(|all| all.into_inner());
    if asked.names.is_empty() {
        failed += orphans(&captures, asked.lang)?;
    }
    let took = seconds(start.elapsed());
    say(asked.lang.pick(
        format!("抓包：通过 {well}，失败 {failed}，{packets} 个包，共 {took} 秒"),
        format!("captures: {well} ok, {failed} failed, {packets} packets in {took} s"),
    ));
    Ok(failed == 0)
}

fn tell(lang: Lang, name: &str, took: Duration, outcome: &Outcome) {
    let took = seconds(took);
    match outcome {
        Outcome::Well(packets, attempts) => {
            let again = match attempts {
                1 => String::new(),
                n => lang.pick(format!("，第 {n} 次"), format!(", attempt {n}")),
            };
            say(lang.pick(
                format!("通过 {took:>6} s  抓包 {name}：{packets} 个包{again}"),
                format!("ok      {took:>6} s  capture {name}: {packets} packets{again}"),
            ));
        }
        Outcome::Failed(why) => {
            let why = why.replace('\n', "\n    ");
            say(lang.pick(
                format!("失败 {took:>6} s  抓包 {name}\n    {why}"),
                format!("FAILED  {took:>6} s  capture {name}\n    {why}"),
            ));
        }
    }
}

fn jobs(captures: &Path, asked: &Asked) -> Result<Vec<Job>> {
    let known = names(captures, "session")?;
    if let Some(name) = asked.names.iter().find(|name| !known.contains(name)) {
        let known = known.join(", ");
        bail!(asked.lang.pick(
            format!("没有 book/captures/{name}.session；有的是：{known}"),
            format!("there is no book/captures/{name}.session; there are: {known}"),
        ));
    }
    let wanted = if asked.names.is_empty() {
        &known
    } else {
        &asked.names
    };
    let job = |name: &String| Job {
        name: name.clone(),
        path: captures.join(name),
    };
    Ok(wanted.iter().map(job).collect())
}

/// Files without the session that they come from.
fn orphans(captures: &Path, lang: Lang) -> Result<usize> {
    let sessions = names(captures, "session")?;
    let mut orphans = names(captures, "pcapng")?;
    orphans.retain(|name| !sessions.contains(name));
    for name in &orphans {
        let why = lang.pick(
            format!("没有 {name}.session：没人知道它从哪来"),
            format!("there is no {name}.session: nobody knows where it comes from"),
        );
        tell(lang, name, Duration::ZERO, &Outcome::Failed(why));
    }
    Ok(orphans.len())
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

impl Job {
    fn file(&self, extension: &str) -> PathBuf {
        // Not `with_extension`: a name may have a dot.
        let mut path = self.path.clone().into_os_string();
        path.push(format!(".{extension}"));
        path.into()
    }

    fn session(&self) -> Result<Session> {
        let name = &self.name;
        let source = fs::read_to_string(self.file("session"))
            .with_context(|| format!("read book/captures/{name}.session"))?;
        Session::parse(&source).map_err(|errors| {
            let place = |error: &session::ParseError| format!("{name}.session: {error}");
            anyhow!(errors.iter().map(place).collect::<Vec<_>>().join("\n"))
        })
    }

    fn record(&self, session: &Session, root: &Path) -> Result<lab::Recording> {
        let name = &self.name;
        lab::record(session, root)
            .with_context(|| format!("{name}.session did not happen as written"))
    }
}

fn write(job: &Job, root: &Path) -> Result<Outcome> {
    let session = job.session()?;
    let recording = job.record(&session, root)?;
    let bytes = pcapng::write(&job.name, &session, &recording)?;
    let (file, new) = (job.file("pcapng"), job.file("pcapng.new"));
    let unwritable = || format!("write {}", file.display());
    // In one step: whoever reads the file meanwhile has the old one, whole.
    fs::write(&new, bytes).with_context(unwritable)?;
    fs::rename(&new, &file).with_context(unwritable)?;
    Ok(Outcome::Well(recording.frames.len(), 1))
}

fn check(job: &Job, root: &Path) -> Result<Outcome> {
    let session = job.session()?;
    let name = &job.name;
    let committed = fs::read(job.file("pcapng")).with_context(|| {
        format!("read book/captures/{name}.pcapng; cargo workbook capture {name} makes it")
    })?;
    let committed =
        read(&committed, &session).with_context(|| format!("read book/captures/{name}.pcapng"))?;
    let mut differences = Vec::new();
    for attempt in 1..=ATTEMPTS {
        let recording = job.record(&session, root)?;
        let again = pcapng::write(name, &session, &recording)?;
        let again = read(&again, &session).context("read the new recording")?;
        differences = capture::differences(&committed, &again, &session);
        if differences.is_empty() {
            return Ok(Outcome::Well(recording.frames.len(), attempt));
        }
    }
    differences.push(format!(
        "in {ATTEMPTS} recordings; if it should be so now: cargo workbook capture {name}"
    ));
    Ok(Outcome::Failed(differences.join("\n")))
}

fn read(file: &[u8], session: &Session) -> Result<Capture> {
    capture::read(file, session).map_err(|why| anyhow!(why))
}
