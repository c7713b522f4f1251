//! `cargo workbook capture`: hands over to the package `record`, which is built only now, so that
//! readers do not wait for it.

use std::path::Path;

use anyhow::Result;

use crate::package;
use bilingual::Ui;

/// Records, or checks what is recorded. The exit status of `record`: 3 if this machine cannot.
pub(crate) fn capture(root: &Path, names: &[String], check: bool, ui: Ui) -> Result<u8> {
    let mut command = package::cargo();
    command
        .args(["run", "--quiet", "--package", "record", "--", "--lang"])
        .arg(ui.lang.name())
        .args(check.then_some("--check"))
        .args(names)
        .current_dir(root);
    package::run(&mut command)
}
