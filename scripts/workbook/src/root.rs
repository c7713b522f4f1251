//! The root of the checkout: the nearest folder upward that holds `book.toml`.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::words::{Lang, pick};

/// Looks upward from `start`.
pub fn find(start: &Path, lang: Lang) -> Result<PathBuf> {
    for folder in start.ancestors() {
        if folder.join("book.toml").is_file() {
            return Ok(folder.to_owned());
        }
    }
    bail!(pick(
        lang,
        format!(
            "{} 和它上面的目录里都没有 book.toml；请在练习册的目录里运行 cargo workbook",
            start.display()
        ),
        format!(
            "no book.toml in {} or above; run cargo workbook inside the checkout of the workbook",
            start.display()
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_root_is_found_from_a_folder_deep_inside() {
        let root = tempfile::tempdir().unwrap();
        let deep = root.path().join("book/layers");
        fs::create_dir_all(&deep).unwrap();
        fs::write(root.path().join("book.toml"), "").unwrap();
        assert_eq!(find(&deep, Lang::En).unwrap(), root.path());
    }

    #[test]
    fn outside_a_checkout_the_error_says_where_to_run_it() {
        let outside = tempfile::tempdir().unwrap();
        let error = find(outside.path(), Lang::Zh).unwrap_err().to_string();
        assert!(error.contains("请在练习册的目录里运行"), "{error}");
        let error = find(outside.path(), Lang::En).unwrap_err().to_string();
        assert!(error.contains("run cargo workbook inside"), "{error}");
    }
}
