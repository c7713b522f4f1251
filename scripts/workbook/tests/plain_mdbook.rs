//! Plain `mdbook build`, with the preprocessor as the command that `book.toml` names, makes the
//! same site as `cargo workbook build`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/repository.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod repository;

use bilingual::Lang;
use mdbook_driver::MDBook;
use pages::report;
use repository::root;
use workbook::book::build_into;
use workbook::site::Site;

#[test]
fn plain_mdbook_makes_the_same_site() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, plain) = (folder.path().join("ours"), folder.path().join("plain"));
    if let Err(problems) = build_into(&root(), &ours) {
        panic!("{}", report(&problems, Lang::En));
    }
    let mut book = MDBook::load(root()).unwrap();
    book.config.build.build_dir = plain.clone();
    book.build().unwrap();

    let (ours, plain) = (Site::load(&ours).unwrap(), Site::load(&plain).unwrap());
    let names = |site: &Site| {
        site.files()
            .map(|(path, _)| path.to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&ours), names(&plain));
    for (path, bytes) in ours.files() {
        let plain = plain.get(path).unwrap();
        let same = match path.ends_with(".html") {
            true => with_search(bytes).as_bytes() == plain,
            false => bytes == plain,
        };
        assert!(same, "{path} differs");
    }
    assert!(ours.get("index.html").is_some());
}

/// A page that loads the scripts of its search at once, as plain mdBook has them.
fn with_search(page: &[u8]) -> String {
    let page = std::str::from_utf8(page).unwrap();
    let Some((before, rest)) = page.split_once("<template id=\"search-scripts\" data-src=\"")
    else {
        return page.to_owned();
    };
    let (addresses, after) = rest.split_once("\"></template>").unwrap();
    let scripts: Vec<String> = addresses
        .split(' ')
        .map(|address| format!("<script src=\"{address}\"></script>"))
        .collect();
    format!("{before}{}{after}", scripts.join("\n        "))
}
