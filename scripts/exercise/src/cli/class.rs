//! `class DIR`: merges many reports into tables. What cannot be read is reported.

mod merge;
mod tables;

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::replace_file::replace;
use super::workspace::Workspace;
use super::{mistake, say, warn};
use merge::{Class, Finding};

/// The most bytes of a report: that of a whole course has some ten kilobytes.
const REPORT_BYTES_MAX: u64 = 1 << 20;

/// The most reports that are read.
const REPORTS_MAX: usize = 1000;

/// Writes the tables; `false` where no report could be read.
pub(super) fn class(workspace: &Workspace, directory: &Path, out: Option<PathBuf>) -> Result<bool> {
    let folder = directory.display();
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) => {
            return mistake(workspace.pick(
                format!("打不开目录 {folder}：{error}"),
                format!("cannot open the folder {folder}: {error}"),
            ));
        }
    };
    let mut paths: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension()
                .is_some_and(|end| end.eq_ignore_ascii_case("json"))
        })
        .collect();
    paths.sort();
    let mut class = Class::default();
    for path in paths.iter().take(REPORTS_MAX) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let report = contents(path).and_then(|bytes| merge::student(&name, &bytes));
        match report {
            Ok(student) => class.students.push(student),
            Err(finding) => tell(workspace, &name, &finding),
        }
    }
    if paths.len() > REPORTS_MAX {
        warn(workspace.pick(
            format!("有 {} 个文件，只读前 {REPORTS_MAX} 个", paths.len()),
            format!(
                "{} files found, only the first {REPORTS_MAX} are read",
                paths.len()
            ),
        ));
    }
    for (name, finding) in class.settle() {
        tell(workspace, &name, &finding);
    }
    if class.students.is_empty() {
        warn(workspace.pick(
            format!("{folder} 里没有能读的报告（*.json），什么也没写。学生这样写报告：cargo workbook exercise report --name 名字 文件.json"),
            format!("no report (*.json) that can be read in {folder}; nothing was written. A student writes one with cargo workbook exercise report --name NAME FILE.json"),
        ));
        return Ok(false);
    }
    let columns = class.columns(&workspace.ladder);
    let out = out.unwrap_or_else(|| directory.to_owned());
    let tables = tables::all(&class, &columns, workspace.ui.lang);
    for (name, _) in &tables {
        let path = out.join(name);
        if path.exists() && !is_table(name, &path) {
            let path = path.display();
            return mistake(workspace.pick(
                format!("{path} 已经有了，又不是这个命令写的表：移开它，或者用 --out 写到别的目录"),
                format!("{path} already exists and was not written by this command: move it, or name another folder with --out"),
            ));
        }
    }
    for (name, text) in tables {
        let path = out.join(name);
        replace(&path, text.as_bytes()).with_context(|| path.display().to_string())?;
    }
    let (count, out) = (class.students.len(), out.display());
    say(workspace.pick(
        format!("{count} 份报告；写好了 class.md、class.csv、class.html，在 {out}"),
        format!("{count} reports; wrote class.md, class.csv and class.html in {out}"),
    ));
    Ok(true)
}

/// Whether this command wrote it, in either language. A list of the class may have the same name.
fn is_table(name: &str, path: &Path) -> bool {
    let mut bytes = Vec::new();
    let read = path
        .is_file()
        .then(|| File::open(path)?.take(1024).read_to_end(&mut bytes));
    matches!(read, Some(Ok(_))) && tables::is_one(name, &bytes)
}

fn contents(path: &Path) -> Result<Vec<u8>, Finding> {
    let unreadable = |error: std::io::Error| Finding::Unreadable(error.to_string());
    // This comes before opening it: a pipe would wait for a writer.
    let data = fs::metadata(path).map_err(unreadable)?;
    if !data.is_file() {
        return Err(Finding::NoFile);
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(REPORT_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    match bytes.len() as u64 > REPORT_BYTES_MAX {
        true => Err(Finding::Huge),
        false => Ok(bytes),
    }
}

fn tell(workspace: &Workspace, name: &str, finding: &Finding) {
    let name = merge::clean(name);
    let (zh, en) = match finding {
        Finding::Unreadable(error) => (
            format!("读不了（{error}），跳过"),
            format!("cannot be read ({error}); left out"),
        ),
        Finding::NoFile => (
            "不是普通文件，跳过".into(),
            "is not an ordinary file; left out".into(),
        ),
        Finding::Huge => (
            "超过 1 MiB，不会是一份报告，跳过".into(),
            "is longer than 1 MiB, too long for a report; left out".into(),
        ),
        Finding::NotJson(error) => (
            format!("不是 JSON（{error}），跳过"),
            format!("is not JSON ({error}); left out"),
        ),
        Finding::NoReport => (
            "不是练习的报告，跳过".into(),
            "is not a report of the exercises; left out".into(),
        ),
        Finding::Newer(format) => (
            format!("是更新的格式 {format}：先更新这本练习册；跳过"),
            format!("has the newer format {format}: update this workbook first; left out"),
        ),
        Finding::Older(format) => (
            format!("是旧格式 {format}：请学生更新后再写一次；跳过"),
            format!(
                "has the old format {format}: ask the student to update and write it again; left out"
            ),
        ),
        Finding::Odd(count) => (
            format!("有 {count} 处看不懂，其余照用"),
            format!("has {count} entries that cannot be read; the rest is used"),
        ),
        Finding::Same(other) => (
            format!("和 {other} 一模一样，只算一份"),
            format!("is the same as {other}; counted once"),
        ),
        Finding::SameName(shown) => (
            format!("和另一份报告同名，表里写作 {shown}"),
            format!("has the same name as another report; shown as {shown} in the tables"),
        ),
        Finding::NoName(shown) => (
            format!("里面没有名字，表里写作 {shown}"),
            format!("has no name; shown as {shown} in the tables"),
        ),
    };
    warn(workspace.pick(format!("{name}：{zh}"), format!("{name}: {en}")));
}
