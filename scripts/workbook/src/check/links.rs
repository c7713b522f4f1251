//! Every reference of a built site: it leads to something, also for a reader who sees only one
//! language, and nothing but an ordinary link leaves the machine.

use std::collections::{BTreeMap, HashMap};

use bilingual::{Diagnostic, Text};
use pages::reference::{Reference, resolve};

use super::css;
use super::html::{Page, parse};
use super::link::{Link, Purpose};
use crate::site::Site;

/// The page on which mdBook numbers ids anew and makes links local.
const PRINT_PAGE: &str = "print.html";

/// What is wrong with the site. `folder` is its name in the problems.
pub fn problems(site: &Site, folder: &str) -> Vec<Diagnostic> {
    let pages: BTreeMap<&str, Page> = site
        .files()
        .filter(|(path, _)| path.ends_with(".html"))
        .map(|(path, bytes)| (path, parse(&String::from_utf8_lossy(bytes))))
        .collect();
    let mut check = Check {
        site,
        folder,
        pages: &pages,
        problems: Vec::new(),
    };
    for (path, page) in &pages {
        check.page(path, page);
    }
    for (path, bytes) in site.files().filter(|(path, _)| path.ends_with(".css")) {
        for link in css::links(&String::from_utf8_lossy(bytes)) {
            check.link(path, None, &link);
        }
    }
    check.problems
}

struct Check<'a> {
    site: &'a Site,
    folder: &'a str,
    pages: &'a BTreeMap<&'a str, Page>,
    problems: Vec<Diagnostic>,
}

impl Check<'_> {
    fn page(&mut self, path: &str, page: &Page) {
        let is_print = path == PRINT_PAGE;
        let mut seen = HashMap::new();
        for id in page.ids.iter().filter(|_| !is_print) {
            if let Some(line) = seen.insert(&id.name, id.line) {
                let name = &id.name;
                self.add(
                    path,
                    id.line,
                    format!("id「{name}」在第 {line} 行已经有了；换一个"),
                    format!("duplicate id {name:?} (first on line {line}); choose another"),
                );
            }
        }
        for link in &page.links {
            if !is_print || link.purpose == Purpose::Part {
                self.link(path, page.base.as_deref(), link);
            }
        }
    }

    fn link(&mut self, path: &str, base: Option<&str>, link: &Link) {
        let written = &link.target;
        match judge(self.site, self.pages, path, base, link) {
            Ok(()) => {}
            Err(Wrong::Outside) => self.add(
                path,
                link.line,
                format!("{written} 会向别的机器发请求；把文件放进 book/"),
                format!("{written} sends a request to another machine; put the file into book/"),
            ),
            Err(Wrong::Nowhere) => self.add(
                path,
                link.line,
                format!("{written} 不存在；改正链接"),
                format!("{written} does not exist; correct the link"),
            ),
            Err(Wrong::Fragment) => self.add(
                path,
                link.line,
                format!("{written}：那一页没有这个 id；改正 # 后面的部分"),
                format!("{written}: no such id on that page; correct the part after #"),
            ),
            Err(Wrong::Hidden) => self.add(
                path,
                link.line,
                format!("{written} 指向只有一种语言看得见的地方；指向标题，或把 id 放到两种语言之外"),
                format!("{written} points to text in one language only; point to a heading, or move the id out of the pair"),
            ),
        }
    }

    fn add(&mut self, path: &str, line: u64, zh: String, en: String) {
        self.problems.push(Diagnostic::at(
            format!("{}/{path}", self.folder),
            usize::try_from(line).unwrap_or(usize::MAX),
            Text::new(zh, en),
        ));
    }
}

enum Wrong {
    Outside,
    Nowhere,
    Fragment,
    Hidden,
}

fn judge(
    site: &Site,
    pages: &BTreeMap<&str, Page>,
    from: &str,
    base: Option<&str>,
    link: &Link,
) -> Result<(), Wrong> {
    let (path, fragment) = match Reference::of(&link.target) {
        Reference::Elsewhere("data") => return Ok(()),
        Reference::Elsewhere(_) if link.purpose == Purpose::Way => return Ok(()),
        Reference::Elsewhere(_) => return Err(Wrong::Outside),
        Reference::Undecodable => return Err(Wrong::Nowhere),
        Reference::Here { path, fragment } => (path, fragment),
    };
    // A base changes where paths start, not which page this is.
    let start = base.filter(|_| !path.is_empty()).unwrap_or(from);
    let found = match resolve(start, &path).ok_or(Wrong::Nowhere)? {
        path if site.get(&path).is_some() => path,
        folder => [folder.trim_end_matches('/'), "index.html"]
            .join("/")
            .trim_start_matches('/')
            .to_owned(),
    };
    if site.get(&found).is_none() {
        return Err(Wrong::Nowhere);
    }
    match pages.get(found.as_str()) {
        Some(page) if found != PRINT_PAGE => has_id(page, &fragment, link),
        _ => Ok(()),
    }
}

