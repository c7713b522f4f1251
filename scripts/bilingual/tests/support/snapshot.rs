//! What is drawn, compared with a file that is committed. For the tests of several packages, and
//! blessed in one way: `UPDATE_SNAPSHOTS=1` writes the file and shows the difference, except where
//! `CI` is set.

use std::path::Path;
use std::{env, fs};

use bilingual::bless;

/// The file holds exactly this text.
#[track_caller]
pub(crate) fn check_file(file: &Path, text: &str) {
    let before = fs::read_to_string(file).unwrap_or_default();
    let expected = before.replace("\r\n", "\n");
    if expected == text {
        return;
    }
    let difference = bless::difference(&expected, text);
    if env::var_os("UPDATE_SNAPSHOTS").is_none() {
        panic!(
            "{} differs; if what came is right, run the test with UPDATE_SNAPSHOTS=1.\n{difference}",
            file.display()
        );
    }
    if let Some(refusal) = bless::refusal(env::var_os("CI").as_deref()) {
        panic!("{}\n{}", refusal.zh, refusal.en);
    }
    eprint!("{}\n{difference}", file.display());
    fs::create_dir_all(file.parent().expect("in a folder")).expect("create the folder");
    fs::write(file, text).expect("write the snapshot");
}
