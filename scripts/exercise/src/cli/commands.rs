//! The commands that say something and end: `list`, `check`, `hint`, `reset`, `solution`.

use std::fs;
use std::io::{self, BufRead, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::cli::Wanted;
use super::desk::{Desk, replace};
use super::judging::{self, Job, Outcome, Program};
use super::{mistake, say, show, warn};
use crate::progress::{Kind, Progress, State, What};
use crate::report::{self, WIDTH, wrap};
use crate::text::{Hint, in_language};

/// The ladder, and how far the learner is.
pub(super) fn list(desk: &Desk) -> Result<bool> {
    let progress = desk.diary.progress();
    let next = next(desk, &progress, None);
    say(&summary(desk, &progress));
    show("\n");
    for line in rungs(desk, &progress, next.as_deref()) {
        say(&line);
    }
    if let Some(next) = next {
        show("\n");
        say(&desk.say(
            format!("下一个：cargo workbook exercise {next}"),
            format!("next: cargo workbook exercise {next}"),
        ));
    }
    Ok(true)
}

/// How many are solved.
pub(super) fn summary(desk: &Desk, progress: &Progress) -> String {
    let all = desk.ladder.len();
    let is_solved = |id: &&String| progress.of(id).solved.is_some();
    let solved = desk.ladder.iter().filter(is_solved).count();
    desk.say(
        format!("{all} 个练习，解出了 {solved} 个"),
        format!("{all} exercises, {solved} solved"),
    )
}

/// One line an exercise; `>` marks the one at hand.
pub(super) fn rungs(desk: &Desk, progress: &Progress, at: Option<&str>) -> Vec<String> {
    let ladder = desk.ladder.iter().enumerate();
    ladder
        .map(|(number, id)| {
            let state = progress.of(id);
            let sign = match (state.solved.is_some(), at == Some(id)) {
                (true, _) => '✓',
                (false, true) => '>',
                (false, false) => ' ',
            };
            let title = title(desk, id);
            let line = format!(
                "{sign} {:>2} {id:<17} {} {}",
                number + 1,
                padded(&title, 30),
                standing(desk, &state)
            );
            wrap::cut(line.trim_end(), WIDTH)
        })
        .collect()
}

/// The title of the check; the id, where that cannot be read.
pub(super) fn title(desk: &Desk, id: &str) -> String {
    match desk.check(id) {
        Ok(check) => desk.say(check.title.zh, check.title.en),
        Err(_) => id.to_owned(),
    }
}

fn padded(text: &str, width: usize) -> String {
    let short = wrap::cut(text, width);
    let room = width.saturating_sub(wrap::shown(&short));
    format!("{short}{}", " ".repeat(room))
}

/// `没通过：cut`, `not passed: cut`
fn standing(desk: &Desk, state: &State) -> String {
    let attempts = state.attempts;
    if state.solved.is_some() {
        return desk.say(
            format!("已解出，判了 {attempts} 次"),
            format!("solved, {attempts} checks"),
        );
    }
    match (state.stuck(), &state.last, &state.first) {
        (Some(variant), ..) => desk.say(
            format!("没过 {variant}，判了 {attempts} 次"),
            format!("not yet: {variant}, {attempts} checks"),
        ),
        (None, Some(_), _) => desk.say(
            format!("还没过，判了 {attempts} 次"),
            format!("not yet, {attempts} checks"),
        ),
        (None, None, Some(_)) => desk.say("打开过", "opened"),
        (None, None, None) => String::new(),
    }
}

/// The next exercise that is not solved, after `id` and then from the beginning.
pub(super) fn next(desk: &Desk, progress: &Progress, id: Option<&str>) -> Option<String> {
    let after = id.and_then(|id| desk.ladder.iter().position(|other| other == id));
    let (before, rest) = desk.ladder.split_at(after.map_or(0, |at| at + 1));
    let open = |other: &&String| progress.of(other).solved.is_none() && id != Some(other);
    rest.iter().chain(before).find(open).cloned()
}

/// Judges once; whether the program passes.
pub(super) fn check(desk: &Desk, wanted: Wanted) -> Result<bool> {
    desk.known(&wanted.id)?;
    let program = match Program::of(&wanted.program)? {
        Some(program) => program,
        None => own(desk, &wanted)?,
    };
    let job = Job {
        check: desk.check(&wanted.id)?,
        id: wanted.id,
        program,
        only: wanted.only,
        seed: wanted.seed.unwrap_or(1),
        stop: std::sync::Arc::default(),
    };
    judging::stop_when_asked(&job.stop)?;
    let mut titled = false;
    let outcome = judging::judge(desk, &job, |verdict| {
        if let Some(verdict) = verdict {
            if !std::mem::replace(&mut titled, true) {
                say(&report::title(&job.id, &job.check, desk.style));
                show("\n");
            }
            show(&report::line(verdict, desk.style));
        }
    })?;
    match &outcome {
        Outcome::Judged(verdicts, _) => {
            show(&report::rest(&job.id, &job.check, verdicts, desk.style))
        }
        other => show(&other.report(&job, desk.style)),
    }
    if judging::is_the_courses(desk, &job.program) {
        say(&desk.say(
            "（这是练习册自带的程序，不记进你的进度。）",
            "(One of the workbook's own programs: not kept in your progress.)",
        ));
        return Ok(outcome.passed());
    }
    judging::keep(desk, &job, &outcome);
    if outcome.passed() && job.only.is_none() {
        say(&praise(desk, &job.id));
    }
    Ok(outcome.passed())
}

/// What is next, once an exercise is solved.
pub(super) fn praise(desk: &Desk, id: &str) -> String {
    match next(desk, &desk.diary.progress(), Some(id)) {
        Some(next) => desk.say(
            format!("下一个：cargo workbook exercise {next}"),
            format!("Next: cargo workbook exercise {next}"),
        ),
        None => desk.say("全部练习都解出了。", "All exercises are solved."),
    }
}

fn own(desk: &Desk, wanted: &Wanted) -> Result<Program> {
    let id = &wanted.id;
    match desk.mine(id, wanted.kind) {
        Some(mine) => {
            if let Some(which) = desk.which(&mine, wanted.kind) {
                say(&which);
            }
            Ok(Program::mine(&mine))
        }
        None => {
            let path = desk
                .course
                .shown(&desk.file(id, wanted.kind.unwrap_or(Kind::Rust)));
            let option = match (wanted.kind, desk.python(id)) {
                (Some(Kind::Python), _) => " --python",
                (None, Some(_)) => " [--python]",
                _ => "",
            };
            mistake(desk.say(
                format!("还没有 {path}。先打开练习：cargo workbook exercise {id}{option}\n或者写明判哪个程序：cargo workbook exercise check {id} -- 程序"),
                format!("there is no {path} yet. Open the exercise: cargo workbook exercise {id}{option}\nor name a program: cargo workbook exercise check {id} -- PROGRAM"),
            ))
        }
    }
}

/// The next hint, or the one asked for, in the language of the learner's file.
pub(super) fn hint(
    desk: &Desk,
    id: &str,
    grade: Option<usize>,
    kind: Option<Kind>,
) -> Result<bool> {
    desk.known(id)?;
    let mine = || desk.mine(id, None).map(|mine| mine.kind);
    // Without a file, both languages are shown.
    let kind = kind.or_else(mine).unwrap_or(Kind::Command);
    for line in hint_lines(desk, id, grade, kind, WIDTH) {
        say(&line);
    }
    Ok(true)
}

/// The lines of a hint, which is noted in the diary.
pub(super) fn hint_lines(
    desk: &Desk,
    id: &str,
    grade: Option<usize>,
    kind: Kind,
    width: usize,
) -> Vec<String> {
    let hints: Vec<Hint> = desk.page(id).map(|page| page.hints).unwrap_or_default();
    if hints.is_empty() {
        let page = desk.page_shown(id);
        let words = desk.say(
            format!("{id} 还没有提示。书里的这一页：{page}"),
            format!("There are no hints for {id} yet. Its page in the book: {page}"),
        );
        return wrap::lines(&words, width);
    }
    let seen = desk.diary.progress().of(id).hints;
    let wanted = grade.unwrap_or(seen.saturating_add(1)).min(hints.len());
    let hint = &hints[wanted - 1];
    if wanted > seen {
        desk.note(id, What::Hint(wanted));
    }
    let all = hints.len();
    let number = desk.say(
        format!("提示 {wanted}/{all}"),
        format!("Hint {wanted} of {all}"),
    );
    let colon = desk.say("：", ": ");
    let title = if hint.summary.is_empty() {
        number
    } else {
        format!("{number}{colon}{}", hint.summary)
    };
    let mut lines = wrap::lines(&title, width);
    lines.push(String::new());
    lines.extend(desk.plain(&in_language(&hint.text, kind), width));
    lines.push(String::new());
    let more = match all - wanted {
        0 => desk.say(
            format!("提示就这些。还不行就去读 {}", desk.page_shown(id)),
            format!("That was the last hint. The page: {}", desk.page_shown(id)),
        ),
        left => desk.say(format!("还有 {left} 条。"), format!("{left} more.")),
    };
    lines.extend(wrap::lines(&more, width));
    lines
}

/// Begins again from the stub; the file so far stays beside.
pub(super) fn reset(desk: &Desk, id: &str, kind: Option<Kind>, yes: bool) -> Result<bool> {
    desk.known(id)?;
    let Some(mine) = desk.mine(id, kind) else {
        return mistake(desk.say(
            format!("{id} 还没有你的文件，不用重来。打开：cargo workbook exercise {id}"),
            format!("there is no file of yours for {id}. Open it: cargo workbook exercise {id}"),
        ));
    };
    if let Some(which) = desk.which(&mine, kind) {
        say(&which);
    }
    let shown = desk.course.shown(&mine.path);
    if !yes && !agreed(desk, &shown)? {
        say(&desk.say("什么也没改。", "Nothing was changed."));
        return Ok(false);
    }
    let end = match mine.kind {
        Kind::Python => "py",
        Kind::Rust | Kind::Command => "rs",
    };
    let stub = desk.course.file(id, &format!("stub.{end}"));
    let text = fs::read(&stub).with_context(|| desk.course.shown(&stub))?;
    let copy = beside(&mine.path).with_context(|| shown.clone())?;
    replace(&mine.path, &text).with_context(|| shown.clone())?;
    desk.note(id, What::Reset);
    let copy = desk.course.shown(&copy);
    say(&desk.say(
        format!("{shown} 又是起点程序了；原来的在 {copy}"),
        format!("{shown} is the stub again; what it was is in {copy}"),
    ));
    Ok(true)
}

fn agreed(desk: &Desk, shown: &str) -> Result<bool> {
    if !io::stdin().is_terminal() {
        return mistake(desk.say(
            "reset 要先问一声，可这里没有终端；确定要重来就加 --yes",
            "reset asks first, and there is no terminal here; add --yes if you are sure",
        ));
    }
    show(&desk.say(
        format!("把 {shown} 换回起点程序？原来的会留一份在旁边。[y/N] "),
        format!("Replace {shown} by the stub? A copy is kept beside it. [y/N] "),
    ));
    let mut answer = String::new();
    io::stdin()
        .lock()
        .read_line(&mut answer)
        .context("read the answer")?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes" | "是" | "好"))
}

/// A copy under the next free name: `echo_server.rs.1`.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let text = fs::read(path)?;
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    for number in 1.. {
        let copy = path.with_file_name(format!("{name}.{number}"));
        let file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&copy);
        match file {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(mut file) => {
                return io::Write::write_all(&mut file, &text)
                    .map(|()| copy.clone())
                    // Half a copy, on a full disk, would only mislead.
                    .inspect_err(|_| {
                        let _ = fs::remove_file(&copy);
                    });
            }
        }
    }
    Err(io::Error::other("no free name"))
}

