//! A wrong program as a patch of its solution. Pure.
//!
//! A patch changes the solution [without its comments](bare): rewording a comment breaks no patch,
//! and no comment describes code that the patch has changed. Before the diff comes what the first
//! lines of a whole program say: the variant that catches it, and its mistake in both languages.
//!
//! ```text
//! caught by: aliases
//! 别名最多跟 4 个。
//! Follows 4 aliases at most.
//!
//! --- solution.py
//! +++ wrong/few_aliases.py
//! @@ -94,7 +94,7 @@
//! ```

mod bare;
mod header;

use std::path::Path;

use bilingual::Text;
use diffy::{DiffOptions, Line};

pub use bare::bare;
pub use header::Header;

/// The most lines that a patch adds and removes: a program with more is kept whole.
pub const PATCH_LINES_MAX: usize = 20;

/// The languages of wrong programs: they run on every machine that tests the course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceLanguage {
    /// `NAME.rs`
    Rust,
    /// `NAME.py`
    Python,
}

impl SourceLanguage {
    /// The language of a file, by its extension.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "rs" => Some(Self::Rust),
            "py" => Some(Self::Python),
            _ => None,
        }
    }

    /// The extension of its files.
    #[must_use]
    pub fn end(self) -> &'static str {
        match self {
            Self::Rust => "rs",
            Self::Python => "py",
        }
    }

    /// The name of the solution in this language.
    #[must_use]
    pub fn solution(self) -> &'static str {
        match self {
            Self::Rust => "solution.rs",
            Self::Python => "solution.py",
        }
    }

    /// The beginning of a comment.
    fn mark(self) -> &'static str {
        match self {
            Self::Rust => "//",
            Self::Python => "#",
        }
    }
}

/// A problem with a patch, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What was found.
    pub found: Text,
    /// What to do.
    pub advice: Text,
}

impl Problem {
    fn new(found: (impl Into<String>, impl Into<String>), advice: (&str, &str)) -> Self {
        Self {
            found: Text::new(found.0, found.1),
            advice: Text::new(advice.0, advice.1),
        }
    }
}

/// A wrong program, as a change of a solution.
#[derive(Debug)]
pub struct Patch<'a> {
    /// The first lines of the program.
    pub header: Header,
    /// The language of the solution.
    pub language: SourceLanguage,
    diff: diffy::Patch<'a, str>,
}

impl<'a> Patch<'a> {
    /// Reads `wrong/NAME.patch`.
    ///
    /// # Errors
    /// It cannot be applied to any solution.
    pub fn parse(name: &str, text: &'a str) -> Result<Self, Problem> {
        let begin = match text.starts_with("--- ") {
            true => 0,
            false => text.find("\n--- ").map_or(text.len(), |at| at + 1),
        };
        let (header, diff) = text.split_at(begin);
        let header = Header::of_patch(header);
        header.check()?;
        let broken = |zh: String, en: String| {
            Problem::new(
                (zh, en),
                (
                    "补丁由 cargo workbook wrong diff 写出",
                    "a patch is written by cargo workbook wrong diff",
                ),
            )
        };
        let parsed = diffy::Patch::from_str(diff).map_err(|error| {
            broken(
                format!("不是补丁：{error}"),
                format!("is not a patch: {error}"),
            )
        })?;
        let names = (parsed.original(), parsed.modified());
        let language = [SourceLanguage::Rust, SourceLanguage::Python]
            .into_iter()
            .find(|language| {
                let program = format!("wrong/{name}.{}", language.end());
                names == (Some(language.solution()), Some(&program))
            });
        let Some(language) = language else {
            return Err(broken(
                format!("没有 `--- solution.rs` 和 `+++ wrong/{name}.rs`（或者 .py）这两行"),
                format!("has no lines `--- solution.rs` and `+++ wrong/{name}.rs` (or .py)"),
            ));
        };
        // What follows the last hunk would be ignored silently.
        let lines = parsed.hunks().iter().map(|hunk| 1 + hunk.lines().len());
        let read = 2 + lines.sum::<usize>();
        if parsed.hunks().is_empty() || diff.trim_end().lines().count() > read {
            return Err(broken(
                "没有改动，或者改动后面还有别的字".to_owned(),
                "changes nothing, or has other text after its changes".to_owned(),
            ));
        }
        let patch = Self {
            header,
            language,
            diff: parsed,
        };
        match patch.lines() {
            count if count > PATCH_LINES_MAX => Err(too_long(count, language)),
            _ => Ok(patch),
        }
    }

    /// Number of lines that it adds and removes.
    #[must_use]
    pub fn lines(&self) -> usize {
        changed(&self.diff)
    }

    /// The wrong program that the patch makes of this solution, with its header.
    ///
    /// # Errors
    /// The solution does not have exactly the lines that the patch expects, where it expects them.
    pub fn apply(&self, solution: &str) -> Result<String, Problem> {
        self.fits(&bare(solution, self.language))?;
        self.apply_loosely(solution)
    }

    /// The same if the lines have moved: each hunk must fit in exactly one place.
    ///
    /// # Errors
    /// A hunk fits nowhere, or in more than one place.
    pub fn apply_moved(&self, solution: &str) -> Result<String, Problem> {
        let base = bare(solution, self.language);
        let base: Vec<&str> = base.split_inclusive('\n').collect();
        for hunk in self.diff.hunks() {
            let old = old(hunk);
            let places = base.windows(old.len()).filter(|part| *part == old).count();
            if places != 1 {
                return Err(Self::misfit(
                    hunk,
                    format!("{} 里有 {places} 处这样的行", self.language.solution()),
                    format!(
                        "{} has these lines in {places} places",
                        self.language.solution()
                    ),
                ));
            }
        }
        self.apply_loosely(solution)
    }

