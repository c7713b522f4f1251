//! Which checkout a program works on. One answer for every tool.
//!
//! A checkout that was copied with its `target/` runs programs that were compiled in the
//! original, so what was compiled in comes last.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The root of the checkout: the folder with `book.toml`.
///
/// # Errors
/// There is none around the current folder, the executable, or the place of its compilation.
pub fn root() -> Result<PathBuf> {
    let here = env::current_dir().context("find the current directory")?;
    checkout(&here).with_context(|| {
        format!(
            "no book.toml in {} or above: run this inside the workbook",
            here.display()
        )
    })
}

/// The checkout for a program that was started in `here`: the one around this folder, or else
/// around the executable, or else where this crate was compiled.
#[must_use]
pub fn checkout(here: &Path) -> Option<PathBuf> {
    let executable = env::current_exe().ok();
    let compiled = Path::new(env!("CARGO_MANIFEST_DIR"));
    first([Some(here), executable.as_deref(), Some(compiled)])
}

fn first<const N: usize>(places: [Option<&Path>; N]) -> Option<PathBuf> {
    places
        .into_iter()
        .flatten()
        .flat_map(Path::ancestors)
        .find(|folder| folder.join("book.toml").is_file())
        .map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A folder that goes with its test.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let name = format!("socket-workbook-root-{}-{name}", std::process::id());
            let path = env::temp_dir().join(name);
            let _ = fs::remove_dir_all(&path);
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn checkout(&self, name: &str) -> PathBuf {
            let root = self.0.join(name);
            fs::create_dir_all(root.join("target/debug")).unwrap();
            fs::create_dir_all(root.join("scripts/session")).unwrap();
            fs::write(root.join("book.toml"), "").unwrap();
            root
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn the_folder_comes_before_the_executable_and_what_was_compiled_in_comes_last() {
        let all = Folder::new("order");
        let (one, two, three) = (all.checkout("1"), all.checkout("2"), all.checkout("3"));
        let outside = all.0.join("outside");
        let inside = one.join("target/debug");
        let executable = two.join("target/debug/workbook");
        let compiled = three.join("scripts/session");
        let check = |places: [&Path; 3], expected: &Path| {
            assert_eq!(first(places.map(Some)).as_deref(), Some(expected));
        };
        check([&one, &executable, &compiled], &one);
        check([&inside, &executable, &compiled], &one);
        check([&outside, &executable, &compiled], &two);
        check([&outside, &outside.join("workbook"), &compiled], &three);
    }

    #[test]
    fn of_two_checkouts_around_a_folder_the_inner_one_is_meant() {
        let all = Folder::new("inner");
        let outer = all.checkout("book");
        let inner = all.checkout("book/copy");
        assert_eq!(first([Some(&inner.join("scripts"))]), Some(inner));
        assert_eq!(first([Some(&outer.join("scripts"))]), Some(outer));
    }

    #[test]
    fn where_there_is_no_checkout_none_is_found() {
        let all = Folder::new("none");
        assert_eq!(first([Some(&all.0), None]), None);
    }
}
