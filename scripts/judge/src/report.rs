//! The report of a check, in the learner's language. Pure.
//!
//! First every variant on a line of its own, then the first that failed. What helps most comes
//! first, since a small screen shows no more: the step that did not happen, what was seen, the last
//! line of a crash, what usually causes it, where to read; then the bytes, what the program wrote,
//! and the steps before.

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

/// A text of the story takes no more columns than this.
const STEP_TEXT_COLUMNS_MAX: usize = 44;

/// The words of a report, as they are written.
pub(crate) struct Page {
    ui: Ui,
    text: String,
}

/// The title of the check, above everything.
#[must_use]
pub fn title(id: &str, check: &Check, ui: Ui) -> String {
    format!("{} · {id}\n", ui.of(&check.title))
}

/// One variant on its line.
#[must_use]
pub fn line(verdict: &Verdict, ui: Ui) -> String {
    let mark = match &verdict.failure {
        None => ui.good("✓"),
        Some(_) if !was_played(verdict) => "–".to_owned(),
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
            "  what clients leave: not checked on this system",
        ));
    }
    if verdict.slow.again {
        line.push_str(ui.pick("  （单独又试了一次）", "  (tried once more, alone)"));
    }
    line.push('\n');
    line
}

fn was_played(verdict: &Verdict) -> bool {
    let trouble = verdict.failure.as_ref().map(|failure| &failure.trouble);
    !matches!(trouble, Some(Trouble::NotPlayed))
}

/// What follows the lines of the variants: the first failure in full, or that there is none.
#[must_use]
pub fn outcome(id: &str, check: &Check, verdicts: &[Verdict], ui: Ui) -> String {
    let mut page = Page::new(ui);
    let (failed, left): (Vec<_>, Vec<_>) = verdicts
        .iter()
        .filter(|verdict| verdict.failure.is_some())
        .partition(|verdict| was_played(verdict));
    let first = failed.first().and_then(|verdict| {
        let variant = check.variant(&verdict.variant)?;
        Some((*verdict, variant, verdict.failure.as_deref()?))
    });
    let Some((verdict, variant, failure)) = first else {
        if let Some(first) = left.first() {
            page.unfinished(verdicts.len() - left.len());
            page.slow(check.role, verdicts);
            page.left(&left);
            page.again(id, &first.variant, "");
            return page.text;
        }
        let words = match ui.lang {
            Lang::Zh => format!("{} 种情形都通过了。", verdicts.len()),
            Lang::En => format!("All {} variants passed.", verdicts.len()),
        };
        page.blank();
        page.write("", &ui.good(&words));
        page.slow(check.role, verdicts);
        return page.text;
    };
    page.failure(id, check.role, verdict, variant, failure);
    page.slow(check.role, verdicts);
    if failed.len() > 1 {
        let names: Vec<_> = failed[1..]
            .iter()
            .map(|verdict| verdict.variant.as_str())
            .collect();
        page.entry(
            ui.pick("也没通过：", "Failed too: "),
            &format!(
                "{}{}",
                names.join(" "),
                ui.pick("（--only 名字：只看一种）", " (--only NAME shows one)")
            ),
        );
    }
    page.left(&left);
    page.text
}

/// The program does not compile: what cargo says, and nothing of ours in between.
#[must_use]
pub fn does_not_compile(id: &str, errors: &str, ui: Ui) -> String {
    let mut page = Page::new(ui);
    page.text.push_str(errors.trim_end());
    page.text.push_str("\n\n");
    // What the tools beneath us do not accept in the name of a folder: `rust-lld` takes `%` for
    // any digit, and cargo cannot put what separates paths into a list of them.
    let at_percent = |line: &str| line.contains("cannot open output file") && line.contains('%');
    let separator = errors.contains("path segment contains separator");
    if separator || errors.lines().any(at_percent) {
        let sign = if separator { ':' } else { '%' };
        let words = match ui.lang {
            Lang::Zh => format!(
                "{id} 没有编译成，错不在你的程序：练习册所在的文件夹，路径里有 {sign}，cargo 或者链接器不接受。把整个文件夹挪到路径里没有 {sign} 的地方，再判一次。"
            ),
            Lang::En => format!(
                "{id} was not compiled, and your program is not at fault: the path of the folder that the workbook is in has {sign} in it, and cargo or the linker does not accept that. Move the whole folder to a path without {sign}, and check again."
            ),
        };
        page.write("", &words);
        return page.text;
    }
    let words = match ui.lang {
        Lang::Zh => format!(
            "{id} 还编译不过，上面是 cargo 的原话。从第一个 error 改起，后面的往往跟着消失。"
        ),
        Lang::En => format!(
            "{id} does not compile; above is what cargo says. Begin with the first error: later ones often go with it."
        ),
    };
    page.write("", &words);
    page.text
}

impl Page {
    fn new(ui: Ui) -> Self {
        let text = String::new();
        Self { ui, text }
    }

    fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A paragraph, every line after `indent`, no line wider than the page.
    fn write(&mut self, indent: &str, text: &str) {
        for line in wrap::lines(text, REPORT_COLUMNS - indent.len()) {
            self.text.push_str(indent);
            self.text.push_str(&line);
            self.text.push('\n');
        }
    }

    /// A paragraph that begins with a word in bold.
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
        self.text.push_str(&ui.bad(&format!("✗ {}", variant.name)));
        if !way.is_empty() {
            self.text.push_str(&format!(" · {way}{seed}"));
        }
        self.text.push_str("\n\n");
        self.step(role, variant, failure);
        self.blank();
        self.write("  ", &trouble::words(role, variant, failure, ui));
        self.crash(failure);
        let clue = clue::clue(failure, ui);
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

    /// How to play this variant alone.
    fn again(&mut self, id: &str, name: &str, seed: &str) {
        let again = format!("cargo workbook exercise check {id} --only {name}{seed}");
        let label = self.ui.pick("只试这一种：", "This one alone: ");
        self.entry(label, &again);
    }

    /// Nothing failed, and there was no time for all.
    fn unfinished(&mut self, passed: usize) {
        let words = match self.ui.lang {
            Lang::Zh => format!(
                "{passed} 种情形通过了，没有一种不对，可是没来得及试完：一次检查最多 60 秒。"
            ),
            Lang::En => format!(
                "{passed} variants passed and none failed, but there was no time for all of them: a check is over after 60 s."
            ),
        };
        self.blank();
        self.write("", &words);
    }

    /// What was not played to its end.
    fn left(&mut self, left: &[&Verdict]) {
        if left.is_empty() {
            return;
        }
        let names: Vec<_> = left.iter().map(|verdict| &*verdict.variant).collect();
        self.entry(
            self.ui.pick(
                "没试完（一次检查最多 60 秒）：",
                "Not played to the end (a check is over after 60 s): ",
            ),
            &names.join(" "),
        );
    }

    /// What slowed the program down, where that may be why a variant failed, or took long.
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
                    (Role::Server | Role::Relay, Lang::Zh) => format!("启动很慢：你的程序用了 {ready} 才开始监听。评判自己的期限也跟着放宽了。"),
                    (Role::Server | Role::Relay, Lang::En) => format!("A slow start: your program took {ready} to listen. The judge's own deadlines were stretched as well."),
                    (Role::Client, Lang::Zh) => format!("启动很慢：你的程序用了 {ready} 才开始通信。评判自己的期限也跟着放宽了。"),
                    (Role::Client, Lang::En) => format!("A slow start: your program took {ready} to say its first word. The judge's own deadlines were stretched as well."),
                    (Role::Filter, Lang::Zh) => format!("启动很慢：你的程序用了 {ready} 才打印第一行。评判自己的期限也跟着放宽了。"),
                    (Role::Filter, Lang::En) => format!("A slow start: your program took {ready} to print its first line. The judge's own deadlines were stretched as well."),
                },
            );
        }
        // Other bytes are other bytes, however busy the machine was.
        let may_be_late = |verdict: &&Verdict| match &verdict.failure {
            Some(failure) => {
                failure.trouble.is_late() || matches!(failure.trouble, Trouble::NotPlayed)
            }
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
                "机器很忙：你的程序为处理器排队 {}，评判自己也晚醒了 {}。没通过的若是因为慢，等机器空闲时再检查一次。",
                time(starved),
                time(late)
            ),
            Lang::En => format!(
                "The machine is busy: your program waited {} for a processor, and the judge itself woke up to {} late. If what failed is only slow, check again when the machine is idle.",
                time(starved),
                time(late)
            ),
        };
        self.blank();
        self.write("  ", &words);
    }

    /// The step that did not happen.
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

    /// The steps before it, which did.
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

    /// What it said when it crashed: whole, since the end of the line is what tells.
    fn crash(&mut self, failure: &Failure) {
        let Some(crash) = &failure.crash else { return };
        let ui = self.ui;
        if !crash.is_certain() {
            let by = crash.by;
            let words = match (&crash.extent, ui.lang) {
                (Extent::Found, Lang::Zh) => format!("{by} 在你的程序里发现了错误："),
                (Extent::Found, Lang::En) => format!("{by} found a fault in your program:"),
                (_, Lang::Zh) => "它往标准错误写过这个错误：".to_owned(),
                (_, Lang::En) => "It wrote this error on standard error:".to_owned(),
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
            "你的程序最后打印的：",
            "The last that your program printed:",
        );
        self.lines(printed, &failure.output);
        let wrote = self.ui.pick(
            "它写到标准错误的最后几行：",
            "The last that it wrote on standard error:",
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

/// Rounded to what a report shows.
fn tenths(duration: Duration) -> Duration {
    let step = if duration < Duration::from_secs(1) {
        10
    } else {
        100
    };
    let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(millis / step * step)
}
