//! Lays out the lines of the watch screen. Pure.

use bilingual::visible::is_trick;
use unicode_width::UnicodeWidthChar;

use super::work::{Phase, Work};
use crate::cli::commands;
use judge::report::wrap;

/// A text to read on the whole screen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pager {
    pub(super) kind: TextKind,
    pub(super) title: String,
    pub(super) lines: Vec<String>,
    /// Index of the first line that is shown.
    pub(super) top: usize,
    /// Index of the chosen line, where one can be chosen.
    pub(super) at: Option<usize>,
}

/// What the text is: some kinds change while they are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum TextKind {
    Hint,
    Report,
    #[default]
    Other,
}

/// The screen of the exercise: its state, the first failure, the keys.
pub(super) fn main(work: &Work, columns: usize, rows: usize) -> Vec<String> {
    let workspace = &work.workspace;
    let columns = columns.max(20);
    let mut head = vec![title(work, columns)];
    let path = workspace.course.shown(&work.mine.path);
    head.push(wrap::cut(
        &workspace.pick(format!("文件 {path}"), format!("File {path}")),
        columns,
    ));
    head.push("─".repeat(columns));
    head.extend(
        standing(work)
            .into_iter()
            .flat_map(|line| fold(&line, columns)),
    );
    if !work.verdicts.is_empty() {
        head.extend(variants(work, columns));
    }
    head.push(String::new());
    let room = rows.saturating_sub(head.len() + 2);
    let body = body(work, columns);
    let body = shortened(
        body,
        room,
        &work.workspace.pick("按 v 看全部", "press v to see all"),
        columns,
    );
    let mut lines = head;
    lines.truncate(rows.saturating_sub(2));
    lines.extend(body);
    lines.truncate(rows.saturating_sub(2));
    lines.resize(rows.saturating_sub(2), String::new());
    lines.push("─".repeat(columns));
    let keys = workspace.pick(
        "h 提示  v 全文  g 目标  r 再判  n 下一个  l 列表  q 结束",
        "h hint  v full report  g goal  r judge again  n next  l list  q quit",
    );
    lines.push(match wrap::shown(&keys) <= columns {
        true => keys,
        false => wrap::cut("h v g r n l q", columns),
    });
    lines
}

fn title(work: &Work, columns: usize) -> String {
    let name = format!(
        "{} · {}",
        commands::title(&work.workspace, &work.id),
        work.id
    );
    let all = work.workspace.ladder.len();
    let solved = |id: &&String| work.progress.of(id).solved.is_some();
    let done = work.workspace.ladder.iter().filter(solved).count();
    let count = work
        .workspace
        .pick(format!("解出 {done}/{all}"), format!("solved {done}/{all}"));
    let room = columns.saturating_sub(wrap::shown(&count) + 1);
    let name = wrap::cut(&name, room);
    let gap = columns.saturating_sub(wrap::shown(&name) + wrap::shown(&count));
    format!("{name}{}{count}", " ".repeat(gap))
}

fn standing(work: &Work) -> Vec<String> {
    let workspace = &work.workspace;
    let (all, failed) = (work.check.variants.len(), failed(work));
    let words = match &work.phase {
        Phase::Fresh => workspace.pick(
            "等你写：改文件，保存，马上判。",
            "Your turn: change the file and save it; it is judged at once.",
        ),
        Phase::Building => workspace.pick("正在编译……", "compiling …"),
        Phase::Playing => {
            let done = work.verdicts.len();
            workspace.pick(
                format!("正在判：{done}/{all} 种情形……"),
                format!("judging: {done} of {all} variants …"),
            )
        }
        Phase::Passed => work.workspace.ui.good(&workspace.pick(
            format!("✓ 通过：{all} 种情形全对。按 n 做下一个。"),
            format!("✓ passed: all {all} variants. Press n for the next exercise."),
        )),
        Phase::Failed if failed == 0 => workspace.pick(
            "– 没有一种不对，可是没有全部判出来。按 r 再判一次。",
            "– none fails, but not every variant has a verdict. Press r to judge again.",
        ),
        Phase::Failed => work.workspace.ui.bad(&workspace.pick(
            format!("✗ 还没通过：{failed} 种情形不对。"),
            match failed {
                1 => "✗ not yet: 1 variant fails.".to_owned(),
                _ => format!("✗ not yet: {failed} variants fail."),
            },
        )),
        Phase::Refused => work
            .workspace
            .ui
            .bad(&workspace.pick("✗ 编译不过。", "✗ It does not compile.")),
        Phase::Gone => work.workspace.ui.bad(&workspace.pick(
            "文件不见了。存回来就接着判。",
            "The file is gone. It is judged again once it is back.",
        )),
        Phase::Trouble(words) => work.workspace.ui.bad(words),
    };
    let mut lines = vec![words];
    lines.extend(work.which());
    if work.phase == Phase::Fresh {
        lines.extend(work.python());
    }
    lines
}

