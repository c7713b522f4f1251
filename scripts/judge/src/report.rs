//! The report of a check, in the learner's language. Pure.
//!
//! Each variant has a line of its own; then comes the first that failed. What helps most comes
//! first, since a small terminal shows no more: the step that failed, what was seen, the last line
//! of a crash, what usually causes it, where to read; then the bytes, what the program wrote, and
//! the steps before.

mod byte_diff;
mod clue;
mod encoding;
mod trouble;
pub mod wrap;

use std::time::Duration;

use bilingual::{Lang, Ui, visible};

use crate::check::{Check, Role, Variant, Way};
use crate::crash::Extent;
use crate::verdict::{Failure, Trouble, Verdict};

use crate::narrate::{self, Phrasing};
pub use wrap::REPORT_COLUMNS;

/// The most columns that a text in a step takes.
const STEP_TEXT_COLUMNS_MAX: usize = 44;

/// A report that is being written.
pub(crate) struct Report {
    ui: Ui,
    text: String,
}

/// The title of the check, which comes above everything.
#[must_use]
pub fn title(id: &str, check: &Check, ui: Ui) -> String {
    format!("{} · {id}\n", ui.of(&check.title))
}

/// The line of one variant.
#[must_use]
pub fn line(verdict: &Verdict, ui: Ui) -> String {
    let mark = match &verdict.failure {
        None => ui.good("✓"),
        Some(_) if verdict.is_open() => "–".to_owned(),
        Some(_) => ui.bad("✗"),
    };
    let seconds = verdict.time.as_secs_f64();
    let mut line = format!("  {mark} {:<16} {seconds:>4.1} s", verdict.variant);
    if verdict.memory_unchecked {
        line.push_str(ui.pick(
            "  这个系统上查不了内存",
            "  memory: not checked on this system",
        ));
    }
    if verdict.kept_unchecked {
        line.push_str(ui.pick(
            "  这个系统上查不了客户端留下什么",
            "  what clients leave behind: not checked on this system",
        ));
    }
    if verdict.slow.again {
        line.push_str(ui.pick("  （单独又试了一次）", "  (tried once more, alone)"));
    }
    let title = ui.of(&verdict.title);
    if !title.is_empty() {
        line.push_str(&format!("  {}", title));
    }
    line.push('\n');
    line
}

/// A variant's name with its title.
fn named(verdict: &Verdict, ui: Ui) -> String {
    let (name, title) = (&verdict.variant, ui.of(&verdict.title));
    match title.is_empty() {
        true => name.clone(),
        false => ui.pick(format!("{name}（{title}）"), format!("{name} ({title})")),
    }
}

fn is_too_busy(verdict: &Verdict) -> bool {
    let trouble = verdict.failure.as_ref().map(|failure| &failure.trouble);
    matches!(trouble, Some(Trouble::TooBusy))
}

/// What follows the lines of the variants: the first failure in full, or that all have passed.
#[must_use]
pub fn outcome(id: &str, check: &Check, verdicts: &[Verdict], ui: Ui) -> String {
    let mut report = Report::new(ui);
    let (left, failed): (Vec<_>, Vec<_>) = verdicts
        .iter()
        .filter(|verdict| verdict.failure.is_some())
        .partition(|verdict| verdict.is_open());
    let first = failed.first().and_then(|verdict| {
        let variant = check.variant(&verdict.variant)?;
        Some((*verdict, variant, verdict.failure.as_deref()?))
    });
    let Some((verdict, variant, failure)) = first else {
        if let Some(first) = left.first() {
            report.unfinished(verdicts.len() - left.len(), &left);
            report.slow(check.role, verdicts);
            report.left(&left);
            report.again(id, &first.variant, "");
            return report.text;
        }
        let words = match ui.lang {
            Lang::Zh => format!("{} 种情形都通过了。", verdicts.len()),
            Lang::En => format!("All {} variants passed.", verdicts.len()),
        };
        report.blank();
        report.write("", &ui.good(&words));
        report.slow(check.role, verdicts);
        return report.text;
    };
    report.failure(id, check.role, verdict, variant, failure);
    report.slow(check.role, verdicts);
    if failed.len() > 1 {
        let names: Vec<_> = failed[1..]
            .iter()
            .map(|verdict| named(verdict, ui))
            .collect();
        report.entry(
            ui.pick("也没通过：", "Also failed: "),
            &format!(
                "{}{}",
                names.join(" "),
                ui.pick("（--only 名字：只看一种）", " (--only NAME shows one)")
            ),
        );
    }
    report.left(&left);
    report.text
}

