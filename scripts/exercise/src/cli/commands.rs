//! The commands that print something and end: `list`, `check`, `hint`, `reset`, `solution`.

use std::fs;
use std::io::{self, BufRead, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::arguments::Wanted;
use super::judging::{self, Job, Outcome, Program};
use super::replace_file::replace;
use super::workspace::Workspace;
use super::{mistake, say, show, warn};
use crate::progress::{EventKind, ExerciseState, ProgramKind, Progress};
use crate::text::{Hint, in_language};
use judge::report::{self, REPORT_COLUMNS, wrap};

/// Prints the ladder, with the learner's progress.
pub(super) fn list(workspace: &Workspace) -> Result<bool> {
    let progress = workspace.progress_log.progress();
    let next = next(workspace, &progress, None);
    say(summary(workspace, &progress));
    show("\n");
    for line in rungs(workspace, &progress, next.as_deref()) {
        say(line);
    }
    if let Some(next) = next {
        show("\n");
        say(workspace.pick(
            format!("下一个：cargo workbook exercise {next}"),
            format!("next: cargo workbook exercise {next}"),
        ));
    }
    Ok(true)
}

/// A line with the number of exercises, and of those solved.
pub(super) fn summary(workspace: &Workspace, progress: &Progress) -> String {
    let all = workspace.ladder.len();
    let is_solved = |id: &&String| progress.of(id).solved.is_some();
    let solved = workspace.ladder.iter().filter(is_solved).count();
    workspace.pick(
        format!("{all} 个练习，解出了 {solved} 个"),
        format!("{all} exercises, {solved} solved"),
    )
}

/// One line per exercise; `>` marks the current one.
pub(super) fn rungs(workspace: &Workspace, progress: &Progress, at: Option<&str>) -> Vec<String> {
    let ladder = workspace.ladder.iter().enumerate();
    ladder
        .map(|(number, id)| {
            let state = progress.of(id);
            let sign = match (state.solved.is_some(), at == Some(id)) {
                (true, _) => '✓',
                (false, true) => '>',
                (false, false) => ' ',
            };
            let title = title(workspace, id);
            let line = format!(
                "{sign} {:>2} {id:<17} {} {}",
                number + 1,
                padded(&title, 30),
                standing(workspace, &state)
            );
            wrap::cut(line.trim_end(), REPORT_COLUMNS)
        })
        .collect()
}

/// The title of the check; the id, where that cannot be read.
pub(super) fn title(workspace: &Workspace, id: &str) -> String {
    match workspace.check(id) {
        Ok(check) => workspace.pick(check.title.zh, check.title.en),
        Err(_) => id.to_owned(),
    }
}

fn padded(text: &str, width: usize) -> String {
    let short = wrap::cut(text, width);
    let room = width.saturating_sub(wrap::shown(&short));
    format!("{short}{}", " ".repeat(room))
}

/// The state of an exercise, such as `not yet: cut, 3 checks`.
fn standing(workspace: &Workspace, state: &ExerciseState) -> String {
    let attempts = state.attempts;
    if state.solved.is_some() {
        return workspace.pick(
            format!("已解出，判了 {attempts} 次"),
            format!("solved, {attempts} checks"),
        );
    }
    match (state.stuck(), &state.last, &state.first) {
        (Some(variant), ..) => workspace.pick(
            format!("没过 {variant}，判了 {attempts} 次"),
            format!("not yet: {variant}, {attempts} checks"),
        ),
        (None, Some(_), _) => workspace.pick(
            format!("还没过，判了 {attempts} 次"),
            format!("not yet, {attempts} checks"),
        ),
        (None, None, Some(_)) => workspace.pick("打开过", "opened"),
        (None, None, None) => String::new(),
    }
}

/// The next exercise that is not solved, after `id` and then from the beginning.
pub(super) fn next(workspace: &Workspace, progress: &Progress, id: Option<&str>) -> Option<String> {
    let after = id.and_then(|id| workspace.ladder.iter().position(|other| other == id));
    let (before, rest) = workspace.ladder.split_at(after.map_or(0, |at| at + 1));
    let open = |other: &&String| progress.of(other).solved.is_none() && id != Some(other);
    rest.iter().chain(before).find(open).cloned()
}

/// Judges once. Whether the program passes.
pub(super) fn check(workspace: &Workspace, wanted: Wanted) -> Result<bool> {
    workspace.known(&wanted.id)?;
    let program = match Program::of(&wanted.program)? {
        Some(program) => program,
        None => own(workspace, &wanted)?,
    };
    let job = Job {
        check: workspace.check(&wanted.id)?,
        id: wanted.id,
        program,
        only: wanted.only,
        seed: wanted.seed.unwrap_or(1),
        stop: std::sync::Arc::default(),
    };
    judging::stop_when_asked(&job.stop)?;
    let mut titled = false;
    let outcome = judging::judge(workspace, &job, |verdict| {
        if let Some(verdict) = verdict {
            if !std::mem::replace(&mut titled, true) {
                say(report::title(&job.id, &job.check, workspace.ui));
                show("\n");
            }
            show(report::line(verdict, workspace.ui));
        }
    })?;
    match &outcome {
        Outcome::Judged(verdicts, _) => {
            show(report::outcome(&job.id, &job.check, verdicts, workspace.ui))
        }
        other => show(other.report(&job, workspace.ui)),
    }
    if judging::is_the_courses(workspace, &job.program) {
        say(workspace.pick(
            "（这是练习册自带的程序，不记进你的进度。）",
            "(One of the workbook's own programs: not kept in your progress.)",
        ));
        return Ok(outcome.passed());
    }
    judging::keep(workspace, &job, &outcome);
    if outcome.passed() && job.only.is_none() {
        say(praise(workspace, &job.id));
    }
    Ok(outcome.passed())
}

/// A line with the next exercise, once one is solved.
pub(super) fn praise(workspace: &Workspace, id: &str) -> String {
    match next(workspace, &workspace.progress_log.progress(), Some(id)) {
        Some(next) => workspace.pick(
            format!("下一个：cargo workbook exercise {next}"),
            format!("Next: cargo workbook exercise {next}"),
        ),
        None => workspace.pick("全部练习都解出了。", "All exercises are solved."),
    }
}

fn own(workspace: &Workspace, wanted: &Wanted) -> Result<Program> {
    let id = &wanted.id;
    match workspace.mine(id, wanted.written_in.kind()) {
        Some(mine) => {
            if let Some(which) = workspace.which(&mine, wanted.written_in.kind()) {
                say(which);
            }
            Ok(Program::mine(&mine))
        }
        None => {
            let path = workspace
                .course
                .shown(&workspace.file(id, wanted.written_in.kind().unwrap_or(ProgramKind::Rust)));
            let option = match (wanted.written_in.kind(), workspace.python(id)) {
                (Some(ProgramKind::Python), _) => " --python",
                (None, Some(_)) => " [--python]",
                _ => "",
            };
            mistake(workspace.pick(
                format!("还没有 {path}。先打开练习：cargo workbook exercise {id}{option}\n或者写明判哪个程序：cargo workbook exercise check {id} -- 程序"),
                format!("{path} does not exist yet. Open the exercise: cargo workbook exercise {id}{option}\nor name a program: cargo workbook exercise check {id} -- PROGRAM"),
            ))
        }
    }
}

/// Prints the next hint, or the one asked for, in the language of the learner's file.
pub(super) fn hint(
    workspace: &Workspace,
    id: &str,
    grade: Option<usize>,
    kind: Option<ProgramKind>,
) -> Result<bool> {
    workspace.known(id)?;
    let mine = || workspace.mine(id, None).map(|mine| mine.kind);
    // Without a file, both languages are shown.
    let kind = kind.or_else(mine).unwrap_or(ProgramKind::Command);
    for line in hint_lines(workspace, id, grade, kind, REPORT_COLUMNS) {
        say(line);
    }
    Ok(true)
}

/// The lines of a hint, which is added to the progress.
pub(super) fn hint_lines(
    workspace: &Workspace,
    id: &str,
    grade: Option<usize>,
    kind: ProgramKind,
    width: usize,
) -> Vec<String> {
    let hints: Vec<Hint> = workspace
        .page(id)
        .map(|page| page.hints)
        .unwrap_or_default();
    if hints.is_empty() {
        let page = workspace.page_shown(id);
        let words = workspace.pick(
            format!("{id} 还没有提示。书里的这一页：{page}"),
            format!("There are no hints for {id} yet. Its page in the book: {page}"),
        );
        return wrap::lines(&words, width);
    }
    let seen = workspace.progress_log.progress().of(id).hints;
    let wanted = grade.unwrap_or(seen.saturating_add(1)).min(hints.len());
    let hint = &hints[wanted - 1];
    if wanted > seen {
        workspace.note(id, EventKind::Hint(wanted));
    }
    let all = hints.len();
    let number = workspace.pick(
        format!("提示 {wanted}/{all}"),
        format!("Hint {wanted} of {all}"),
    );
    let colon = workspace.pick("：", ": ");
    let title = if hint.summary.is_empty() {
        number
    } else {
        format!("{number}{colon}{}", hint.summary)
    };
    let mut lines = wrap::lines(&title, width);
    lines.push(String::new());
    lines.extend(workspace.plain(&in_language(&hint.text, kind), width));
    lines.push(String::new());
    let more = match all - wanted {
        0 => workspace.pick(
            format!("提示就这些。还不行就去读 {}", workspace.page_shown(id)),
            format!(
                "That was the last hint. The exercise's page: {}",
                workspace.page_shown(id)
            ),
        ),
        left => workspace.pick(format!("还有 {left} 条。"), format!("{left} more.")),
    };
    lines.extend(wrap::lines(&more, width));
    lines
}

/// Starts again from the stub; the learner's file is kept under another name.
pub(super) fn reset(
    workspace: &Workspace,
    id: &str,
    kind: Option<ProgramKind>,
    yes: bool,
) -> Result<bool> {
    workspace.known(id)?;
    let Some(mine) = workspace.mine(id, kind) else {
        return mistake(workspace.pick(
            format!("{id} 还没有你的文件，不用重来。打开：cargo workbook exercise {id}"),
            format!(
                "you have no file for {id} yet. Open the exercise: cargo workbook exercise {id}"
            ),
        ));
    };
    if let Some(which) = workspace.which(&mine, kind) {
        say(which);
    }
    let shown = workspace.course.shown(&mine.path);
    if !yes && !agreed(workspace, &shown)? {
        say(workspace.pick("什么也没改。", "Nothing was changed."));
        return Ok(false);
    }
    let end = match mine.kind {
        ProgramKind::Python => "py",
        ProgramKind::Rust | ProgramKind::Command => "rs",
    };
    let stub = workspace.course.file(id, &format!("stub.{end}"));
    let text = fs::read(&stub).with_context(|| workspace.course.shown(&stub))?;
    let copy = beside(&mine.path).with_context(|| shown.clone())?;
    replace(&mine.path, &text).with_context(|| shown.clone())?;
    workspace.note(id, EventKind::Reset);
    let copy = workspace.course.shown(&copy);
    say(workspace.pick(
        format!("{shown} 又是起点程序了；原来的在 {copy}"),
        format!("{shown} is the stub again; your file is now {copy}"),
    ));
    Ok(true)
}

fn agreed(workspace: &Workspace, shown: &str) -> Result<bool> {
    if !io::stdin().is_terminal() {
        return mistake(workspace.pick(
            "reset 要先问一声，可这里没有终端；确定要重来就加 --yes",
            "reset asks first, but there is no terminal here; add --yes if you are sure",
        ));
    }
    show(workspace.pick(
        format!("把 {shown} 换回起点程序？原来的会留一份副本。[y/N] "),
        format!("Replace {shown} with the stub? A copy of it is kept. [y/N] "),
    ));
    let mut answer = String::new();
    io::stdin()
        .lock()
        .read_line(&mut answer)
        .context("read the answer")?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes" | "是" | "好"))
}

/// Copies a file to the next free name: `echo_server.rs.1`.
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
                    // Half a copy, on a full disk, would mislead.
                    .inspect_err(|_| {
                        let _ = fs::remove_file(&copy);
                    });
            }
        }
    }
    Err(io::Error::other("no free name"))
}

