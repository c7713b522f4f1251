//! The watch without a full screen: plain lines, one report for every save. Letters typed with Enter
//! do what the keys of the screen do.

use std::io::{self, BufRead, IsTerminal};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::terminal::Signals;
use super::work::{Phase, Work};
use crate::cli::{commands, say, show};
use judge::report::REPORT_COLUMNS;

/// Time between two looks at the file.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);

pub(super) fn run(mut work: Work) -> Result<()> {
    let signals = Signals::listen()?;
    let mut typed = Some(lines());
    let ends_with_input = io::stdin().is_terminal();
    welcome(&work);
    while !signals.asked_to_end() {
        if signals.went_on() {
            work.go_on(false);
        }
        for phase in work.tick(Instant::now()) {
            tell(&work, &phase);
        }
        match typed.as_ref().map(Receiver::try_recv) {
            Some(Ok(line)) => {
                if !obey(&mut work, line.trim())? {
                    break;
                }
            }
            Some(Err(TryRecvError::Disconnected)) if ends_with_input => break,
            Some(Err(TryRecvError::Disconnected)) => typed = None,
            Some(Err(TryRecvError::Empty)) | None => thread::sleep(LOOK_INTERVAL),
        }
    }
    work.end();
    Ok(())
}

fn lines() -> Receiver<String> {
    let (line, lines) = channel();
    thread::spawn(move || {
        let mut all = io::stdin().lock().lines().map_while(Result::ok);
        all.try_for_each(|text| line.send(text))
    });
    lines
}

fn welcome(work: &Work) {
    let workspace = &work.workspace;
    let title = commands::title(workspace, &work.id);
    say(format!("{title} · {}", work.id));
    show("\n");
    for line in workspace.goal(&work.id, REPORT_COLUMNS) {
        say(line);
    }
    show("\n");
    let path = workspace.course.shown(&work.mine.path);
    if let Some(which) = work.which().or_else(|| work.python()) {
        say(which);
    }
    say(workspace.pick(
        format!("你的文件：{path}\n每次保存都判一次。h 提示，g 目标，n 下一个，l 列表，r 再判，q 结束（后面按回车）。"),
        format!("Your file: {path}\nEvery save is judged. h hint, g goal, n next, l list, r judge again, q quit (then Enter)."),
    ));
}

fn tell(work: &Work, phase: &Phase) {
    let workspace = &work.workspace;
    match phase {
        Phase::Fresh | Phase::Building | Phase::Playing => {}
        Phase::Passed => {
            show(format!("\n{}", work.report));
            say(commands::praise(workspace, &work.id));
        }
        Phase::Failed | Phase::Refused => show(format!("\n{}", work.report)),
        Phase::Gone => {
            let path = workspace.course.shown(&work.mine.path);
            say(workspace.pick(
                format!("{path} 不见了；存回来就接着判。"),
                format!("{path} is gone; it is judged again once it is back."),
            ));
        }
        Phase::Trouble(words) => say(words),
    }
}

/// Does what was typed. Whether to go on.
fn obey(work: &mut Work, word: &str) -> Result<bool> {
    match word {
        "q" => return Ok(false),
        "h" => {
            for line in commands::hint_lines(
                &work.workspace,
                &work.id,
                None,
                work.mine.kind,
                REPORT_COLUMNS,
            ) {
                say(line);
            }
        }
        "g" => welcome(work),
        "v" => show(&work.report),
        "r" => work.judge(),
        "l" => {
            commands::list(&work.workspace)?;
        }
        "n" => match work.next() {
            Some(next) => {
                work.turn_to(&next)?;
                show("\n");
                welcome(work);
            }
            None => say(commands::praise(&work.workspace, &work.id)),
        },
        _ => {}
    }
    Ok(true)
}
