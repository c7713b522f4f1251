//! Building the book: mdBook, with the pages preprocessor as a library, and strictly:
//! whatever mdBook warns about and carries on is a failure here.

mod log;
mod preprocessor;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use mdbook_driver::MDBook;

use crate::words::{Lang, pick, slashes};
use preprocessor::{Broken, Pages};

/// One thing to mend, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// `book/layers/osi.md:12`, where known.
    pub place: Option<String>,
    /// 中文
    pub zh: String,
    /// English
    pub en: String,
}

impl Trouble {
    /// A trouble whose place is not known.
    pub fn somewhere(zh: impl Into<String>, en: impl Into<String>) -> Trouble {
        Trouble {
            place: None,
            zh: zh.into(),
            en: en.into(),
        }
    }

    /// A trouble in this line, counted from 1, of this file.
    pub fn at(file: &str, line: u64, zh: impl Into<String>, en: impl Into<String>) -> Trouble {
        Trouble {
            place: Some(format!("{file}:{line}")),
            ..Trouble::somewhere(zh, en)
        }
    }

    /// `book/layers/osi.md:12: what is wrong; what to do`
    pub fn display(&self, lang: Lang) -> String {
        let words = pick(lang, &self.zh, &self.en);
        match &self.place {
            Some(place) => format!("{place}: {words}"),
            None => words,
        }
    }
}

impl From<&pages::Problem> for Trouble {
    fn from(problem: &pages::Problem) -> Trouble {
        let file = slashes(&problem.file);
        Trouble::at(
            &file,
            problem.line as u64,
            &problem.message_zh,
            &problem.message_en,
        )
    }
}

/// All troubles, a line each, and how many they are.
pub fn report(troubles: &[Trouble], lang: Lang) -> String {
    let mut text: String = troubles.iter().map(|t| t.display(lang) + "\n").collect();
    let count = troubles.len();
    text += &pick(
        lang,
        format!("有 {count} 处要改。\n"),
        format!("to mend: {count}\n"),
    );
    text
}

/// Builds the book into its own build directory, which changes only when all went well.
/// Returns that directory, as `book.toml` names it.
pub fn build(root: &Path) -> Result<PathBuf, Vec<Trouble>> {
    let scratch = Scratch::new(root).map_err(|error| vec![unwritable(root, &error)])?;
    let site = scratch.path().join("site");
    let place = build_into(root, &site)?;
    replace(&site, &root.join(&place), &scratch.path().join("old"))
        .map_err(|error| vec![unwritable(&place, &error)])?;
    Ok(place)
}

/// Builds the book into a directory that mdBook may empty.
/// Returns the build directory that `book.toml` names.
pub fn build_into(root: &Path, destination: &Path) -> Result<PathBuf, Vec<Trouble>> {
    let work = AssertUnwindSafe(|| log::collect(|| with_mdbook(root, destination)));
    let (result, warnings) = catch_unwind(work).map_err(|_| {
        vec![Trouble::somewhere(
            "生成时程序自己出错了，上面是它的话；请把它报告给我们",
            "the build itself broke, its words are above; please report it",
        )]
    })?;
    let mut troubles: Vec<Trouble> = warnings.into_iter().map(said_by_mdbook).collect();
    let place = match result {
        Ok(place) => place,
        Err(error) => match error.downcast_ref::<Broken>() {
            Some(Broken(problems)) => {
                troubles.splice(0..0, problems.iter().map(Trouble::from));
                PathBuf::new()
            }
            None => {
                troubles.push(said_by_mdbook(format!("{error:#}")));
                PathBuf::new()
            }
        },
    };
    if troubles.is_empty() {
        Ok(place)
    } else {
        Err(troubles)
    }
}

fn with_mdbook(root: &Path, destination: &Path) -> anyhow::Result<PathBuf> {
    let mut book = MDBook::load(root)?;
    let place = std::mem::replace(&mut book.config.build.build_dir, destination.to_owned());
    preprocessor::is_in_place(&book.config)?;
    book.with_preprocessor(Pages);
    book.build()?;
    Ok(place)
}

fn said_by_mdbook(message: String) -> Trouble {
    let en = format!("mdBook: {message}");
    Trouble::somewhere(format!("mdBook 报告：{message}"), en)
}

fn unwritable(place: &Path, error: &std::io::Error) -> Trouble {
    let place = place.display();
    Trouble::somewhere(
        format!("写不进 {place}：{error}；请检查权限和磁盘空间"),
        format!("cannot write to {place}: {error}; check its permissions and the disk space"),
    )
}

/// Two renames, so that nobody meets a half-written site.
fn replace(new: &Path, place: &Path, old: &Path) -> std::io::Result<()> {
    if let Some(parent) = place.parent() {
        fs::create_dir_all(parent)?;
    }
    match fs::rename(place, old) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::rename(new, place)
}

/// A folder of this process below `target/`, removed at the end.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// Makes it.
    pub fn new(root: &Path) -> std::io::Result<Scratch> {
        use std::sync::atomic::{AtomicU32, Ordering};
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let path = root.join("target/workbook").join(name);
        if path.exists() {
            fs::remove_dir_all(&path)?;
        }
        fs::create_dir_all(&path)?;
        Ok(Scratch(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
        // Only succeeds when no other process has a folder there.
        let _ = self.0.parent().map(fs::remove_dir);
    }
}
