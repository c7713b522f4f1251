//! `cargo workbook check sessions --bless`: what the programs do today is put into the sessions, once
//! somebody has looked at the difference.

use std::env;
use std::fs;
use std::path::Path;

use anyhow::{Result, bail};
use bilingual::terminal::{ask, show};
use bilingual::{Ui, bless};
use session::Options;
use session::run::{Blessed, bless_file};

use super::{Outcome, why};
use crate::cli::Consent;

/// An error where nothing may be blessed.
pub(super) fn permitted(ui: Ui) -> Result<()> {
    match bless::refusal(env::var_os("CI").as_deref()) {
        Some(refusal) => bail!(ui.of(&refusal).to_owned()),
        None => Ok(()),
    }
}

/// Blesses the session in this file, if need be and if somebody agrees.
pub(super) fn session(file: &Path, root: &Path, consent: Consent, ui: Ui) -> Outcome {
    let (before, after) = match bless_file(file, &Options::new(root)) {
        Ok(Blessed::Same) => return Outcome::Passed,
        Ok(Blessed::Skipped { reason }) => return Outcome::Skipped(reason),
        Ok(Blessed::Changed { before, after }) => (before, after),
        Err(error) => return Outcome::Failed(why(&error, file, root, ui.lang)),
    };
    let shown = file.strip_prefix(root).unwrap_or(file).display();
    show(format_args!(
        "{shown}\n{}",
        bless::difference(&before, &after)
    ));
    let question = ui.pick(
        format!("把这些写进 {shown} 吗？"),
        format!("write this to {shown}?"),
    );
    if consent == Consent::Ask && !ask(question) {
        let left = ui.pick("没有改动", "left as it is");
        return Outcome::Failed(left.to_owned());
    }
    match fs::write(file, after) {
        Ok(()) => Outcome::Passed,
        Err(error) => Outcome::Failed(format!("{shown}: {error}")),
    }
}
