//! The terminal while it is ours: taken, drawn on, and always given back.

use std::io::{self, Write};
use std::panic;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use crossterm::cursor::{Hide, MoveTo, Show};
use crossterm::style::Print;
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode, size,
};
use crossterm::{execute, queue};

/// A screen of our own; dropped, it is given back.
pub(super) struct Terminal {
    /// What is on the screen now, and how wide it was.
    shown: Vec<String>,
    size: (u16, u16),
}

impl Terminal {
    pub(super) fn take() -> Result<Self> {
        // Also where this thread panics: a terminal left raw shows nothing that is typed.
        let main = thread::current().id();
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if thread::current().id() == main {
                give_back();
                before(info);
            }
        }));
        enable_raw_mode().context("take the terminal")?;
        let terminal = Self {
            shown: Vec::new(),
            size: (0, 0),
        };
        execute!(io::stdout(), EnterAlternateScreen, Hide).context("take the terminal")?;
        Ok(terminal)
    }

    /// Columns and rows; 80×24 where the terminal does not say.
    pub(super) fn size() -> (u16, u16) {
        match size() {
            Ok((columns, rows)) if columns > 0 && rows > 0 => (columns, rows),
            _ => (80, 24),
        }
    }

    /// Draws the lines that differ from what is shown, all in one write.
    pub(super) fn draw(&mut self, lines: Vec<String>, size: (u16, u16)) -> io::Result<()> {
        let mut out = Vec::new();
        if size != self.size {
            queue!(out, Clear(ClearType::All))?;
            self.shown.clear();
            self.size = size;
        }
        for row in 0..usize::from(size.1) {
            let line = lines.get(row).map_or("", String::as_str);
            if self.shown.get(row).map_or("", String::as_str) == line {
                continue;
            }
            let at = u16::try_from(row).unwrap_or(u16::MAX);
            queue!(
                out,
                MoveTo(0, at),
                Clear(ClearType::CurrentLine),
                Print(line)
            )?;
        }
        self.shown = lines;
        if !out.is_empty() {
            let mut terminal = io::stdout().lock();
            terminal.write_all(&out)?;
            terminal.flush()?;
        }
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
    }
}

fn give_back() {
    let _ = execute!(io::stdout(), Show, LeaveAlternateScreen);
    let _ = disable_raw_mode();
}

/// Whether somebody has asked this process to end.
pub(super) struct Signals(Arc<AtomicBool>);

impl Signals {
    pub(super) fn listen() -> Result<Self> {
        let asked = Arc::new(AtomicBool::new(false));
        #[cfg(unix)]
        for signal in [
            signal_hook::consts::SIGINT,
            signal_hook::consts::SIGTERM,
            signal_hook::consts::SIGHUP,
        ] {
            signal_hook::flag::register(signal, asked.clone()).context("listen for signals")?;
        }
        let also = asked.clone();
        thread::Builder::new()
            .name("end".into())
            .spawn(move || end_at_last(&also))
            .context("start a thread")?;
        Ok(Self(asked))
    }

    pub(super) fn asked_to_end(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A polite end takes no longer.
const POLITE: Duration = Duration::from_secs(3);

/// When the window is closed, crossterm reads the end of input for ever (0.29): then nobody comes
/// back to see that we were asked. What the judging has started ends with us.
fn end_at_last(asked: &AtomicBool) {
    while !asked.load(Ordering::Relaxed) {
        thread::sleep(Duration::from_millis(200));
    }
    thread::sleep(POLITE);
    give_back();
    process::exit(129);
}
