//! `cargo workbook wrong`: makes patches of wrong programs, and programs of patches.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use bilingual::Text;
use judge::Check;

use super::Author;
use crate::course::Course;
use crate::patch::{self, Header, Patch, Problem, SourceLanguage};
use crate::progress::is_name;

/// The names of the patches of an exercise.
pub(super) fn patches(course: &Course, id: &str) -> Vec<String> {
    let entries = fs::read_dir(course.file(id, "wrong"));
    let mut names: Vec<String> = entries
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter_map(|name| Some(name.strip_suffix(".patch")?.to_owned()))
        .collect();
    names.sort();
    names
}

/// Makes the patch of an edited copy of the solution.
pub(super) fn diff(author: &Author, id: &str, path: &Path) -> Result<Text> {
    let file = &author.course.shown(path);
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let Some(language) = SourceLanguage::of(path).filter(|_| is_name(&name)) else {
        return Err(author.words(
            format!("{file}：错误程序叫 NAME.rs 或 NAME.py，NAME 由小写字母、数字和 `_` 组成"),
            format!("{file}: a wrong program is called NAME.rs or NAME.py, with lowercase letters, digits and `_` in NAME"),
        ));
    };
    let copy = read(path, file)?;
    let solution = solution(author, id, language)?;
    let patch = patch::diff(&name, language, &solution, &copy)
        .map_err(|problem| told(author, file, &problem))?;
    is_a_variant(author, id, file, &Header::of_program(&copy, language))?;
    let place = author.course.file(id, &format!("wrong/{name}.patch"));
    let shown = author.course.shown(&place);
    write(&place, &patch, &shown)?;
    // Otherwise the program would be there twice.
    let whole = place.with_extension(language.end());
    let is_there_twice = match (path.canonicalize(), whole.canonicalize()) {
        (Ok(path), Ok(whole)) => path == whole,
        _ => false,
    };
    if is_there_twice {
        fs::remove_file(path).with_context(|| file.to_owned())?;
    }
    Ok(Text::new(
        format!("写好了 {shown}"),
        format!("wrote {shown}"),
    ))
}

/// Writes out the program of a patch.
pub(super) fn apply(author: &Author, id: &str, name: &str, to: Option<&Path>) -> Result<Text> {
    let (path, text) = the_patch(author, id, name)?;
    let shown = author.course.shown(&path);
    let patch = Patch::parse(name, &text).map_err(|problem| told(author, &shown, &problem))?;
    let solution = solution(author, id, patch.language)?;
    let program = patch
        .apply(&solution)
        .map_err(|problem| told(author, &shown, &problem))?;
    let folder = match to {
        Some(folder) => folder.to_owned(),
        None => author.course.written_out().join(id),
    };
    let place = folder.join(format!("{name}.{}", patch.language.end()));
    let shown = author.course.shown(&place);
    if fs::read_to_string(&place).is_ok_and(|there| there != program) {
        return Err(author.words(
            format!("{shown} 已经在了，而且不一样：没有动它。运行 cargo workbook wrong diff {id} {shown}，或者先删掉它"),
            format!("{shown} already exists and differs; it was not overwritten. Run cargo workbook wrong diff {id} {shown}, or remove it first"),
        ));
    }
    write(&place, &program, &shown)?;
    let run = match patch.language {
        SourceLanguage::Python => format!("cargo workbook exercise check {id} -- python3 {shown}"),
        SourceLanguage::Rust => format!(
            "rustc --edition 2024 --out-dir target/wrong {shown} && cargo workbook exercise check {id} -- target/wrong/{name}"
        ),
    };
    Ok(Text::new(
        format!("写好了 {shown}\n判它：{run}"),
        format!("wrote {shown}\njudge it: {run}"),
    ))
}

/// Updates a patch after lines of the solution have moved.
pub(super) fn renew(author: &Author, id: &str, name: &str) -> Result<Text> {
    let (path, text) = the_patch(author, id, name)?;
    let shown = author.course.shown(&path);
    let problem = |problem| told(author, &shown, &problem);
    let patch = Patch::parse(name, &text).map_err(problem)?;
    let solution = solution(author, id, patch.language)?;
    if patch.apply(&solution).is_ok() {
        return Ok(Text::new(
            format!("{shown} 不用改"),
            format!("{shown} fits as it is"),
        ));
    }
    let program = patch.apply_moved(&solution).map_err(problem)?;
    let patch = patch::diff(name, patch.language, &solution, &program).map_err(problem)?;
    write(&path, &patch, &shown)?;
    Ok(Text::new(
        format!("写好了 {shown}"),
        format!("wrote {shown}"),
    ))
}

fn the_patch(author: &Author, id: &str, name: &str) -> Result<(PathBuf, String)> {
    let path = author.course.file(id, &format!("wrong/{name}.patch"));
    if !is_name(name) || !path.is_file() {
        let all = patches(&author.course, id).join(", ");
        return Err(author.words(
            format!("{id} 没有叫 '{name}' 的补丁；它的补丁有：{all}"),
            format!("{id} has no patch called '{name}'; its patches are: {all}"),
        ));
    }
    let text = read(&path, &author.course.shown(&path))?;
    Ok((path, text))
}

fn solution(author: &Author, id: &str, language: SourceLanguage) -> Result<String> {
    let path = author.course.file(id, language.solution());
    let shown = author.course.shown(&path);
    if !path.is_file() {
        return Err(author.words(
            format!("没有 {shown}：补丁要有它改的解法"),
            format!("{shown} does not exist: a patch needs the solution that it changes"),
        ));
    }
    read(&path, &shown)
}

/// Checks that the header names a variant. If the check cannot be read, `scripts/check exercise` says so.
fn is_a_variant(author: &Author, id: &str, file: &str, header: &Header) -> Result<()> {
    let check = fs::read_to_string(author.course.file(id, "check.session"));
    let check = check.ok().and_then(|text| Check::parse(&text).ok());
    let (Some(check), Some(name)) = (check, header.caught_by()) else {
        return Ok(());
    };
    let variants: Vec<&str> = check
        .variants
        .iter()
        .map(|variant| &*variant.name)
        .collect();
    if variants.contains(&name) {
        return Ok(());
    }
    let all = variants.join(", ");
    Err(author.words(
        format!("{file}：`caught by: {name}`，判题程序没有这个情形；有的是：{all}"),
        format!("{file}: `caught by: {name}`, but the check has no such variant; its variants are: {all}"),
    ))
}

fn told(author: &Author, place: &str, problem: &Problem) -> anyhow::Error {
    let (found, advice) = (
        problem.found.in_lang(author.lang),
        problem.advice.in_lang(author.lang),
    );
    anyhow::Error::msg(format!("{place}: {found}\n    {advice}"))
}

fn read(path: &Path, shown: &str) -> Result<String> {
    ensure!(path.exists(), "{shown}: no such file");
    let text = fs::read_to_string(path).with_context(|| shown.to_owned())?;
    // An editor on Windows may have written it.
    Ok(text.replace("\r\n", "\n"))
}

fn write(path: &Path, text: &str, shown: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| shown.to_owned())?;
    }
    fs::write(path, text).with_context(|| format!("write {shown}"))
}
