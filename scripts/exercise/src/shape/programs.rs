//! Checks the programs of an exercise: stubs, solutions, those with a mistake, and right ones in
//! another style, with the first lines of each.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Look, is_litter};
use crate::patch::{self, Header, PATCH_LINES_MAX, Patch, SourceLanguage};
use crate::progress::is_name;
use judge::Check;

/// The least number of wrong programs: with fewer, a check has not been tried.
const WRONG_PROGRAMS_MIN: usize = 3;

/// Extensions of stubs and solutions: these languages run on every machine that tests the course.
const OWN_ENDINGS: [&str; 2] = ["rs", "py"];

/// Extensions of wrong programs, which may be patches of the solution.
const WRONG_ENDINGS: [&str; 3] = ["rs", "py", "patch"];

/// Extensions of right programs; a language that a machine lacks is skipped.
const RIGHT_ENDINGS: [&str; 5] = ["rs", "py", "js", "java", "c"];

/// A wrong program that is kept as a patch.
#[derive(Debug)]
pub struct Patched {
    /// The path that it would have as a whole program: `wrong/one_read.rs`.
    pub name: String,
    /// The whole program.
    pub text: String,
}

/// Every program in the folder of an exercise that the tests can run; [`patched`] makes a program of a
/// `.patch`.
#[must_use]
pub fn programs(folder: &Path) -> Vec<PathBuf> {
    let own = ["stub.rs", "stub.py", "solution.rs", "solution.py"];
    let mut all: Vec<_> = own.iter().map(|name| folder.join(name)).collect();
    all.retain(|path| path.is_file());
    all.extend(programs_in(&folder.join("wrong"), &WRONG_ENDINGS));
    all.extend(programs_in(&folder.join("right"), &RIGHT_ENDINGS));
    all
}

fn programs_in(folder: &Path, known: &[&str]) -> Vec<PathBuf> {
    let mut files = files(folder);
    let is_known = |path: &Path| {
        known
            .iter()
            .any(|end| path.extension() == Some(OsStr::new(end)))
    };
    files.retain(|path| path.is_file() && is_known(path));
    files
}

