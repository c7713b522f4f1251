//! Opens an exercise and judges every save: on a full screen where there is a terminal, and as plain
//! lines where there is none.
//!
//! One loop looks at the file, at the keys and at what the judging thread sends; the thread only
//! sends. A save ends a check that is running, and the newest text is judged.

mod plain;
mod saves;
mod screen;
mod terminal;
mod view;
mod work;

use std::io::{self, IsTerminal};

use anyhow::Result;

use super::workspace::Workspace;
use super::{commands, say};
use crate::progress::ProgramKind;
use work::Work;

/// Watches until the learner quits.
pub(super) fn watch(
    workspace: &Workspace,
    id: Option<String>,
    kind: Option<ProgramKind>,
) -> Result<bool> {
    let id = match id {
        Some(id) => {
            workspace.known(&id)?;
            id
        }
        None => match commands::next(workspace, &workspace.progress_log.progress(), None) {
            Some(id) => id,
            None => {
                say(workspace.pick(
                    "全部练习都解出了。再看一个：cargo workbook exercise 练习名",
                    "All exercises are solved. To open one again: cargo workbook exercise ID",
                ));
                return Ok(true);
            }
        },
    };
    let work = Work::open(workspace, &id, kind)?;
    match has_screen() {
        true => screen::run(work)?,
        false => plain::run(work)?,
    }
    Ok(true)
}

fn has_screen() -> bool {
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    io::stdin().is_terminal() && io::stdout().is_terminal() && !dumb
}