/// The report of a program that does not compile: what cargo says, and then what to do.
#[must_use]
pub fn does_not_compile(id: &str, errors: &str, ui: Ui) -> String {
    let mut report = Report::new(ui);
    report.text.push_str(errors.trim_end());
    report.text.push_str("\n\n");
    // What the tools beneath us do not accept in the name of a folder: `rust-lld` takes `%` for
    // any digit, and cargo cannot put what separates paths into a list of them.
    let at_percent = |line: &str| line.contains("cannot open output file") && line.contains('%');
    let separator = errors.contains("path segment contains separator");
    if separator || errors.lines().any(at_percent) {
        let sign = if separator { ':' } else { '%' };
        let words = match ui.lang {
            Lang::Zh => format!(
                "{id} 没有编译成，错不在你的程序：练习册所在文件夹的路径里有 {sign}，cargo 或者链接器不接受。把整个文件夹挪到路径里没有 {sign} 的地方，再判一次。"
            ),
            Lang::En => format!(
                "{id} could not be compiled, but your program is not at fault: the path of the workbook's folder contains {sign}, which cargo or the linker does not accept. Move the whole folder to a path without {sign}, and check again."
            ),
        };
        report.write("", &words);
        return report.text;
    }
    let words = match ui.lang {
        Lang::Zh => format!(
            "{id} 还编译不过，上面是 cargo 的原话。从第一个 error 改起，后面的往往跟着消失。"
        ),
        Lang::En => format!(
            "{id} does not compile; cargo's messages are above. Start with the first error: later ones often disappear with it."
        ),
    };
    report.write("", &words);
    report.text
}

impl Report {
    fn new(ui: Ui) -> Self {
        let text = String::new();
        Self { ui, text }
    }

    fn blank(&mut self) {
        self.text.push('\n');
    }

    /// Writes a paragraph, every line after `indent`, no line wider than the report.
    fn write(&mut self, indent: &str, text: &str) {
        for line in wrap::lines(text, REPORT_COLUMNS - indent.len()) {
            self.text.push_str(indent);
            self.text.push_str(&line);
            self.text.push('\n');
        }
    }

    /// Writes a paragraph that begins with a label.
    fn entry(&mut self, label: &str, text: &str) {
        self.blank();
        self.write("  ", &format!("{label}{text}"));
    }

    fn failure(
        &mut self,
        id: &str,
        role: Role,
        verdict: &Verdict,
        variant: &Variant,
        failure: &Failure,
    ) {
        let ui = self.ui;
        self.blank();
        let way = narrate::way(variant.way, ui.lang);
        let seed = match (variant.way, ui.lang) {
            (Way::Cut, Lang::Zh) => format!("（种子 {}）", verdict.seed),
            (Way::Cut, Lang::En) => format!(" (seed {})", verdict.seed),
            _ => String::new(),
        };
        self.text
            .push_str(&ui.bad(&format!("✗ {}", named(verdict, ui))));
        if !way.is_empty() {
            self.text.push_str(&format!(" · {way}{seed}"));
        }
        self.text.push_str("\n\n");
        self.step(role, variant, failure);
        self.blank();
        self.write("  ", &trouble::describe(role, variant, failure, ui));
        self.crash(failure);
        let clue = clue::find(failure, ui);
        if let Some((clue, _)) = &clue {
            self.blank();
            self.write("  ", clue);
        }
        let explained = clue.is_some_and(|(_, explains)| explains);
        if !matches!(failure.trouble, Trouble::Judge(_)) {
            let seen = failure.seen();
            if let Some(cause) = variant.cause_of(seen).filter(|_| !explained) {
                self.entry(
                    ui.pick("多半是因为：", "The usual cause: "),
                    ui.of(&cause.why),
                );
            }
            if let Some(read) = variant.read_about(seen) {
                let (page, part) = read.split_once('#').unwrap_or((read, ""));
                let to = format!("book/{page}.{}#{part}", ui.pick("md", "en.md"));
                self.entry(ui.pick("去读：", "Read: "), &to);
            }
        }
        if let Some(bytes) = trouble::bytes(&failure.trouble) {
            self.blank();
            self.text.push_str(&byte_diff::draw(bytes, ui));
        }
        self.output(failure);
        self.story(role, variant, failure);
        let seed = match variant.way {
            Way::Cut => format!(" --seed {}", verdict.seed),
            _ => String::new(),
        };
        self.again(id, &variant.name, &seed);
    }