/// Prints a solution, once the exercise is solved or given up.
pub(super) fn solution(
    workspace: &Workspace,
    id: &str,
    kind: Option<ProgramKind>,
    give_up: bool,
) -> Result<bool> {
    workspace.known(id)?;
    let state = workspace.progress_log.progress().of(id);
    if state.solved.is_none() && !state.gave_up && !give_up {
        return mistake(workspace.pick(
            format!("{id} 还没通过。先看提示：cargo workbook exercise hint {id}\n真的要看答案就加 --give-up"),
            format!("{id} is not solved yet. First try a hint: cargo workbook exercise hint {id}\nTo see the solution anyway, add --give-up"),
        ));
    }
    let mine = || workspace.mine(id, None).map(|mine| mine.kind);
    let in_python = workspace.course.file(id, "solution.py").is_file();
    let python = match kind {
        Some(kind) => kind == ProgramKind::Python,
        None => in_python && mine() == Some(ProgramKind::Python),
    };
    let end = if python { "py" } else { "rs" };
    let path = workspace.course.file(id, &format!("solution.{end}"));
    let shown = workspace.course.shown(&path);
    let Ok(text) = fs::read_to_string(&path) else {
        return mistake(workspace.pick(format!("没有 {shown}"), format!("{shown} does not exist")));
    };
    if state.solved.is_none() && !state.gave_up {
        workspace.note(id, EventKind::GaveUp);
    }
    let mark = if end == "py" { "#" } else { "//" };
    say(format!("{mark} {shown}"));
    show(text);
    let other = workspace.course.file(id, "solution.py");
    if end == "rs" && other.is_file() {
        let other = workspace.course.shown(&other);
        warn(workspace.pick(
            format!("Python 的在 {other}（--python）"),
            format!("in Python: {other} (--python)"),
        ));
    }
    Ok(true)
}
