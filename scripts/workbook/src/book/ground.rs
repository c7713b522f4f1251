//! What must hold before mdBook starts: it warns about none of this, and a build would replace
//! sources, or copy what lies outside the book.

use std::fs;
use std::path::{Component, Path, PathBuf};

use mdbook_driver::config::Config;
use pages::Problem;

use super::words_at;
use crate::words::slashes;

/// What `book.toml` does not say, without which the pages come out wrong or the sources are lost.
pub(super) fn configuration(root: &Path, config: &Config) -> Vec<Problem> {
    let mut problems = Vec::new();
    let place = &config.build.build_dir;
    if !is_below_target(place) {
        let place = slashes(place);
        problems.push(words_at(
            root,
            "build-dir",
            format!("build-dir 是 {place}：生成网站会换掉那里的一切；写 build-dir = \"target/book\""),
            format!("build-dir is {place}: a build replaces everything there; write build-dir = \"target/book\""),
        ));
    }
    let before = config.get::<Vec<String>>("preprocessor.pages.before");
    let is_first = |names: Vec<String>| names.iter().any(|name| name == "links");
    // Without this table mdBook would run `pages` last, after the includes.
    if !before.is_ok_and(|names| names.is_some_and(is_first)) {
        problems.push(words_at(
            root,
            "[preprocessor.pages]",
            "缺少 [preprocessor.pages] 和它的 before = [\"links\"]；请补上",
            "[preprocessor.pages] with before = [\"links\"] is missing; add it",
        ));
    }
    problems
}

fn is_below_target(place: &Path) -> bool {
    let mut parts = place.components();
    parts.next() == Some(Component::Normal("target".as_ref()))
        && parts.clone().next().is_some()
        && parts.all(|part| matches!(part, Component::Normal(_)))
}

/// Symbolic links in the sources: mdBook copies what they lead to, wherever that is.
pub(super) fn links(root: &Path, sources: &Path) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut folders = vec![sources.to_owned()];
    while let Some(folder) = folders.pop() {
        // A folder that cannot be read is mdBook's to tell.
        let entries = fs::read_dir(root.join(&folder)).into_iter().flatten();
        for entry in entries.flatten() {
            let path = folder.join(entry.file_name());
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(path),
                Ok(kind) if kind.is_symlink() => problems.push(link(path)),
                _ => {}
            }
        }
    }
    problems.sort();
    problems
}

fn link(file: PathBuf) -> Problem {
    Problem {
        file,
        line: 1,
        message_zh: "这是符号链接，会把书外面的东西带进来；换成文件本身（编辑器的锁文件，保存后就没有了）"
            .to_owned(),
        message_en: "this is a symbolic link, which brings in what lies outside the book; put the file itself here (an editor's lock goes away when you save)"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_folder_below_target_may_be_replaced() {
        for (place, expected) in [
            ("target/book", true),
            ("target/a/b", true),
            ("./target/book", false),
            ("book", false),
            ("target", false),
            ("", false),
            (".", false),
            ("..", false),
            ("target/../book", false),
            ("/target/book", false),
            ("examples/target", false),
        ] {
            assert_eq!(is_below_target(Path::new(place)), expected, "{place}");
        }
    }
}
