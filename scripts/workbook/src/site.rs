//! A built site, whole in memory: what is served is what one build made, no path leads out of it,
//! and the disk may change meanwhile.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::path::Path;

use axum::body::Bytes;
use pages::reference::decoded;

use crate::folder::{Entry, Folder, Refused, contents};

/// The search index.
const SEARCH_INDEX: &str = "searchindex.js";

/// The files of one build by their path, such as `layers/osi.html`.
#[derive(Debug, Default, Clone)]
pub struct Site {
    files: BTreeMap<String, Bytes>,
}

/// What stands at an address.
#[derive(Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// This file.
    File(&'a str, &'a Bytes),
    /// A folder with an index: the address lacks its last slash.
    Folder,
    /// Nothing.
    Nothing,
}

impl Site {
    /// Reads every plain file below the folder. Symbolic links are left out: they may lead
    /// anywhere.
    pub fn load(folder: &Path) -> io::Result<Site> {
        Site::load_after(folder, &Site::default())
    }

    /// The same, sharing the files that are those of the site before.
    pub(crate) fn load_after(folder: &Path, before: &Site) -> io::Result<Site> {
        let folder = Folder::open(folder)?;
        let names = folder.names()?;
        let index = names.iter().find_map(|name| index_name(name.to_str()?));
        let mut site = Site::default();
        site.read(&folder, "", index, before)?;
        Ok(site)
    }

    fn read(
        &mut self,
        folder: &Folder,
        prefix: &str,
        index: Option<&str>,
        before: &Site,
    ) -> io::Result<()> {
        for name in folder.names()? {
            let Some(mut path) = name.to_str().map(|name| format!("{prefix}{name}")) else {
                continue;
            };
            match folder.entry(&name) {
                Ok(Entry::Folder(folder)) => {
                    self.read(&folder, &format!("{path}/"), index, before)?;
                }
                Ok(Entry::File(file)) => {
                    let bytes = contents(file).map_err(|refused| refused.at(&path))?;
                    let bytes = match is_page(&path) {
                        true => settled(bytes, index),
                        false => bytes,
                    };
                    if index == Some(path.as_str()) {
                        path = SEARCH_INDEX.into();
                    }
                    match before.get(&path).filter(|old| ***old == *bytes) {
                        Some(old) => self.insert(path, old.clone()),
                        // Without the room that was left for it to grow.
                        None => self.insert(path, bytes.into_boxed_slice()),
                    }
                }
                Err(Refused::Link | Refused::Special) => {}
                Err(refused) => return Err(refused.at(&path)),
            }
        }
        Ok(())
    }

    /// This site with a page that was made alone. `None` if it has no such page.
    #[must_use]
    pub fn with_page(&self, page: &SinglePage) -> Option<Site> {
        self.get(&page.path)?;
        let mut site = self.clone();
        // Its table of contents was a short one.
        let contents = self.files.keys().find_map(|name| contents_name(name));
        let settled = |html: &str| match (&page.contents, contents) {
            (Some(short), Some(whole)) => html.replace(short.as_str(), whole),
            _ => html.to_owned(),
        };
        site.insert(page.path.clone(), settled(&page.html));
        // The first page of a book is its index as well.
        if let Some(index) = &page.index {
            site.insert("index.html", settled(index));
        }
        for (path, bytes) in &page.files {
            site.insert(path.clone(), bytes.clone());
        }
        Some(site)
    }

    /// Adds a file.
    pub fn insert(&mut self, path: impl Into<String>, bytes: impl Into<Bytes>) {
        self.files.insert(path.into(), bytes.into());
    }

    /// The file of this path, such as `layers/osi.html`.
    pub fn get(&self, path: &str) -> Option<&Bytes> {
        self.files.get(path)
    }

    /// All files in the order of their paths.
    pub fn files(&self) -> impl Iterator<Item = (&str, &Bytes)> {
        self.files
            .iter()
            .map(|(path, bytes)| (path.as_str(), bytes))
    }

