//! mdBook in a process of its own: what it allocates goes with it, and a build that nobody wants
//! any more ends at once.

use std::ffi::OsString;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context;
use bilingual::{Diagnostic, Text};
use mdbook_driver::MDBook;
use mdbook_driver::config::Config;

use super::preprocessor::Rendered;
use super::{finish, strictly};

/// The first argument of the process.
const WORD: &str = "__mdbook";

/// A build that may be thrown away while it runs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Running(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    thrown_away: bool,
    child: Option<Child>,
}

impl Running {
    /// Ends the process, now or as soon as it would be started.
    pub(crate) fn throw_away(&self) {
        let mut state = self.lock();
        state.thrown_away = true;
        if let Some(child) = &mut state.child {
            let _ = child.kill();
        }
    }

    pub(crate) fn is_thrown_away(&self) -> bool {
        self.lock().thrown_away
    }

    /// Builds a copied book whose pages are rendered. Its end, and what it printed; `None` if it
    /// was thrown away.
    pub(super) fn build(
        &self,
        copy: &Path,
        destination: &Path,
    ) -> io::Result<Option<(ExitStatus, Vec<u8>)>> {
        let mut command = Command::new(program()?);
        command.arg(WORD).args([copy, destination]);
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let stdout = {
            let mut state = self.lock();
            if state.thrown_away {
                return Ok(None);
            }
            let mut child = command.spawn()?;
            let stdout = child.stdout.take();
            state.child = Some(child);
            stdout
        };
        let mut said = Vec::new();
        let heard = stdout.map_or(Ok(0), |mut stdout| stdout.read_to_end(&mut said));
        let mut state = self.lock();
        let status = state.child.take().map(|mut child| child.wait()).transpose();
        heard?;
        match status? {
            Some(status) if !state.thrown_away => Ok(Some((status, said))),
            _ => Ok(None),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// This program, also when another has been built in its place since it was started.
fn program() -> io::Result<PathBuf> {
    if cfg!(target_os = "linux") {
        return Ok("/proc/self/exe".into());
    }
    std::env::current_exe()
}

/// The work of the process, if these are its arguments: prints what is wrong, as JSON.
pub(crate) fn run(args: &[OsString]) -> Option<bool> {
    let [_, word, copy, destination] = args else {
        return None;
    };
    if word != WORD {
        return None;
    }
    let built = strictly(|| mdbook(Path::new(copy), Path::new(destination)));
    let wrong = built.err().unwrap_or_default();
    let words: Vec<_> = wrong
        .iter()
        .map(|problem| [&problem.message.zh, &problem.message.en])
        .collect();
    bilingual::terminal::say(serde_json::json!(words));
    Some(wrong.is_empty())
}

/// What it printed.
pub(super) fn heard(said: &[u8]) -> Option<Vec<Diagnostic>> {
    let words: Vec<[String; 2]> = serde_json::from_slice(said).ok()?;
    let problem = |[zh, en]: [String; 2]| Diagnostic::somewhere(Text::new(zh, en));
    Some(words.into_iter().map(problem).collect())
}

fn mdbook(copy: &Path, destination: &Path) -> anyhow::Result<()> {
    let file = copy.join("book.toml");
    let book_toml = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let mut config = Config::from_str(&book_toml)?;
    config.update_from_env()?;
    let mut book = MDBook::load_with_config(copy, config)?;
    book.config.build.build_dir = destination.to_owned();
    book.with_preprocessor(Rendered);
    finish(&book, destination)
}
