//! A built site, whole in memory: what is served is what one build made, no path leads out of it,
//! and the disk may change meanwhile.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};
use std::io;
use std::path::Path;

use axum::body::Bytes;
use pages::reference::decoded;

use crate::book::folder::{Entry, Folder, Refused, contents};

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
        let mut site = Site::default();
        site.read(&Folder::open(folder)?, "")?;
        site.settle_index();
        Ok(site)
    }

    /// The search index gets a name that every build has: mdBook names it by what is in it, on
    /// every page, and a word in one page would change them all.
    fn settle_index(&mut self) {
        let named = |path: &&String| path.starts_with("searchindex-") && path.ends_with(".js");
        let Some(name) = self.files.keys().find(named).cloned() else {
            return;
        };
        if let Some(bytes) = self.files.remove(&name) {
            self.insert(SEARCH_INDEX, bytes);
        }
        for (_, bytes) in self.files.iter_mut().filter(|(path, _)| is_page(path)) {
            if let Ok(text) = std::str::from_utf8(bytes)
                && text.contains(&name)
            {
                *bytes = text.replace(&name, SEARCH_INDEX).into();
            }
        }
    }

    /// This site with one page (`layers/osi.html`) of another, in which the others are empty.
    #[must_use]
    pub fn with_page(&self, page: &str, other: &Site) -> Option<Site> {
        let mut site = self.clone();
        self.get(page)?;
        site.insert(page, other.get(page)?.clone());
        // The first page of a book is its index as well.
        if let Some(index) = other.get("index.html").filter(|index| !is_empty(index)) {
            site.insert("index.html", index.clone());
        }
        Some(site)
    }

    fn read(&mut self, folder: &Folder, prefix: &str) -> io::Result<()> {
        for name in folder.names()? {
            let Some(path) = name.to_str().map(|name| format!("{prefix}{name}")) else {
                continue;
            };
            match folder.entry(&name) {
                Ok(Entry::Folder(folder)) => self.read(&folder, &format!("{path}/"))?,
                Ok(Entry::File(file)) => {
                    let bytes = contents(file).map_err(|refused| refused.at(&path))?;
                    self.insert(path, bytes);
                }
                Err(Refused::Link | Refused::Special) => {}
                Err(refused) => return Err(refused.at(&path)),
            }
        }
        Ok(())
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

fn is_page(path: &str) -> bool {
    path.ends_with(".html")
}

/// Nothing stands in its `<main>`.
fn is_empty(page: &[u8]) -> bool {
    std::str::from_utf8(page)
        .ok()
        .and_then(|text| text.split_once("<main>"))
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
        let page = |main: &str, index: &str| format!("<main>\n{main}</main>{index}");
        let built = |hash: &str, a: &str, b: &str| {
            let folder = tempfile::tempdir().unwrap();
            let index = format!("searchindex-{hash}.js");
            let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
            write(&index, hash);
            write("index.html", &page(a, &index));
            write("a.html", &page(a, &index));
            write("b.html", &page(b, &index));
            Site::load(folder.path()).unwrap()
        };
        let whole = built("1", "A", "B");
        let sooner = whole.with_page("b.html", &built("2", "", "new")).unwrap();
        let text = |site: &Site, name: &str| String::from_utf8(site.get(name).unwrap().to_vec());
        assert_eq!(text(&sooner, "a.html").unwrap(), page("A", SEARCH_INDEX));
        assert_eq!(text(&sooner, "b.html").unwrap(), page("new", SEARCH_INDEX));
        assert_eq!(
            text(&sooner, "index.html").unwrap(),
            page("A", SEARCH_INDEX)
        );
        let after = built("3", "A", "new");
        assert_eq!(after.version(), sooner.version());
        assert_eq!(text(&after, SEARCH_INDEX).unwrap(), "3");
        let first = whole.with_page("a.html", &built("4", "first", "")).unwrap();
        assert_eq!(
            text(&first, "index.html").unwrap(),
            page("first", SEARCH_INDEX)
        );
        assert!(whole.with_page("c.html", &after).is_none());
    }

    #[test]
    fn a_version_changes_with_a_name_or_a_byte() {
        let (first, mut other) = (site(), site());
        assert_eq!(first.version(), site().version());
        other.insert("index.html", "changed");
        assert_ne!(first.version(), other.version());
    }
}