    /// What stands at the path of a request, which begins with a slash and may be percent-encoded.
    pub fn find(&self, address: &str) -> Found<'_> {
        let Some(path) = decoded(address) else {
            return Found::Nothing;
        };
        let path = path.strip_prefix('/').unwrap_or(&path);
        let index = match path {
            "" => "index.html".to_owned(),
            folder if folder.ends_with('/') => format!("{folder}index.html"),
            file => file.to_owned(),
        };
        match self.files.get_key_value(&index) {
            Some((path, bytes)) => Found::File(path, bytes),
            None if self.files.contains_key(&format!("{index}/index.html")) => Found::Folder,
            None => Found::Nothing,
        }
    }

    /// A name for exactly these files, but for the search index: it says what the pages say.
    pub fn version(&self) -> String {
        let mut hasher = DefaultHasher::new();
        for (path, bytes) in self.files.iter().filter(|(path, _)| *path != SEARCH_INDEX) {
            hasher.write_usize(path.len());
            hasher.write(path.as_bytes());
            hasher.write_usize(bytes.len());
            hasher.write(bytes);
        }
        format!("{:016x}", hasher.finish())
    }
}

/// A page that was made alone, for a site that has all the others.
#[derive(Debug, Clone, Default)]
pub struct SinglePage {
    /// Such as `layers/osi.html`.
    pub path: String,
    /// The page.
    pub html: String,
    /// The index, if this is the first page of the book.
    pub index: Option<String>,
    /// The name of the table of contents that it loads.
    pub contents: Option<String>,
    /// What it loads and what the site did not have.
    pub files: Vec<(String, Bytes)>,
}

impl SinglePage {
    /// The page at this path of a small site that was built for it, with what `before` lacks.
    pub(crate) fn of(path: String, small: &Site, before: &Site) -> Option<SinglePage> {
        let text = |path: &str| String::from_utf8(small.get(path)?.to_vec()).ok();
        let new = small.files.iter().filter(|(path, _)| {
            !is_page(path)
                && !before.files.contains_key(*path)
                && contents_name(path).is_none()
                && *path != SEARCH_INDEX
        });
        Some(SinglePage {
            html: text(&path)?,
            index: text("index.html").filter(|index| !is_empty(index)),
            contents: small
                .files
                .keys()
                .find_map(|name| contents_name(name))
                .map(str::to_owned),
            files: new
                .map(|(path, bytes)| (path.clone(), bytes.clone()))
                .collect(),
            path,
        })
    }
}

fn is_page(path: &str) -> bool {
    path.ends_with(".html")
}

/// The search index as mdBook names it: by what is in it.
fn index_name(name: &str) -> Option<&str> {
    Some(name).filter(|name| name.starts_with("searchindex-") && name.ends_with(".js"))
}

/// The table of contents as mdBook names it, likewise.
fn contents_name(name: &str) -> Option<&str> {
    Some(name).filter(|name| name.starts_with("toc-") && name.ends_with(".js"))
}

/// A page that names the search index as every build does: a word in one page would otherwise
/// change them all.
fn settled(page: Vec<u8>, index: Option<&str>) -> Vec<u8> {
    match (index, std::str::from_utf8(&page)) {
        (Some(name), Ok(text)) if text.contains(name) => text.replace(name, SEARCH_INDEX).into(),
        _ => page,
    }
}

/// Nothing stands in its `<main>`.
fn is_empty(page: &str) -> bool {
    page.split_once("<main>")
        .is_some_and(|(_, main)| main.trim_start().starts_with("</main>"))
}