fn failed(work: &Work) -> usize {
    work.verdicts
        .iter()
        .filter(|verdict| verdict.failure.is_some() && !verdict.is_open())
        .count()
}

/// `✓ plain  ✗ cut  – next  · many`: done, failed, without a verdict, not yet played.
fn variants(work: &Work, columns: usize) -> Vec<String> {
    let ui = work.workspace.ui;
    let mut lines = vec![String::new()];
    for variant in &work.check.variants {
        let verdict = work
            .verdicts
            .iter()
            .find(|verdict| verdict.variant == variant.name);
        let name = match variant.title.zh.is_empty() {
            true => variant.name.clone(),
            false => ui.pick(
                format!("{} {}", variant.name, variant.title.zh),
                variant.name.clone(),
            ),
        };
        let word = match verdict {
            Some(verdict) if verdict.failure.is_none() => ui.good(&format!("✓ {name}")),
            Some(verdict) if verdict.is_open() => format!("– {name}"),
            Some(_) => ui.bad(&format!("✗ {name}")),
            None => format!("· {name}"),
        };
        let full = lines.last().is_some_and(|line| {
            !line.is_empty() && wrap::shown(line) + wrap::shown(&word) + 2 > columns
        });
        if full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push_str("  ");
            }
            line.push_str(&word);
        }
    }
    lines
}

fn body(work: &Work, columns: usize) -> Vec<String> {
    match work.phase {
        Phase::Fresh => work.workspace.goal(&work.id, columns),
        Phase::Failed => {
            let mut lines = said(&work.said, columns);
            // How to play it alone, and which others failed, are shown elsewhere on the screen.
            let last = work.workspace.pick("  只试这一种", "  This one alone");
            if let Some(end) = lines.iter().position(|line| line.starts_with(&last)) {
                lines.truncate(end.saturating_sub(1));
            }
            lines
        }
        Phase::Refused => said(&work.said, columns),
        Phase::Passed | Phase::Building | Phase::Playing | Phase::Gone | Phase::Trouble(_) => {
            Vec::new()
        }
    }
}

/// A text without empty lines at its ends, folded.
pub(super) fn said(text: &str, columns: usize) -> Vec<String> {
    let lines = text.trim_matches('\n').lines();
    lines.flat_map(|line| fold(line, columns)).collect()
}

/// The lines that there is room for: empty lines are dropped first, then the end, which helps least.
fn shortened(mut lines: Vec<String>, room: usize, how: &str, columns: usize) -> Vec<String> {
    if lines.len() <= room {
        return lines;
    }
    lines.retain(|line| !line.is_empty());
    if lines.len() > room {
        let left = lines.len() - room.saturating_sub(1);
        lines.truncate(room.saturating_sub(1));
        lines.push(wrap::cut(&format!("  … +{left}  {how}"), columns));
    }
    lines
}

