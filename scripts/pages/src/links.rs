//! Links inside the book: every page, file and fragment that a link names must exist.

use std::collections::{BTreeMap, HashSet};
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::problem::Problems;
use crate::reference::{Reference, resolve};
use crate::scan::Found;
use crate::sources::Sources;
use bilingual::slashes;

/// What a page offers to links, and where it links itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Anchors {
    pub(crate) ids: HashSet<String>,
    /// With the file they are written in.
    pub(crate) links: Vec<(PathBuf, Found)>,
}

/// Checks the links of all pages. The keys are paths of Chinese pages, relative to `book/`.
pub(crate) fn check(
    pages: &BTreeMap<PathBuf, Arc<Anchors>>,
    sources: &dyn Sources,
    problems: &mut Problems,
) {
    for page in pages.keys() {
        check_page(page, pages, sources, problems);
    }
}

/// Checks the links of one page to all of them.
pub(crate) fn check_page(
    page: &Path,
    pages: &BTreeMap<PathBuf, Arc<Anchors>>,
    sources: &dyn Sources,
    problems: &mut Problems,
) {
    for (file, link) in pages.get(page).iter().flat_map(|anchors| &anchors.links) {
        if let Some((zh, en)) = complaint(page, &link.text, pages, sources) {
            problems.add(file, link.line, zh, en);
        }
    }
}

fn complaint(
    page: &Path,
    link: &str,
    pages: &BTreeMap<PathBuf, Arc<Anchors>>,
    sources: &dyn Sources,
) -> Option<(String, String)> {
    // A path of the server leads to what only the built site has: that is checked there.
    if link.is_empty() || link.starts_with('/') {
        return None;
    }
    let (path, fragment) = match Reference::of(link) {
        Reference::Elsewhere(_) => return None,
        Reference::Undecodable => return Some(undecodable(link)),
        Reference::Here { path, fragment } => (path, fragment),
    };
    let target = resolve(&slashes(page), &path).and_then(|path| normal(Path::new(&path)));
    let Some(target) = target else {
        return Some(outside(link));
    };
    let name = slashes(&target);
    if let Some(stem) = name.strip_suffix(".en.md") {
        return Some((
            format!(
                "链接 {link} 指向英文文件；写成 {}",
                link.replacen(".en.md", ".md", 1)
            ),
            format!(
                "the link {link} points to the English file; write {} (the page of {stem}.md has both languages)",
                link.replacen(".en.md", ".md", 1)
            ),
        ));
    }
    let Some(anchors) = pages.get(&target) else {
        return missing(link, &target, &name, pages, sources);
    };
    if fragment.is_empty() || anchors.ids.contains(&fragment) {
        return None;
    }
    let near = nearest(&fragment, anchors.ids.iter().map(String::as_str));
    Some((
        format!("链接 {link}：book/{name} 里没有 id {fragment}{}", near.zh()),
        format!(
            "the link {link}: book/{name} has no id {fragment}{}",
            near.en()
        ),
    ))
}

fn missing(
    link: &str,
    target: &Path,
    name: &str,
    pages: &BTreeMap<PathBuf, Arc<Anchors>>,
    sources: &dyn Sources,
) -> Option<(String, String)> {
    if name.ends_with(".md") || name.ends_with(".html") {
        let asked = name.replace(".html", ".md");
        let known: Vec<String> = pages.keys().map(|page| slashes(page)).collect();
        let near = nearest(&asked, known.iter().map(String::as_str));
        return Some((
            format!(
                "链接 {link}：目录（SUMMARY.md）里没有页面 {asked}{}",
                near.zh()
            ),
            format!(
                "the link {link}: no page {asked} in SUMMARY.md{}",
                near.en()
            ),
        ));
    }
    // A file that is not text (a capture, say) exists as well.
    let found = sources.read(&Path::new("book").join(target));
    match found {
        Err(error) if error.kind() != ErrorKind::InvalidData => Some((
            format!("链接 {link}：没有文件 book/{name}；改正路径"),
            format!("the link {link}: no file book/{name}; correct the path"),
        )),
        _ => None,
    }
}

fn outside(link: &str) -> (String, String) {
    (
        format!(
            "链接 {link} 指向 book/ 之外，读者打不开；把文件名写成 `代码`，或用 {{{{#include}}}}"
        ),
        format!(
            "the link {link} leads out of book/, where readers cannot follow; write the file's name as `code`, or use {{{{#include}}}}"
        ),
    )
}

fn undecodable(link: &str) -> (String, String) {
    (
        format!("链接 {link} 里的 % 编码不是 UTF-8；改正路径"),
        format!("the link {link} has percent-encoding that is not UTF-8; correct the path"),
    )
}

/// Resolves `.` and `..`; none if it leaves the root.
pub(crate) fn normal(path: &Path) -> Option<PathBuf> {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(part) => out.push(part),
            Component::CurDir => {}
            Component::ParentDir => {
                if !out.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(out)
}

/// The name that was probably meant.
pub(crate) struct Nearest(Option<String>);

impl Nearest {
    pub(crate) fn zh(&self) -> String {
        match &self.0 {
            Some(name) => format!("；是不是 {name}？"),
            None => "；改正名字".to_owned(),
        }
    }

    pub(crate) fn en(&self) -> String {
        match &self.0 {
            Some(name) => format!("; did you mean {name}?"),
            None => "; correct the name".to_owned(),
        }
    }
}

/// The most similar name, if one is similar at all.
pub(crate) fn nearest<'a>(asked: &str, known: impl Iterator<Item = &'a str>) -> Nearest {
    let best = known
        .map(|name| (distance(asked, name), name))
        .min()
        .filter(|(distance, _)| *distance <= asked.chars().count().div_ceil(3).max(2));
    Nearest(best.map(|(_, name)| name.to_owned()))
}

/// Levenshtein distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}
