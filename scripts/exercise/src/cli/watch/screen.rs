//! The watch screen: draws the state, and obeys the keys.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::terminal::{Signals, Terminal};
use super::view::{self, Pager, TextKind};
use super::work::{Phase, Work};
use crate::cli::{commands, say};
use crate::progress::ProgramKind;

/// Time between two looks at the file. A key or a new size wakes the loop at once.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);

/// The same while a check runs: its verdicts should appear as they come.
const LOOK_INTERVAL_BUSY: Duration = Duration::from_millis(30);

pub(super) fn run(work: Work) -> Result<()> {
    let signals = Signals::listen()?;
    let mut screen = Screen { work, pager: None };
    let mut terminal = Terminal::take()?;
    let result = screen.follow(&mut terminal, &signals);
    drop(terminal);
    screen.work.end();
    result?;
    let workspace = &screen.work.workspace;
    let (id, path) = (
        &screen.work.id,
        workspace.course.shown(&screen.work.mine.path),
    );
    say(workspace.pick(
        format!("你的文件在 {path}；接着做：cargo workbook exercise {id}"),
        format!("Your file is {path}; continue with cargo workbook exercise {id}"),
    ));
    Ok(())
}

/// What to do after a key.
enum Next {
    GoOn,
    Quit,
    Suspend,
}

struct Screen {
    work: Work,
    /// Something to read instead of the exercise.
    pager: Option<Pager>,
}

impl Screen {
    fn follow(&mut self, terminal: &mut Terminal, signals: &Signals) -> Result<()> {
        while !signals.asked_to_end() {
            if signals.went_on() {
                terminal.take_again()?;
                self.work.go_on(false);
            }
            if !self.work.tick(Instant::now()).is_empty() {
                self.renew();
            }
            let size = Terminal::size();
            let (columns, rows) = (usize::from(size.0), usize::from(size.1));
            let lines = match &mut self.pager {
                None => view::main(&self.work, columns, rows),
                Some(pager) => {
                    pager.keep_in_sight(room(rows));
                    view::pager(&self.work, pager, columns, rows)
                }
            };
            terminal.draw(lines, size).context("draw on the terminal")?;
            let tick = match self.work.phase {
                Phase::Building | Phase::Playing => LOOK_INTERVAL_BUSY,
                _ => LOOK_INTERVAL,
            };
            if !event::poll(tick).context("listen to the keys")? {
                continue;
            }
            let Event::Key(key) = event::read().context("read a key")? else {
                continue;
            };
            if key.kind == KeyEventKind::Release {
                continue;
            }
            match self.key(key, columns, rows) {
                Next::GoOn => {}
                Next::Quit => return Ok(()),
                Next::Suspend => {
                    let running = self.work.pause();
                    terminal.suspend(signals)?;
                    self.work.go_on(running);
                }
            }
        }
        Ok(())
    }

    fn key(&mut self, key: KeyEvent, columns: usize, rows: usize) -> Next {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        if control {
            return match key.code {
                KeyCode::Char('c' | 'C' | 'd' | 'D') => Next::Quit,
                KeyCode::Char('z' | 'Z') if cfg!(unix) => Next::Suspend,
                _ => Next::GoOn,
            };
        }
        // Escape and a letter that arrive in one read look like this.
        if key.modifiers.contains(KeyModifiers::ALT) {
            self.pager = None;
            return Next::GoOn;
        }
        if self.pager.is_some() && self.read_on(key.code, rows) {
            return Next::GoOn;
        }
        let letter = match key.code {
            KeyCode::Char(letter) => letter.to_ascii_lowercase(),
            _ => return Next::GoOn,
        };
        let id = self.work.id.clone();
        match letter {
            'q' => return Next::Quit,
            'h' => {
                let lines =
                    commands::hint_lines(&self.work.workspace, &id, None, self.kind(), columns);
                self.read(
                    TextKind::Hint,
                    self.work
                        .workspace
                        .pick(format!("提示 · {id}"), format!("Hint · {id}")),
                    lines,
                );
            }
            'v' if !self.work.report.is_empty() => {
                let lines = view::said(&self.work.report, columns);
                self.read(
                    TextKind::Report,
                    self.work
                        .workspace
                        .pick(format!("报告 · {id}"), format!("Report · {id}")),
                    lines,
                );
            }
            'g' => {
                let lines = self.goal(columns);
                self.read(
                    TextKind::Other,
                    self.work.workspace.pick(
                        format!("目标和规则 · {id}"),
                        format!("Goal and rules · {id}"),
                    ),
                    lines,
                );
            }
            'r' => self.work.judge(),
            'n' => match self.work.next() {
                Some(next) => {
                    self.pager = None;
                    self.turn_to(&next);
                }
                None => {
                    let words = commands::praise(&self.work.workspace, &id);
                    self.read(TextKind::Other, words, Vec::new());
                }
            },
            'l' => self.list(),
            _ => {}
        }
        Next::GoOn
    }

