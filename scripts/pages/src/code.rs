//! A part of a program: found by its anchor, its comments in the reader's language.

use std::path::{Path, PathBuf};

use crate::html::escape;
use crate::line_breaks::is_han;
use crate::sources::{Sources, reason};
use bilingual::slashes;

/// Renders `../../examples/x.rs:anchor` as written on a page, or says in both languages why that is
/// not possible.
pub(crate) fn include(
    target: &str,
    lang: &str,
    page: &Path,
    sources: &dyn Sources,
) -> Result<String, (String, String)> {
    let (path, anchor) = match target.split_once(':') {
        Some((path, anchor)) => (path, Some(anchor)),
        None => (target, None),
    };
    let path = resolve(page, path)?;
    let name = slashes(&path);
    let source = sources.read(&path).map_err(|error| {
        let (zh, en) = reason(&error);
        (
            format!("读不到 {name}：{zh}；路径从页面所在的文件夹算起"),
            format!("cannot read {name}: {en}; paths start at the folder of the page"),
        )
    })?;
    let source = source.replace("\r\n", "\n");
    let style = Comments::of(&path);
    let lines = match anchor {
        Some(anchor) => style.between(&source, anchor).map_err(|known| {
            let list = if known.is_empty() {
                "—".to_owned()
            } else {
                known.join(", ")
            };
            (
                format!("{name} 里没有一对 ANCHOR: {anchor} 和 ANCHOR_END: {anchor}；已有的锚点：{list}"),
                format!("{name} has no pair of ANCHOR: {anchor} and ANCHOR_END: {anchor}; its anchors: {list}"),
            )
        })?,
        None => source.lines().collect(),
    };
    let lines: Vec<&str> = lines
        .into_iter()
        .filter(|line| style.marker(line).is_none())
        .collect();
    let lang = if lang.is_empty() { style.lang } else { lang };
    Ok(format!(
        "<div class=\"source\">{}</div>\n\n<pre><code class=\"language-{}\">{}</code></pre>",
        escape(&name),
        escape(lang),
        style.bilingual(&dedent(&lines))
    ))
}

/// Programming languages that a reader can choose: the name in `data-code`, and how it is written.
const LANGUAGES: [(&str, &str); 3] = [("rust", "Rust"), ("python", "Python"), ("c", "C")];

/// Chooses the programming language of the whole book among these; seen only where there is a script.
/// `name` tells it from others on the page.
pub(crate) fn switch(languages: &[&str], name: &str) -> String {
    let buttons = LANGUAGES
        .iter()
        .filter(|(code, _)| languages.contains(code));
    let buttons = buttons.map(|(code, name)| {
        format!("<button type=\"button\" data-set-code=\"{code}\">{name}</button>")
    });
    format!(
        "<div class=\"code-switch\" role=\"group\" aria-label=\"{}\">{}</div>\n",
        escape(name),
        buttons.collect::<String>()
    )
}

/// The same part in several languages, one of which is shown where there is a script.
pub(crate) fn tabs(
    targets: &[&str],
    page: &Path,
    sources: &dyn Sources,
) -> Result<String, (String, String)> {
    let mut languages = Vec::new();
    let mut parts = String::new();
    for target in targets {
        let path = target.split(':').next().unwrap_or_default();
        let lang = Comments::of(Path::new(path)).lang;
        if languages.contains(&lang) || !LANGUAGES.iter().any(|(code, _)| *code == lang) {
            return Err((
                format!("{path}：一个代码块里的几行 include，每种语言（Rust、Python、C）最多一行"),
                format!(
                    "{path}: the includes of one fence have at most one line for each of Rust, Python and C"
                ),
            ));
        }
        languages.push(lang);
        let code = include(target, "", page, sources)?;
        parts += &format!("<div class=\"code-{lang}\">\n{code}\n</div>\n");
    }
    // `01_one_shot.rs · server`
    let first = targets.first().copied().unwrap_or_default();
    let name = first
        .rsplit('/')
        .next()
        .unwrap_or(first)
        .replace(':', " · ");
    Ok(format!(
        "<div class=\"tabs\">\n{}{parts}</div>",
        switch(&languages, &name)
    ))
}