/// The screen of a text to read, with the keys.
pub(super) fn pager(work: &Work, pager: &Pager, columns: usize, rows: usize) -> Vec<String> {
    let room = rows.saturating_sub(4);
    let columns = columns.max(20);
    let mut lines = vec![wrap::cut(&pager.title, columns), rule(work, columns)];
    for (number, line) in pager.lines.iter().enumerate().skip(pager.top).take(room) {
        lines.push(match pager.at {
            Some(at) if at == number => work
                .workspace
                .ui
                .strong(&wrap::cut(&format!("→ {line}"), columns)),
            Some(_) => wrap::cut(&format!("  {line}"), columns),
            None => line.clone(),
        });
    }
    lines.resize(rows.saturating_sub(2), String::new());
    lines.push("─".repeat(columns));
    let back = match pager.at {
        Some(_) => work
            .workspace
            .pick("↑↓ 选  回车 打开  q 返回", "↑↓ choose  Enter open  q back"),
        None if pager.kind == TextKind::Hint && pager.lines.len() > room => work.workspace.pick(
            "h 下一条提示  ↑↓ 空格 翻页  q 返回",
            "h next hint  ↑↓ Space scroll  q back",
        ),
        None if pager.kind == TextKind::Hint => work
            .workspace
            .pick("h 下一条提示  q 返回", "h next hint  q back"),
        None if pager.lines.len() > room => work
            .workspace
            .pick("↑↓ 空格 翻页  q 返回", "↑↓ Space scroll  q back"),
        None => work.workspace.pick("q 返回", "q back"),
    };
    let last = (pager.top + room).min(pager.lines.len());
    let place = match pager.lines.len() > room {
        true => format!("{last}/{}", pager.lines.len()),
        false => String::new(),
    };
    let gap = columns.saturating_sub(wrap::shown(&back) + place.len());
    lines.push(format!("{back}{}{place}", " ".repeat(gap)));
    lines
}

/// The line under the title, with the phase: a verdict may come while something is read.
fn rule(work: &Work, columns: usize) -> String {
    let phase = match standing(work).into_iter().next() {
        Some(phase) if work.phase != Phase::Fresh => phase,
        _ => return "─".repeat(columns),
    };
    let width = wrap::shown(&phase);
    if width + 6 > columns {
        return match width <= columns {
            true => phase,
            false => fold(&phase, columns).swap_remove(0),
        };
    }
    let rest = columns - width - 4;
    format!("── {phase} {}", "─".repeat(rest))
}

/// A line, divided into pieces of at most `columns`; colors take none, and end with the piece.
pub(super) fn fold(line: &str, columns: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let (mut piece, mut width, mut colored) = (String::new(), 0, false);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c == '\x1b' {
            colored = true;
            piece.push(c);
            for c in chars.by_ref() {
                piece.push(c);
                if c.is_ascii_alphabetic() {
                    break;
                }
            }
            continue;
        }
        let c = match c {
            '\t' => ' ',
            c if is_trick(c) => '\u{fffd}',
            c => c,
        };
        let wide = c.width().unwrap_or(0);
        if width + wide > columns {
            if colored {
                piece.push_str("\x1b[0m");
            }
            pieces.push(std::mem::take(&mut piece));
            width = 0;
        }
        piece.push(c);
        width += wide;
    }
    if colored {
        piece.push_str("\x1b[0m");
    }
    pieces.push(piece);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_folded_at_its_columns_and_colors_take_none() {
        assert_eq!(fold("你好吗", 4), ["你好", "吗"]);
        assert_eq!(
            fold("\x1b[31merror\x1b[0m: x", 5),
            ["\x1b[31merror\x1b[0m\x1b[0m", ": x\x1b[0m"]
        );
        assert_eq!(fold("", 5), [""]);
        assert_eq!(fold("a\tb\r", 80), ["a b\u{fffd}"]);
    }

    #[test]
    fn empty_lines_go_first_and_the_end_next_when_there_is_no_room() {
        let report = "✗ cut\n\n  What did not happen: 5\n\n  cause\n\n  read\n\n    bytes\n\n  end";
        let lines: Vec<String> = report.lines().map(str::to_owned).collect();
        assert_eq!(shortened(lines.clone(), 11, "v", 80), lines);
        let short = [
            "✗ cut",
            "  What did not happen: 5",
            "  cause",
            "  read",
            "    bytes",
            "  end",
        ];
        assert_eq!(shortened(lines.clone(), 9, "v", 80), short);
        let shorter = shortened(lines, 5, "v", 80);
        assert_eq!(shorter[..4], short[..4]);
        assert_eq!(shorter[4..], ["  … +2  v"]);
    }
}