    /// Writes how to play this variant alone.
    fn again(&mut self, id: &str, name: &str, seed: &str) {
        let again = format!("cargo workbook exercise check {id} --only {name}{seed}");
        let label = self.ui.pick("只试这一种：", "This one alone: ");
        self.entry(label, &again);
    }

    /// Writes that nothing failed, but there was no time for everything.
    fn unfinished(&mut self, passed: usize, left: &[&Verdict]) {
        let lang = self.ui.lang;
        let so_far = match (lang, passed) {
            (_, 0) => String::new(),
            (Lang::Zh, _) => format!("{passed} 种情形通过了，没有一种不对。"),
            (Lang::En, 1) => "1 variant passed and none failed. ".to_owned(),
            (Lang::En, _) => format!("{passed} variants passed and none failed. "),
        };
        let why = match left.iter().all(|verdict| is_too_busy(verdict)) {
            true => lang.pick(
                "机器太忙，没有全部判出来：等它空下来，再检查一次。",
                "The machine was too busy to judge them all: check again when it is idle.",
            ),
            false => lang.pick(
                "没来得及全部试完：一次检查最多 60 秒。",
                "There was no time for all of them: a check ends after 60 s.",
            ),
        };
        self.blank();
        self.write("", &format!("{so_far}{why}"));
    }

    /// Writes which variants have no verdict, and why.
    fn left(&mut self, left: &[&Verdict]) {
        let (busy, not_played): (Vec<&Verdict>, Vec<&Verdict>) =
            left.iter().partition(|verdict| is_too_busy(verdict));
        for (verdicts, zh, en) in [
            (
                not_played,
                "没试完（一次检查最多 60 秒）：",
                "Not finished (a check ends after 60 s): ",
            ),
            (
                busy,
                "判不出来（机器太忙）：",
                "Not judged (the machine was too busy): ",
            ),
        ] {
            let names: Vec<_> = verdicts
                .into_iter()
                .map(|verdict| named(verdict, self.ui))
                .collect();
            if !names.is_empty() {
                self.entry(self.ui.pick(zh, en), &names.join(" "));
            }
        }
    }

    /// Writes what slowed the program down, where that may be why a variant failed or took long.
    fn slow(&mut self, role: Role, verdicts: &[Verdict]) {
        let ui = self.ui;
        let time = |duration| trouble::about(tenths(duration), ui.lang);
        let slowest = verdicts.iter().filter_map(|v| v.slow.starts_slowly()).max();
        if let Some(ready) = slowest {
            let ready = time(ready);
            self.blank();
            self.write(
                "  ",
                &match (role, ui.lang) {
                    (Role::Server | Role::Relay, Lang::Zh) => format!("启动很慢：你的程序用了 {ready} 才开始监听。判题程序自己的期限也相应放宽了。"),
                    (Role::Server | Role::Relay, Lang::En) => format!("A slow start: your program took {ready} to start listening. The judge extended its own deadlines accordingly."),
                    (Role::Client, Lang::Zh) => format!("启动很慢：你的程序用了 {ready} 才开始通信。判题程序自己的期限也相应放宽了。"),
                    (Role::Client, Lang::En) => format!("A slow start: your program took {ready} to start communicating. The judge extended its own deadlines accordingly."),
                    (Role::Filter, Lang::Zh) => format!("启动很慢：你的程序用了 {ready} 才打印第一行。判题程序自己的期限也相应放宽了。"),
                    (Role::Filter, Lang::En) => format!("A slow start: your program took {ready} to print its first line. The judge extended its own deadlines accordingly."),
                },
            );
        }
        // Other bytes are other bytes, however busy the machine was.
        let may_be_late = |verdict: &&Verdict| match &verdict.failure {
            Some(failure) => failure.trouble.kind().is_late(),
            None => verdict.slow.again,
        };
        let busy = verdicts
            .iter()
            .filter(|verdict| verdict.slow.is_very_busy())
            .filter(may_be_late);
        let late = busy.clone().map(|verdict| verdict.slow.late).max();
        let starved = busy.map(|verdict| verdict.slow.starved).max();
        let (Some(late), Some(starved)) = (late, starved) else {
            return;
        };
        let words = match ui.lang {
            Lang::Zh => format!(
                "机器很忙：你的程序等处理器等了 {}，判题程序自己也最多晚了 {}。如果没通过只是因为慢，等机器空闲时再检查一次。",
                time(starved),
                time(late)
            ),
            Lang::En => format!(
                "The machine is busy: your program waited {} for a processor, and the judge itself was up to {} late. If the failure may be due to that alone, check again when the machine is idle.",
                time(starved),
                time(late)
            ),
        };
        self.blank();
        self.write("  ", &words);
    }

