//! What must hold before mdBook starts: it warns about none of this, and a build would replace
//! sources, or copy what lies outside the book.

use std::path::{Component, Path, PathBuf};

use bilingual::{Diagnostic, Text};
use mdbook_driver::config::Config;
use mdbook_summary::{SummaryItem, parse_summary};

use super::words_at;
use bilingual::slashes;

/// What `book.toml` does not say, without which the pages come out wrong or the sources are lost.
pub(super) fn configuration(config: &Config, book_toml: &str) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let place = &config.build.build_dir;
    if !is_below_target(place) {
        let place = slashes(place);
        problems.push(words_at(
            book_toml,
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
            book_toml,
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

/// Every path of `book.toml` stays in the repository, where it can be read without following a
/// link.
pub(super) fn paths(config: &Config, book_toml: &str) -> Vec<Diagnostic> {
    let html = config.html_config().unwrap_or_default();
    let mut paths = vec![("src", config.book.src.clone())];
    paths.extend(html.theme.map(|theme| ("theme", theme)));
    paths.extend(html.input_404.map(|page| ("input-404", page.into())));
    paths.extend(
        html.additional_css
            .into_iter()
            .map(|css| ("additional-css", css)),
    );
    paths.extend(
        html.additional_js
            .into_iter()
            .map(|js| ("additional-js", js)),
    );
    let inside = |path: &Path| {
        let mut parts = path.components();
        parts.all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
    };
    let outside = paths.into_iter().filter(|(_, path)| !inside(path));
    outside
        .map(|(key, path)| {
            let path = slashes(&path);
            words_at(
                book_toml,
                key,
                format!("{key} 里的路径 {path} 指到了仓库外面；改成仓库里的相对路径"),
                format!("the path {path} in {key} leads out of the repository; write a relative path inside it"),
            )
        })
        .collect()
}

/// What a build reads, by its path from the root, each once.
pub(super) fn parts(config: &Config) -> Vec<PathBuf> {
    let source = plain(&config.book.src);
    let mut parts = vec![source.clone()];
    let others = shared(config).into_iter();
    parts.extend(others.filter(|part| !part.starts_with(&source)));
    parts
}

/// What every page loads: the theme, and the files beside it.
pub(super) fn shared(config: &Config) -> Vec<PathBuf> {
    let html = config.html_config().unwrap_or_default();
    let theme = html.theme.unwrap_or("theme".into());
    let mut parts: Vec<PathBuf> = Vec::new();
    for part in [theme]
        .into_iter()
        .chain(html.additional_css)
        .chain(html.additional_js)
    {
        let part = plain(&part);
        if !parts.iter().any(|folder| part.starts_with(folder)) {
            parts.push(part);
        }
    }
    parts
}

fn plain(path: &Path) -> PathBuf {
    let parts = path.components();
    parts.filter(|part| *part != Component::CurDir).collect()
}

/// The links of `SUMMARY.md` that lead out of the book or to no page: mdBook reads the first kind,
/// and names no line for the second.
pub(super) fn contents(summary: &str, file: &Path, sources: &Path) -> Vec<Diagnostic> {
    // If it is not a table of contents, mdBook reports that.
    let Ok(parsed) = parse_summary(summary) else {
        return Vec::new();
    };
    let lists = [
        parsed.prefix_chapters,
        parsed.numbered_chapters,
        parsed.suffix_chapters,
    ];
    let mut items: Vec<SummaryItem> = lists.into_iter().flatten().collect();
    let mut problems = Vec::new();
    while let Some(item) = items.pop() {
        let SummaryItem::Link(link) = item else {
            continue;
        };
        items.extend(link.nested_items);
        let Some(page) = link.location else {
            continue;
        };
        let name = slashes(&page);
        let (zh, en) = match page
            .components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
        {
            false => (
                format!("{name} 指到了书外面；目录里只能写书里的页面"),
                format!(
                    "{name} leads out of the book; the table of contents may only name pages of the book"
                ),
            ),
            true if !sources.join(&page).is_file() => (
                format!("没有页面 {name}；写好它，或者改正路径"),
                format!("no page {name}; write it, or correct the path"),
            ),
            true => continue,
        };
        let line = summary.lines().position(|line| line.contains(&*name));
        problems.push(Diagnostic::at(
            file,
            line.map_or(1, |line| line + 1),
            Text::new(zh, en),
        ));
    }
    problems.sort();
    problems
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