fn resolve(page: &Path, path: &str) -> Result<PathBuf, (String, String)> {
    let folder = page.parent().unwrap_or(Path::new(""));
    crate::links::normal(&Path::new("book").join(folder).join(path)).ok_or_else(|| {
        (
            format!("路径 {path} 指到了仓库外面；路径从页面所在的文件夹算起"),
            format!(
                "the path {path} leads out of the repository; paths start at the folder of the page"
            ),
        )
    })
}

/// How a language writes comments.
struct Comments {
    lang: &'static str,
    starts: &'static [&'static str],
}

impl Comments {
    fn of(path: &Path) -> Self {
        let (lang, starts): (_, &[&str]) = match path.extension().and_then(|ext| ext.to_str()) {
            Some("rs") => ("rust", &["///", "//!", "//"]),
            Some("py") => ("python", &["#"]),
            Some("c" | "h") => ("c", &["//"]),
            Some("toml") => ("toml", &["#"]),
            Some("sh") => ("bash", &["#"]),
            _ => ("text", &["#"]),
        };
        Comments { lang, starts }
    }

    /// The words of a line that is only a comment.
    fn words<'a>(&self, line: &'a str) -> Option<&'a str> {
        let line = line.trim();
        let start = self.starts.iter().find(|start| line.starts_with(**start))?;
        Some(line[start.len()..].trim())
    }

    fn marker<'a>(&self, line: &'a str) -> Option<Marker<'a>> {
        let words = self.words(line)?;
        if let Some(name) = words.strip_prefix("ANCHOR:") {
            Some(Marker::Start(name.trim()))
        } else {
            let name = words.strip_prefix("ANCHOR_END:")?;
            Some(Marker::End(name.trim()))
        }
    }

    /// The lines between the marks of an anchor, or the anchors that are complete.
    fn between<'a>(&self, source: &'a str, anchor: &str) -> Result<Vec<&'a str>, Vec<&'a str>> {
        let lines: Vec<&str> = source.lines().collect();
        let place = |wanted: Marker<'_>| {
            lines
                .iter()
                .position(|line| self.marker(line).as_ref() == Some(&wanted))
        };
        let span = |name| Some((place(Marker::Start(name))?, place(Marker::End(name))?));
        if let Some((start, end)) = span(anchor).filter(|(start, end)| start < end) {
            return Ok(lines[start + 1..end].to_vec());
        }
        Err(lines
            .iter()
            .filter_map(|line| match self.marker(line)? {
                Marker::Start(name) => span(name).map(|_| name),
                Marker::End(_) => None,
            })
            .collect())
    }

    /// The code as HTML. In one run of comment lines, a line with a Han character is Chinese,
    /// and a line without one that follows is English; an empty comment line ends the pair.
    fn bilingual(&self, lines: &[&str]) -> String {
        let mut out = String::new();
        let mut after_chinese = false;
        for line in lines {
            let words = self.words(line);
            let chinese = words.is_some_and(|words| words.contains(is_han));
            after_chinese = chinese || (after_chinese && words.is_some_and(|w| !w.is_empty()));
            let line = escape(line);
            out += &match (chinese, after_chinese) {
                (true, _) => format!("<span class=\"zh\" lang=\"zh-CN\">{line}\n</span>"),
                (false, true) => format!("<span class=\"en\" lang=\"en\">{line}\n</span>"),
                (false, false) => format!("{line}\n"),
            };
        }
        out
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Marker<'a> {
    Start(&'a str),
    End(&'a str),
}

/// Without the indentation that all lines share, and without blank lines at both ends.
fn dedent<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let is_blank = |line: &&str| line.trim().is_empty();
    let start = lines.iter().position(|line| !is_blank(line)).unwrap_or(0);
    let end = lines
        .iter()
        .rposition(|line| !is_blank(line))
        .map_or(start, |at| at + 1);
    let lines = &lines[start..end];
    let indent = lines
        .iter()
        .filter(|line| !is_blank(line))
        .map(|line| line.len() - line.trim_start_matches([' ', '\t']).len())
        .min()
        .unwrap_or(0);
    lines
        .iter()
        .map(|line| line.get(indent..).unwrap_or_default().trim_end())
        .collect()
}