    /// Writes the step that failed.
    fn step(&mut self, role: Role, variant: &Variant, failure: &Failure) {
        let ui = self.ui;
        let Some(step) = variant.steps.get(failure.step) else {
            return;
        };
        let mut words = narrate::step(
            step,
            role,
            Phrasing::Expected,
            ui.lang,
            STEP_TEXT_COLUMNS_MAX,
        );
        if let Some(peer) = failure.peer {
            words.push_str(&match ui.lang {
                Lang::Zh => format!("（第 {peer} 个没有）"),
                Lang::En => format!(" (number {peer} did not)"),
            });
        }
        let label = ui.pick("没做到：", "Failed at: ");
        self.write("  ", &format!("{label}{}", ui.bad(&words)));
    }

    /// Writes the steps before it, which did not fail.
    fn story(&mut self, role: Role, variant: &Variant, failure: &Failure) {
        let ui = self.ui;
        let done = &variant.steps[..failure.step.min(variant.steps.len())];
        if done.is_empty() {
            return;
        }
        self.entry(ui.pick("在这之前，都做到了：", "What happened before:"), "");
        for step in done {
            self.write(
                "    ",
                &narrate::step(
                    step,
                    role,
                    Phrasing::Happened,
                    ui.lang,
                    STEP_TEXT_COLUMNS_MAX,
                ),
            );
        }
    }

    /// Writes the message of a crash in full, since the end of its line says most.
    fn crash(&mut self, failure: &Failure) {
        let Some(crash) = &failure.crash else { return };
        let ui = self.ui;
        if !crash.is_certain() {
            let by = crash.by;
            let words = match (&crash.extent, ui.lang) {
                (Extent::Found, Lang::Zh) => format!("{by} 在你的程序里发现了错误："),
                (Extent::Found, Lang::En) => format!("{by} found an error in your program:"),
                (_, Lang::Zh) => "它往标准错误写过这个错误：".to_owned(),
                (_, Lang::En) => "It wrote this error to standard error:".to_owned(),
            };
            self.write("  ", &words);
        }
        for line in &crash.said {
            for line in wrap::whole(&trouble::plain(line), REPORT_COLUMNS - 4) {
                self.text.push_str(&format!("    {}\n", ui.strong(&line)));
            }
        }
    }

    fn output(&mut self, failure: &Failure) {
        let printed = self.ui.pick(
            "你的程序最后打印的几行：",
            "The last lines that your program printed:",
        );
        self.lines(printed, &failure.output);
        let wrote = self.ui.pick(
            "它写到标准错误的最后几行：",
            "The last lines that it wrote to standard error:",
        );
        self.lines(wrote, &failure.errors);
    }

    fn lines(&mut self, label: &str, lines: &[Vec<u8>]) {
        if lines.is_empty() {
            return;
        }
        self.entry(label, "");
        for line in lines {
            let line = trouble::plain(&visible::bytes(line));
            let short = wrap::cut(&line, REPORT_COLUMNS - 6);
            self.text.push_str(&format!("    {short}\n"));
        }
    }
}

/// The time, rounded as a report shows it.
fn tenths(duration: Duration) -> Duration {
    let step = if duration < Duration::from_secs(1) {
        10
    } else {
        100
    };
    let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(millis / step * step)
}