fn has_id(page: &Page, name: &str, link: &Link) -> Result<(), Wrong> {
    if name.is_empty() || name == "top" {
        return Ok(());
    }
    match page.ids.iter().find(|id| id.name == name) {
        None => Err(Wrong::Fragment),
        Some(id) if id.lang.is_some() && id.lang != link.lang => Err(Wrong::Hidden),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OTHER: &str =
        "<h1 id=here>x</h1><div class='pair'><div class='zh'><p id=only>x</div></div>";

    /// The problems of `layers/a.html` with this body, in English, without the place.
    #[track_caller]
    fn check(body: &str, expected: &[&str]) {
        let mut site = Site::default();
        site.insert("layers/a.html", format!("<h1 id=top-of-a>a</h1>\n{body}"));
        site.insert("layers/b.html", OTHER);
        site.insert("index.html", OTHER);
        site.insert("图.svg", "<svg/>");
        site.insert("a.css", "");
        let problems = problems(&site, "target/book");
        let found: Vec<_> = problems
            .iter()
            .map(|problem| problem.message.en.as_str())
            .collect();
        assert_eq!(found, expected);
        for problem in &problems {
            assert_eq!(
                problem
                    .location
                    .as_ref()
                    .map(ToString::to_string)
                    .as_deref(),
                Some("target/book/layers/a.html:2")
            );
        }
    }

    #[test]
    fn links_that_lead_somewhere_are_silent() {
        check(
            "<a href='b.html'>b</a><a href='./b.html?x=1#here'>b</a><a href='#top-of-a'>a</a>",
            &[],
        );
        check(
            "<a href='../index.html#here'>i</a><a href='../'>i</a><a href='/layers/b.html'>b</a><a href='#'>t</a>",
            &[],
        );
        check(
            "<img src='../%E5%9B%BE.svg'><link rel=stylesheet href='../a.css'><img src='data:image/png;base64,'>",
            &[],
        );
        check(
            "<a href='https://example.com/'>out</a><a href='mailto:a@b.c'>mail</a>",
            &[],
        );
        check(
            "<pre>&lt;a href='nowhere'></pre><script>let a = \"<a href='nowhere'>\";</script>",
            &[],
        );
    }

    #[test]
    fn broken_links_fragments_and_resources_are_reported() {
        check(
            "<a href='c.html'>c</a>",
            &["c.html does not exist; correct the link"],
        );
        check(
            "<a href='../../c'>c</a>",
            &["../../c does not exist; correct the link"],
        );
        check(
            "<a href='b.html#gone'>c</a>",
            &["b.html#gone: no such id on that page; correct the part after #"],
        );
        check(
            "<a href='#gone'>c</a>",
            &["#gone: no such id on that page; correct the part after #"],
        );
        check(
            "<script src='x.js'></script>",
            &["x.js does not exist; correct the link"],
        );
        check(
            "<p style='background:url(x.png)'>",
            &["x.png does not exist; correct the link"],
        );
        check(
            "<svg><use href='#gone'/></svg>",
            &["#gone: no such id on that page; correct the part after #"],
        );
        check(
            "<img srcset='../a.css 1x, y.png 2x'>",
            &["y.png does not exist; correct the link"],
        );
        check(
            "<svg><feImage href='z.png'/></svg>",
            &["z.png does not exist; correct the link"],
        );
    }

    #[test]
    fn what_a_page_loads_stays_on_the_machine() {
        let outside = |target: &str| {
            format!("{target} sends a request to another machine; put the file into book/")
        };
        check(
            "<script src='https://cdn.example/x.js'></script>",
            &[&outside("https://cdn.example/x.js")],
        );
        check(
            "<img src='//cdn.example/x.png'>",
            &[&outside("//cdn.example/x.png")],
        );
        check(
            "<style>@import 'https://f.example/f.css';</style>",
            &[&outside("https://f.example/f.css")],
        );
        check(
            "<link rel='preload stylesheet' href='http://x.example/a.css'>",
            &[&outside("http://x.example/a.css")],
        );
        check(
            "<iframe src='https://x.example/'></iframe>",
            &[&outside("https://x.example/")],
        );
    }

    #[test]
    fn an_id_that_only_one_language_shows_is_for_that_language() {
        let hidden = "b.html#only points to text in one language only; \
            point to a heading, or move the id out of the pair";
        check("<p class='zh'><a href='b.html#only'>b</a></p>", &[]);
        check("<p class='en'><a href='b.html#only'>b</a></p>", &[hidden]);
        check("<p><a href='b.html#only'>b</a></p>", &[hidden]);
        check(
            "<p class='zh'>x<br></p><p><a href='b.html#only'>b</a></p>",
            &[hidden],
        );
    }

    #[test]
    fn an_id_is_there_once() {
        check(
            "<p id=x></p><p id=x></p>",
            &["duplicate id \"x\" (first on line 2); choose another"],
        );
    }

    #[test]
    fn a_problem_is_on_the_line_of_its_tag_or_of_its_rule() {
        let mut site = Site::default();
        let page = "<p>\n<a\n  href='x.html'>x</a>\n<style>p {}\n\n@import 'x.css';</style>\n<img src=x.png><style>\n@import 'y.css'";
        site.insert("a.html", page);
        let place = |problem: Diagnostic| problem.location.unwrap().to_string();
        let found: Vec<_> = problems(&site, "b").into_iter().map(place).collect();
        assert_eq!(
            found,
            ["b/a.html:2", "b/a.html:6", "b/a.html:7", "b/a.html:8"]
        );
    }

    #[test]
    fn a_base_is_where_links_start() {
        let mut site = Site::default();
        site.insert("404.html", "<base href='/'><a href='layers/b.html'>b</a>");
        site.insert("layers/b.html", "");
        assert_eq!(problems(&site, "target/book"), []);
    }
}
