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
        assert!(plain.get(path) == Some(bytes), "{path} differs");
    }
    assert!(ours.get("index.html").is_some());
}