/// The content type of a file, by the end of its name.
pub fn content_type(path: &str) -> &'static str {
    let end = path.rsplit_once('.').map_or("", |(_, end)| end);
    match end.to_ascii_lowercase().as_str() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml; charset=utf-8",
        "txt" | "md" | "rs" | "py" | "session" | "toml" => "text/plain; charset=utf-8",
        "xml" => "application/xml; charset=utf-8",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "woff" => "font/woff",
        "woff2" => "font/woff2",
        "ttf" => "font/ttf",
        "pdf" => "application/pdf",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn site() -> Site {
        let mut site = Site::default();
        for path in [
            "index.html",
            "layers/osi.html",
            "teach/index.html",
            "图/七层.svg",
        ] {
            site.insert(path, path.to_owned());
        }
        site
    }

    #[track_caller]
    fn leads_to(address: &str, expected: &str) {
        match site().find(address) {
            Found::File(path, _) => assert_eq!(path, expected),
            other => panic!("{address}: {other:?}"),
        }
    }

    #[track_caller]
    fn leads_nowhere(address: &str) {
        assert_eq!(site().find(address), Found::Nothing, "{address}");
    }

    #[test]
    fn an_address_names_a_file_or_a_folder_with_an_index() {
        leads_to("/", "index.html");
        leads_to("/layers/osi.html", "layers/osi.html");
        leads_to("/layers/%6Fsi.html", "layers/osi.html");
        leads_to("/teach/", "teach/index.html");
        leads_to("/%E5%9B%BE/%E4%B8%83%E5%B1%82.svg", "图/七层.svg");
        assert_eq!(site().find("/teach"), Found::Folder);
    }

    #[test]
    fn no_address_leads_out_or_lists_a_folder() {
        for address in [
            "/layers",
            "/layers/",
            "/../Cargo.toml",
            "/%2e%2e/Cargo.toml",
            "/layers/../index.html",
            "/..%2fCargo.toml",
            "//index.html",
            "/./index.html",
            "/index.html%00",
            "/%",
            "/%2",
            "/%zz",
            "/%ff",
            "/C:/index.html",
            "/layers\\osi.html",
        ] {
            leads_nowhere(address);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("index.html"), "book").unwrap();
        std::os::unix::fs::symlink("/etc", folder.path().join("etc")).unwrap();
        std::os::unix::fs::symlink("/etc/hostname", folder.path().join("name.txt")).unwrap();
        let site = Site::load(folder.path()).unwrap();
        assert_eq!(
            site.files().map(|(path, _)| path).collect::<Vec<_>>(),
            ["index.html"]
        );
    }

    #[test]
    fn a_page_comes_sooner_than_the_others_and_the_index_keeps_its_name() {
        let page = |main: &str, index: &str, contents: &str| {
            format!("<main>\n{main}</main>{index} {contents}")
        };
        let built = |hash: &str, a: &str, b: &str| {
            let folder = tempfile::tempdir().unwrap();
            let (index, contents) = (format!("searchindex-{hash}.js"), format!("toc-{hash}.js"));
            let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
            write(&index, hash);
            write(&contents, hash);
            write("index.html", &page(a, &index, &contents));
            write("a.html", &page(a, &index, &contents));
            write("b.html", &page(b, &index, &contents));
            Site::load(folder.path()).unwrap()
        };
        let text =
            |site: &Site, name: &str| String::from_utf8(site.get(name).unwrap().to_vec()).unwrap();
        let whole = built("1", "A", "B");
        let single = |name: &str, small: &Site| SinglePage::of(name.into(), small, &whole);
        let mut small = built("2", "", "new");
        small.insert("theme-2.css", "css");
        let sooner = whole.with_page(&single("b.html", &small).unwrap()).unwrap();
        assert_eq!(text(&sooner, "a.html"), page("A", SEARCH_INDEX, "toc-1.js"));
        assert_eq!(
            text(&sooner, "b.html"),
            page("new", SEARCH_INDEX, "toc-1.js")
        );
        assert_eq!(
            text(&sooner, "index.html"),
            page("A", SEARCH_INDEX, "toc-1.js")
        );
        assert_eq!(text(&sooner, "theme-2.css"), "css");
        assert!(sooner.get("toc-2.js").is_none());
        let first = single("a.html", &built("4", "first", "")).unwrap();
        let first = whole.with_page(&first).unwrap();
        assert_eq!(
            text(&first, "index.html"),
            page("first", SEARCH_INDEX, "toc-1.js")
        );
        assert!(single("c.html", &whole).is_none());
        let gone = SinglePage {
            path: "c.html".into(),
            ..SinglePage::default()
        };
        assert!(whole.with_page(&gone).is_none());
    }

    #[test]
    fn files_that_are_the_same_are_shared() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.html"), "same").unwrap();
        let before = Site::load(folder.path()).unwrap();
        fs::write(folder.path().join("b.html"), "new").unwrap();
        let after = Site::load_after(folder.path(), &before).unwrap();
        let place = |site: &Site| site.get("a.html").unwrap().as_ptr();
        assert_eq!(place(&after), place(&before));
        assert_eq!(after.get("b.html").unwrap(), "new");
    }

    #[test]
    fn a_version_changes_with_a_name_or_a_byte() {
        let (first, mut other) = (site(), site());
        assert_eq!(first.version(), site().version());
        other.insert("index.html", "changed");
        assert_ne!(first.version(), other.version());
    }
}