/// The program of `wrong/NAME.patch`.
///
/// # Errors
/// What is wrong with the patch or its solution, and what to do.
pub fn patched(path: &Path) -> Result<Patched, String> {
    let read = |path: &Path| {
        fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let text = read(path)?.replace("\r\n", "\n");
    let in_words =
        |problem: patch::Problem| format!("{}\n    {}", problem.found.en, problem.advice.en);
    let stem = stem(path);
    let patch = Patch::parse(&stem, &text).map_err(in_words)?;
    let folder = path.parent().and_then(Path::parent).unwrap_or(path);
    let solution = read(&folder.join(patch.language.solution()))?;
    Ok(Patched {
        name: format!("wrong/{stem}.{}", patch.language.end()),
        text: patch.apply(&solution).map_err(in_words)?,
    })
}

/// Whether the first line says what is unusual: `# unusual: one loop with select`.
#[must_use]
pub fn is_unusual(source: &str) -> bool {
    let first = source.lines().next().unwrap_or_default();
    let comment = first.strip_prefix("//").or(first.strip_prefix('#'));
    let said = comment.and_then(|comment| comment.trim().strip_prefix("unusual:"));
    said.is_some_and(|said| !said.trim().is_empty())
}

/// The files of a folder, without what an editor or an interpreter left there.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> = entries
        .filter(|entry| !is_litter(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path())
        .collect();
    files.sort();
    files
}

pub(super) fn look(look: &mut Look, check: Option<&Check>) {
    let folder = look.course.exercises().join(look.id);
    // A missing folder has been reported.
    if !folder.is_dir() {
        return;
    }
    own(look, &folder);
    wrong(look, &folder.join("wrong"), check);
    for path in files(&folder.join("right")) {
        let advice =
            "its first line says what is unusual about it: `// unusual: one loop with select`";
        if of_language(look, &path, &RIGHT_ENDINGS)
            && let Some(source) = look.read(&path, advice)
            && !is_unusual(&source)
        {
            look.tell(&path, "has no `unusual: …` in its first line", advice);
        }
    }
}

/// The stubs and the solutions: always in Rust; in Python both, or neither.
fn own(look: &mut Look, folder: &Path) {
    let is_there = |name: &str| folder.join(name).is_file();
    let python = is_there("stub.py") || is_there("solution.py");
    for end in OWN_ENDINGS {
        if end == "py" && !python {
            continue;
        }
        let solution = folder.join(format!("solution.{end}"));
        look.read(&solution, "write a program that passes every variant");
        let stub = folder.join(format!("stub.{end}"));
        let advice = "write what the learner begins with: it compiles, says `TODO`, and fails";
        if let Some(source) = look.read(&stub, advice)
            && !source.contains("TODO")
        {
            look.tell(
                &stub,
                "has no `TODO`",
                "mark the place where the learner begins with a comment `TODO`",
            );
        }
    }
}

fn wrong(look: &mut Look, folder: &Path, check: Option<&Check>) {
    let programs = files(folder);
    if programs.len() < WRONG_PROGRAMS_MIN {
        look.tell(
            folder,
            format!("has {} wrong programs", programs.len()),
            format!(
                "write at least {WRONG_PROGRAMS_MIN}, each with one mistake that people really make"
            ),
        );
    }
    let variants: Vec<&str> = check.map_or_else(Vec::new, |check| {
        check
            .variants
            .iter()
            .map(|variant| &*variant.name)
            .collect()
    });
    for path in &programs {
        if !of_language(look, path, &WRONG_ENDINGS) {
            continue;
        }
        let advice = "its first line names the variant that must catch it: `// caught by: VARIANT`";
        let Some(source) = look.read(path, advice) else {
            continue;
        };
        let header = match SourceLanguage::of(path) {
            None => of_patch(look, path, &source.replace("\r\n", "\n")),
            Some(language) => of_program(look, path, language, &source),
        };
        if let Some(name) = header.as_ref().and_then(Header::caught_by)
            && check.is_some()
            && !variants.contains(&name)
        {
            look.tell(
                path,
                format!("is caught by `{name}`, but the check has no such variant"),
                format!("its variants are: {}", variants.join(", ")),
            );
        }
        let twin = path.with_extension("patch");
        if twin != *path && programs.contains(&twin) {
            look.tell(
                path,
                "is also there as a patch",
                "remove one of the two: cargo workbook wrong diff replaces the patch",
            );
        }
    }
}

/// The header of `wrong/NAME.patch`, if it can be read.
fn of_patch(look: &mut Look, path: &Path, source: &str) -> Option<Header> {
    match Patch::parse(&stem(path), source) {
        Ok(patch) => {
            let solution = path.parent()?.with_file_name(patch.language.solution());
            // A missing solution has been reported.
            if let Ok(solution) = fs::read_to_string(solution)
                && let Err(problem) = patch.apply(&solution)
            {
                look.tell(path, problem.found.en, problem.advice.en);
            }
            Some(patch.header)
        }
        Err(problem) => {
            look.tell(path, problem.found.en, problem.advice.en);
            None
        }
    }
}

/// The header of a whole program, which must differ from the solution in its design.
fn of_program(
    look: &mut Look,
    path: &Path,
    language: SourceLanguage,
    source: &str,
) -> Option<Header> {
    let header = Header::of_program(source, language);
    if let Err(problem) = header.check() {
        look.tell(path, problem.found.en, problem.advice.en);
    }
    let solution = path.parent()?.with_file_name(language.solution());
    let lines = fs::read_to_string(solution).map(|it| patch::difference(language, &it, source));
    if let Ok(lines) = lines
        && lines <= PATCH_LINES_MAX
    {
        let (solution, place) = (language.solution(), look.course.shown(path));
        look.tell(
            path,
            format!("differs from {solution} in {lines} lines, comments aside"),
            format!(
                "a program that differs in {PATCH_LINES_MAX} lines or fewer is kept as a patch: cargo workbook wrong diff {} {place}",
                look.id
            ),
        );
    }
    Some(header)
}

/// Whether the tests can run it, by its extension and its name, which is given to cargo.
fn of_language(look: &mut Look, path: &Path, known: &[&str]) -> bool {
    let name = stem(path);
    let end = path.extension().unwrap_or_default().to_string_lossy();
    if !path.is_file() || !known.contains(&&*end) {
        let advice = format!(
            "a program here ends in .{}; anything else belongs elsewhere",
            known.join(", .")
        );
        look.tell(path, "is not a program that the tests can run", advice);
        return false;
    }
    if !is_name(&name) {
        let advice =
            "a program is named with lowercase letters, digits and `_`, such as `one_read.rs`";
        look.tell(
            path,
            format!("`{name}` is not a valid name for a program"),
            advice,
        );
    }
    true
}

fn stem(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}
