//! `report`: writes the progress as one JSON file, which the learner may give to others.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::replace_file::replace;
use super::workspace::Workspace;
use super::{mistake, say};
use crate::progress::{ExerciseState, Progress, VariantState};

/// Number of the format: a reader that knows only older ones says so.
pub(super) const REPORT_FORMAT: u64 = 1;

/// Writes the file, and prints what is in it.
pub(super) fn report(
    workspace: &Workspace,
    name: Option<String>,
    file: Option<PathBuf>,
) -> Result<bool> {
    let path = match file {
        Some(file) => std::path::absolute(file).context("find the file")?,
        None => workspace.course.mine().join("report.json"),
    };
    let shown = workspace.course.shown(&path);
    if path.exists() && !is_report(&path) {
        return mistake(workspace.pick(
            format!("{shown} 已经有了，又不是这种报告：换个名字"),
            format!("{shown} already exists and is not such a report: choose another name"),
        ));
    }
    let time = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let progress = workspace.progress_log.progress();
    let text = json(
        &workspace.ladder,
        &progress,
        name.as_deref().unwrap_or_default(),
        &time,
    );
    let text = serde_json::to_string_pretty(&text).context("write JSON")? + "\n";
    replace(&path, text.as_bytes()).with_context(|| shown.clone())?;
    let name = name.unwrap_or_else(|| {
        workspace.pick("（没有名字，可以加 --name）", "(none; set one with --name)")
    });
    say(workspace.pick(
        format!("写好了 {shown}\n里面有：名字 {name}；每个练习过了哪些情形、判了几次、什么时候；没有别的。"),
        format!("wrote {shown}\nIt holds the name {name}, and for each exercise the variants passed, the number of checks and\nthe times; nothing else."),
    ));
    Ok(true)
}

fn is_report(path: &Path) -> bool {
    let short = path
        .metadata()
        .is_ok_and(|data| data.is_file() && data.len() < 4 << 20);
    let value: Option<Value> = short
        .then(|| fs::read(path).ok())
        .flatten()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok());
    value.is_some_and(|value| value["format"].is_u64() && value["exercises"].is_array())
}

fn json(ladder: &[String], progress: &Progress, name: &str, time: &str) -> Value {
    // Exercises that have left the ladder count too.
    let others = progress.exercises.keys().filter(|id| !ladder.contains(id));
    let exercises = ladder
        .iter()
        .chain(others)
        .map(|id| exercise(id, &progress.of(id)));
    json!({
        "format": REPORT_FORMAT,
        "tool": format!("exercise {}", env!("CARGO_PKG_VERSION")),
        "name": name,
        "written": time,
        "exercises": exercises.collect::<Vec<_>>(),
    })
}

fn exercise(id: &str, state: &ExerciseState) -> Value {
    let variant = |variant: &VariantState| {
        json!({
            "name": variant.name,
            "passed": variant.passed,
            "failed": variant.failed,
        })
    };
    json!({
        "id": id,
        "first": state.first,
        "last": state.last,
        "solved": state.solved,
        "attempts": state.attempts,
        "refused": state.refused,
        "hints": state.hints,
        "gave_up": state.gave_up,
        "variants": state.variants.iter().map(variant).collect::<Vec<_>>(),
    })
}
