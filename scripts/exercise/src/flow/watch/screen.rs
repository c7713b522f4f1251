//! The watch screen: draws, and obeys the keys.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::terminal::{Signals, Terminal};
use super::view::{self, Reading};
use super::work::{Stand, Work};
use crate::flow::{say, verbs};

/// Between two looks at the file. A key or a new size wakes the loop at once.
const TICK: Duration = Duration::from_millis(100);

/// While a check runs, its verdicts should be seen as they come.
const SOON: Duration = Duration::from_millis(30);

pub(super) fn run(work: Work) -> Result<()> {
    let signals = Signals::listen()?;
    let mut screen = Screen {
        work,
        reading: None,
    };
    let mut terminal = Terminal::take()?;
    let result = screen.follow(&mut terminal, &signals);
    drop(terminal);
    screen.work.end();
    result?;
    let desk = &screen.work.desk;
    let (id, path) = (&screen.work.id, desk.course.shown(&screen.work.mine.path));
    say(&desk.say(
        format!("你的文件在 {path}；接着做：cargo workbook exercise {id}"),
        format!("Your file is {path}; go on with cargo workbook exercise {id}"),
    ));
    Ok(())
}

struct Screen {
    work: Work,
    /// Something to read instead of the exercise.
    reading: Option<Reading>,
}

impl Screen {
    fn follow(&mut self, terminal: &mut Terminal, signals: &Signals) -> Result<()> {
        while !signals.asked_to_end() {
            self.work.tick(Instant::now());
            let size = Terminal::size();
            let (columns, rows) = (usize::from(size.0), usize::from(size.1));
            let lines = match &mut self.reading {
                None => view::main(&self.work, columns, rows),
                Some(reading) => {
                    reading.keep_in_sight(room(rows));
                    view::reading(&self.work, reading, columns, rows)
                }
            };
            terminal.draw(lines, size).context("draw on the terminal")?;
            let tick = match self.work.stand {
                Stand::Building | Stand::Playing => SOON,
                _ => TICK,
            };
            if !event::poll(tick).context("listen to the keys")? {
                continue;
            }
            if let Event::Key(key) = event::read().context("read a key")?
                && key.kind != KeyEventKind::Release
                && !self.key(key, columns, rows)
            {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Whether to go on.
    fn key(&mut self, key: KeyEvent, columns: usize, rows: usize) -> bool {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        if control && matches!(key.code, KeyCode::Char('c' | 'C' | 'd' | 'D')) {
            return false;
        }
        if self.reading.is_some() {
            self.read_on(key.code, rows);
            return true;
        }
        let letter = match key.code {
            KeyCode::Char(letter) if !control => letter.to_ascii_lowercase(),
            _ => return true,
        };
        let id = self.work.id.clone();
        match letter {
            'q' => return false,
            'h' => {
                let lines = verbs::hint_lines(&self.work.desk, &id, None, columns);
                self.read(
                    self.work
                        .desk
                        .say(format!("提示 · {id}"), format!("Hint · {id}")),
                    lines,
                );
            }
            'v' if !self.work.report.is_empty() => {
                let lines = view::said(&self.work.report, columns);
                self.read(
                    self.work
                        .desk
                        .say(format!("报告 · {id}"), format!("Report · {id}")),
                    lines,
                );
            }
            'g' => {
                let lines = self.goal(columns);
                self.read(
                    self.work.desk.say(
                        format!("目标和规则 · {id}"),
                        format!("Goal and rules · {id}"),
                    ),
                    lines,
                );
            }
            'r' => self.work.judge(),
            'n' => match self.work.next() {
                Some(next) => self.turn_to(&next),
                None => {
                    let words = verbs::praise(&self.work.desk, &id);
                    self.read(words, Vec::new());
                }
            },
            'l' => self.list(),
            _ => {}
        }
        true
    }

    fn read(&mut self, title: String, lines: Vec<String>) {
        self.reading = Some(Reading {
            title,
            lines,
            ..Reading::default()
        });
    }

    fn goal(&self, columns: usize) -> Vec<String> {
        let desk = &self.work.desk;
        let mut lines = desk.goal(&self.work.id, columns);
        if let Some(page) = desk.page(&self.work.id) {
            lines.push(String::new());
            lines.extend(desk.plain(&page.rules, columns));
            lines.push(String::new());
            let page = desk.page_shown(&self.work.id);
            lines.push(desk.say(
                format!("书里的这一页：{page}"),
                format!("Its page in the book: {page}"),
            ));
        }
        lines
    }

    fn list(&mut self) {
        let desk = &self.work.desk;
        let at = desk.ladder.iter().position(|id| *id == self.work.id);
        self.reading = Some(Reading {
            title: verbs::summary(desk, &self.work.progress),
            lines: verbs::rungs(desk, &self.work.progress, Some(&self.work.id)),
            top: 0,
            at: Some(at.unwrap_or_default()),
        });
    }

    fn turn_to(&mut self, id: &str) {
        if let Err(error) = self.work.turn_to(id) {
            self.work.stand = Stand::Trouble(format!("{error:#}"));
        }
    }

    fn read_on(&mut self, code: KeyCode, rows: usize) {
        let page = isize::try_from(room(rows).max(1)).unwrap_or(isize::MAX);
        let Some(reading) = self.reading.as_mut() else {
            return;
        };
        let chosen = reading.at;
        match code {
            KeyCode::Up | KeyCode::Char('k') => reading.go(-1),
            KeyCode::Down | KeyCode::Char('j') => reading.go(1),
            KeyCode::PageUp | KeyCode::Char('b') => reading.go(-page),
            KeyCode::PageDown | KeyCode::Char(' ') => reading.go(page),
            KeyCode::Home => reading.go(isize::MIN / 2),
            KeyCode::End => reading.go(isize::MAX / 2),
            KeyCode::Enter => {
                self.reading = None;
                let id = chosen.and_then(|at| self.work.desk.ladder.get(at).cloned());
                if let Some(id) = id.filter(|id| *id != self.work.id) {
                    self.turn_to(&id);
                }
            }
            _ => self.reading = None,
        }
    }
}

/// The rows between the title and the keys.
fn room(rows: usize) -> usize {
    rows.saturating_sub(4)
}

impl Reading {
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
