//! The terminal while it is ours: taken, drawn on, and always given back.

use std::io::{self, Write};
use std::panic;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
#[cfg(unix)]
use std::time::Instant;

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
        let mut terminal = Self {
            shown: Vec::new(),
            size: (0, 0),
        };
        terminal.enter()?;
        Ok(terminal)
    }

    fn enter(&mut self) -> Result<()> {
        enable_raw_mode().context("take the terminal")?;
        // All of it is drawn anew.
        self.size = (0, 0);
        execute!(io::stdout(), EnterAlternateScreen, Hide).context("take the terminal")
    }

    /// Takes it once more, whatever a shell has made of it meanwhile.
    pub(super) fn take_again(&mut self) -> Result<()> {
        // Otherwise it is believed to be raw still.
        let _ = disable_raw_mode();
        self.enter()
    }

    /// Gives the terminal to the shell, and stops all that the shell has started with us, as ^Z
    /// does where a terminal is not raw. Comes back when we go on.
    pub(super) fn suspend(&mut self, signals: &Signals) -> Result<()> {
        give_back();
        signals.stop_the_job();
        self.take_again()
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

/// What the system asks of this process: to end, or to go on after it was stopped.
pub(super) struct Signals {
    end: Arc<AtomicBool>,
    went_on: Arc<AtomicBool>,
}

/// A job that nobody can continue is not stopped: then nothing comes for so long.
#[cfg(unix)]
const STOP_WAIT: Duration = Duration::from_millis(500);

impl Signals {
    pub(super) fn listen() -> Result<Self> {
        let asked = Arc::new(AtomicBool::new(false));
        let went_on = Arc::new(AtomicBool::new(false));
        #[cfg(unix)]
        for signal in [
            signal_hook::consts::SIGINT,
            signal_hook::consts::SIGTERM,
            signal_hook::consts::SIGHUP,
        ] {
            signal_hook::flag::register(signal, asked.clone()).context("listen for signals")?;
        }
        #[cfg(unix)]
        signal_hook::flag::register(signal_hook::consts::SIGCONT, went_on.clone())
            .context("listen for signals")?;
        let also = asked.clone();
        thread::Builder::new()
            .name("end".into())
            .spawn(move || end_at_last(&also))
            .context("start a thread")?;
        Ok(Self {
            end: asked,
            went_on,
        })
    }

    pub(super) fn asked_to_end(&self) -> bool {
        self.end.load(Ordering::Relaxed)
    }

    /// Whether we were stopped and have gone on since the last call.
    pub(super) fn went_on(&self) -> bool {
        self.went_on.swap(false, Ordering::Relaxed)
    }

    /// Stops this process, and cargo, which has started it: the shell waits for both.
    fn stop_the_job(&self) {
        #[cfg(unix)]
        {
            self.went_on();
            let _ = rustix::process::kill_current_process_group(rustix::process::Signal::TSTP);
            // The signal may be a moment late, and the terminal is not ours until it has come.
            let until = Instant::now() + STOP_WAIT;
            while !self.went_on() && Instant::now() < until {
                thread::sleep(Duration::from_millis(5));
            }
        }
    }
}

/// A polite end takes no longer.
const END_WAIT: Duration = Duration::from_secs(3);

/// When the window is closed, crossterm reads the end of input for ever (0.29): then nobody comes
/// back to see that we were asked. What the judging has started ends with us.
fn end_at_last(asked: &AtomicBool) {
    while !asked.load(Ordering::Relaxed) {
        thread::sleep(Duration::from_millis(200));
    }
    thread::sleep(END_WAIT);
    give_back();
    process::exit(129);
}