/// A solution, once the exercise is solved or given up.
pub(super) fn solution(desk: &Desk, id: &str, kind: Option<Kind>, give_up: bool) -> Result<bool> {
    desk.known(id)?;
    let state = desk.diary.progress().of(id);
    if state.solved.is_none() && !state.gave_up && !give_up {
        return mistake(desk.say(
            format!("{id} 还没通过。先看提示：cargo workbook exercise hint {id}\n真的要看答案就加 --give-up"),
            format!("{id} is not solved yet. A hint first: cargo workbook exercise hint {id}\nto see the solution all the same, add --give-up"),
        ));
    }
    let mine = || desk.mine(id, None).map(|mine| mine.kind);
    let in_python = desk.course.file(id, "solution.py").is_file();
    let python = match kind {
        Some(kind) => kind == Kind::Python,
        None => in_python && mine() == Some(Kind::Python),
    };
    let end = if python { "py" } else { "rs" };
    let path = desk.course.file(id, &format!("solution.{end}"));
    let shown = desk.course.shown(&path);
    let Ok(text) = fs::read_to_string(&path) else {
        return mistake(desk.say(format!("没有 {shown}"), format!("there is no {shown}")));
    };
    if state.solved.is_none() && !state.gave_up {
        desk.note(id, What::GaveUp);
    }
    let mark = if end == "py" { "#" } else { "//" };
    say(&format!("{mark} {shown}"));
    show(&text);
    let other = desk.course.file(id, "solution.py");
    if end == "rs" && other.is_file() {
        let other = desk.course.shown(&other);
        warn(&desk.say(
            format!("Python 的在 {other}（--python）"),
            format!("in Python: {other} (--python)"),
        ));
    }
    Ok(true)
}