    fn apply_loosely(&self, solution: &str) -> Result<String, Problem> {
        let base = bare(solution, self.language);
        let patched = diffy::apply(&base, &self.diff).map_err(|error| {
            Problem::new(
                (format!("打不上：{error}"), error.to_string()),
                SOLUTION_CHANGED,
            )
        })?;
        Ok(self.header.comments(self.language) + &patched)
    }

    fn fits(&self, base: &str) -> Result<(), Problem> {
        let base: Vec<&str> = base.split_inclusive('\n').collect();
        // Lines that the previous hunks have added and removed.
        let (mut added, mut removed) = (0, 0);
        for hunk in self.diff.hunks() {
            let old = old(hunk);
            let first = hunk
                .old_range()
                .start()
                .saturating_sub(usize::from(!old.is_empty()));
            for (index, line) in old.iter().enumerate() {
                let there = base.get(first + index).copied().unwrap_or_default();
                if there != *line {
                    return Err(Self::misfit(
                        hunk,
                        format!(
                            "要的是 `{}`，{} 里去掉注释以后是 `{}`",
                            line.trim_end(),
                            self.language.solution(),
                            there.trim_end()
                        ),
                        format!(
                            "it expects `{}`, but {} without its comments has `{}`",
                            line.trim_end(),
                            self.language.solution(),
                            there.trim_end()
                        ),
                    ));
                }
            }
            let (before, after) = (hunk.old_range(), hunk.new_range());
            if before.start() + added != after.start() + removed
                && !before.is_empty()
                && !after.is_empty()
            {
                return Err(Self::misfit(
                    hunk,
                    "行号对不上".to_owned(),
                    "its line numbers contradict each other".to_owned(),
                ));
            }
            added += after.len();
            removed += before.len();
        }
        Ok(())
    }

    fn misfit(hunk: &diffy::Hunk<'_, str>, zh: String, en: String) -> Problem {
        let (old, new) = (hunk.old_range(), hunk.new_range());
        let zh = format!("`@@ -{old} +{new} @@` 打不上：{zh}");
        let en = format!("`@@ -{old} +{new} @@` does not apply: {en}");
        Problem::new((zh, en), SOLUTION_CHANGED)
    }
}

/// The advice for a patch that no longer fits.
const SOLUTION_CHANGED: (&str, &str) = (
    "解法改过了：只是行动了位置，就运行 cargo workbook wrong renew；否则在解法的副本里重新犯这个错，再运行 cargo workbook wrong diff",
    "the solution has changed: if its lines have only moved, run cargo workbook wrong renew; otherwise make the mistake again in a copy of the solution and run cargo workbook wrong diff",
);

/// Makes the patch `wrong/NAME.patch` of a wrong program: an edited copy of `solution` that begins
/// with its header.
///
/// # Errors
/// The header is missing, or no lines or too many differ.
pub fn diff(
    name: &str,
    language: SourceLanguage,
    solution: &str,
    copy: &str,
) -> Result<String, Problem> {
    let header = Header::of_program(copy, language);
    header.check()?;
    let (base, program) = (bare(solution, language), bare(copy, language));
    let mut options = DiffOptions::new();
    options
        .set_original_filename(language.solution())
        .set_modified_filename(format!("wrong/{name}.{}", language.end()));
    let diff = options.create_patch(&base, &program);
    match changed(&diff) {
        0 => {
            let solution = language.solution();
            Err(Problem::new(
                (
                    format!("除了注释，和 {solution} 一样"),
                    format!("is the same as {solution}, comments aside"),
                ),
                ("在里面犯一个错", "make a mistake in it"),
            ))
        }
        count if count > PATCH_LINES_MAX => Err(too_long(count, language)),
        _ => Ok(format!("{}\n{diff}", header.text())),
    }
}

/// Number of lines in which a program differs from its solution, comments aside.
#[must_use]
pub fn difference(language: SourceLanguage, solution: &str, program: &str) -> usize {
    let (base, program) = (bare(solution, language), bare(program, language));
    changed(&DiffOptions::new().create_patch(&base, &program))
}

fn changed(diff: &diffy::Patch<'_, str>) -> usize {
    let lines = diff.hunks().iter().flat_map(|hunk| hunk.lines());
    lines
        .filter(|line| !matches!(line, Line::Context(_)))
        .count()
}

/// The lines that a hunk expects.
fn old<'a>(hunk: &diffy::Hunk<'a, str>) -> Vec<&'a str> {
    let old = |line: &Line<'a, str>| match line {
        Line::Context(line) | Line::Delete(line) => Some(*line),
        Line::Insert(_) => None,
    };
    hunk.lines().iter().filter_map(old).collect()
}

fn too_long(count: usize, language: SourceLanguage) -> Problem {
    let solution = language.solution();
    Problem::new(
        (
            format!("和 {solution} 差 {count} 行，补丁最多 {PATCH_LINES_MAX} 行"),
            format!(
                "differs from {solution} in {count} lines; a patch has at most {PATCH_LINES_MAX}"
            ),
        ),
        (
            "把整个程序留在 wrong/ 里",
            "keep the whole program in wrong/",
        ),
    )
}

#[cfg(test)]
mod tests;
