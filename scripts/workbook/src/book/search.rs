//! mdBook loads the scripts of its search on every page: a fifth of what a page weighs, for readers
//! who may never search. Here a page names them, and the theme loads them when somebody searches.
//! Plain `mdbook` loads them at once.

use std::fs;
use std::io;
use std::path::Path;

/// The scripts, in the order in which they are loaded; each with the mark of what is in it.
const SCRIPTS: [&str; 3] = ["elasticlunr", "mark", "searcher"];

/// Changes every page below the folder.
pub(super) fn on_demand(site: &Path) -> io::Result<()> {
    for entry in fs::read_dir(site)? {
        let path = entry?.path();
        if path.is_dir() {
            on_demand(&path)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "html")
        {
            let page = fs::read_to_string(&path)?;
            if let Some(changed) = page_on_demand(&page) {
                fs::write(&path, changed)?;
            }
        }
    }
    Ok(())
}

/// The page with the addresses of the scripts in a template, in place of the scripts.
fn page_on_demand(page: &str) -> Option<String> {
    let mut addresses = Vec::new();
    let mut from = None;
    let mut rest = 0;
    for name in SCRIPTS {
        let (tag, address) = script(&page[rest..], name)?;
        from.get_or_insert(rest + tag.start);
        // They stand one behind the other, with nothing between.
        if !addresses.is_empty() && !page[rest..rest + tag.start].trim().is_empty() {
            return None;
        }
        addresses.push(address);
        rest += tag.end;
    }
    Some(format!(
        "{}<template id=\"search-scripts\" data-src=\"{}\"></template>{}",
        &page[..from?],
        addresses.join(" "),
        &page[rest..]
    ))
}

/// Where the tag of the script with this name is, and what it loads.
fn script<'a>(page: &'a str, name: &str) -> Option<(std::ops::Range<usize>, &'a str)> {
    const START: &str = "<script src=\"";
    const END: &str = "\"></script>";
    let mut at = 0;
    while let Some(start) = page[at..].find(START).map(|found| at + found) {
        let address = &page[start + START.len()..];
        let address = &address[..address.find('"')?];
        let end = start + START.len() + address.len() + END.len();
        let file = address.rsplit('/').next().unwrap_or(address);
        let named = file
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with(['-', '.']));
        if named && page[start..].get(..end - start)?.ends_with(END) {
            return Some((start..end, address));
        }
        at = start + START.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::page_on_demand;

    #[test]
    fn a_page_names_the_scripts_of_the_search_and_loads_none_of_them() {
        let page = "<p>x</p>\n<script>window.x = 1;</script>\n\
            <script src=\"../elasticlunr-ef4e11c1.min.js\"></script>\n    \
            <script src=\"../mark-09e88c2c.min.js\"></script>\n    \
            <script src=\"../searcher-09f2665d.js\"></script>\n<script src=\"../book.js\"></script>";
        assert_eq!(
            page_on_demand(page).as_deref(),
            Some(
                "<p>x</p>\n<script>window.x = 1;</script>\n<template id=\"search-scripts\" data-src=\"../elasticlunr-ef4e11c1.min.js ../mark-09e88c2c.min.js ../searcher-09f2665d.js\"></template>\n<script src=\"../book.js\"></script>"
            )
        );
    }

    #[test]
    fn a_page_without_them_or_with_something_between_stays_as_it_is() {
        assert_eq!(page_on_demand("<p>no search</p>"), None);
        let between = "<script src=\"elasticlunr.min.js\"></script><p>x</p>\
            <script src=\"mark.min.js\"></script><script src=\"searcher.js\"></script>";
        assert_eq!(page_on_demand(between), None);
    }
}