    /// The language of the file that is watched.
    fn kind(&self) -> ProgramKind {
        self.work.mine.kind
    }

    /// Replaces a report that is being read with that of the last check.
    fn renew(&mut self) {
        let columns = usize::from(Terminal::size().0);
        if let Some(pager) = self.pager.as_mut()
            && pager.kind == TextKind::Report
            && matches!(
                self.work.phase,
                Phase::Passed | Phase::Failed | Phase::Refused
            )
        {
            pager.lines = view::said(&self.work.report, columns);
        }
    }

    fn read(&mut self, kind: TextKind, title: String, lines: Vec<String>) {
        self.pager = Some(Pager {
            kind,
            title,
            lines,
            ..Pager::default()
        });
    }

    fn goal(&self, columns: usize) -> Vec<String> {
        let workspace = &self.work.workspace;
        let mut lines = workspace.goal(&self.work.id, columns);
        if let Some(page) = workspace.page(&self.work.id) {
            lines.push(String::new());
            lines.extend(workspace.plain(&page.rules, columns));
            lines.push(String::new());
            let page = workspace.page_shown(&self.work.id);
            lines.push(workspace.pick(
                format!("书里的这一页：{page}"),
                format!("Its page in the book: {page}"),
            ));
        }
        lines
    }

    fn list(&mut self) {
        let workspace = &self.work.workspace;
        let at = workspace.ladder.iter().position(|id| *id == self.work.id);
        self.pager = Some(Pager {
            kind: TextKind::Other,
            title: commands::summary(workspace, &self.work.progress),
            lines: commands::rungs(workspace, &self.work.progress, Some(&self.work.id)),
            top: 0,
            at: Some(at.unwrap_or_default()),
        });
    }

    fn turn_to(&mut self, id: &str) {
        if let Err(error) = self.work.turn_to(id) {
            self.work.phase = Phase::Trouble(format!("{error:#}"));
        }
    }

    /// Obeys a key for reading. Whether it was one; the others do what they do elsewhere.
    fn read_on(&mut self, code: KeyCode, rows: usize) -> bool {
        let page = isize::try_from(room(rows).max(1)).unwrap_or(isize::MAX);
        let Some(pager) = self.pager.as_mut() else {
            return false;
        };
        let chosen = pager.at;
        match code {
            KeyCode::Up | KeyCode::Char('k') => pager.go(-1),
            KeyCode::Down | KeyCode::Char('j') => pager.go(1),
            KeyCode::PageUp | KeyCode::Char('b') => pager.go(-page),
            KeyCode::PageDown | KeyCode::Char(' ') => pager.go(page),
            KeyCode::Home => pager.go(isize::MIN / 2),
            KeyCode::End => pager.go(isize::MAX / 2),
            KeyCode::Enter => {
                self.pager = None;
                let id = chosen.and_then(|at| self.work.workspace.ladder.get(at).cloned());
                if let Some(id) = id.filter(|id| *id != self.work.id) {
                    self.turn_to(&id);
                }
            }
            KeyCode::Esc | KeyCode::Backspace | KeyCode::Left | KeyCode::Char('q' | 'Q') => {
                self.pager = None;
            }
            KeyCode::Char(
                'h' | 'H' | 'v' | 'V' | 'g' | 'G' | 'l' | 'L' | 'n' | 'N' | 'r' | 'R',
            ) => {
                return false;
            }
            _ => {}
        }
        true
    }
}

/// Number of rows between the title and the keys.
fn room(rows: usize) -> usize {
    rows.saturating_sub(4)
}

impl Pager {
    fn go(&mut self, by: isize) {
        let last = self.lines.len().saturating_sub(1);
        let place = self.at.as_mut().unwrap_or(&mut self.top);
        *place = place.saturating_add_signed(by).min(last);
    }

    fn keep_in_sight(&mut self, room: usize) {
        if let Some(at) = self.at {
            if at < self.top {
                self.top = at;
            } else if at >= self.top + room {
                self.top = at + 1 - room.min(at + 1);
            }
        }
        self.top = self.top.min(self.lines.len().saturating_sub(room));
    }
}
