//! Takes the terminal, draws on it, and always gives it back.

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

/// The alternate screen of the terminal; when dropped, the terminal is given back.
pub(super) struct Terminal {
    /// The lines on the screen now, and its size.
    shown: Vec<String>,
    size: (u16, u16),
}

impl Terminal {
    pub(super) fn take() -> Result<Self> {
        // This also covers a panic of this thread: a terminal that is left raw shows nothing typed.
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
        // This has everything drawn again.
        self.size = (0, 0);
        execute!(io::stdout(), EnterAlternateScreen, Hide).context("take the terminal")
    }

    /// Takes the terminal again, whatever a shell has done to it meanwhile.
    pub(super) fn take_again(&mut self) -> Result<()> {
        // Otherwise crossterm would assume that it is still raw.
        let _ = disable_raw_mode();
        self.enter()
    }

    /// Gives the terminal to the shell, and stops the whole job, as ^Z does in a terminal that is not
    /// raw. Returns when the job is continued.
    pub(super) fn suspend(&mut self, signals: &Signals) -> Result<()> {
        give_back();
        signals.stop_the_job();
        self.take_again()
    }

    /// Columns and rows; 80×24 where the terminal does not report them.
    pub(super) fn size() -> (u16, u16) {
        match size() {
            Ok((columns, rows)) if columns > 0 && rows > 0 => (columns, rows),
            _ => (80, 24),
        }
    }

    /// Draws the lines that differ from those shown, in one write.
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

/// The signals to this process: to end, or to continue after it was stopped.
pub(super) struct Signals {
    end: Arc<AtomicBool>,
    went_on: Arc<AtomicBool>,
}

/// Time to wait for being stopped: a job that no shell can continue is not.
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

    /// Whether this process was stopped and continued since the last call.
    pub(super) fn went_on(&self) -> bool {
        self.went_on.swap(false, Ordering::Relaxed)
    }

    /// Stops this process, and cargo, which started it: the shell waits for both.
    fn stop_the_job(&self) {
        #[cfg(unix)]
        {
            self.went_on();
            let _ = rustix::process::kill_current_process_group(rustix::process::Signal::TSTP);
            // The signal may come a moment late, and the terminal must not be taken before.
            let until = Instant::now() + STOP_WAIT;
            while !self.went_on() && Instant::now() < until {
                thread::sleep(Duration::from_millis(5));
            }
        }
    }
}

/// Time that an orderly end may take.
const END_WAIT: Duration = Duration::from_secs(3);

/// Ends this process if it does not end itself. When the window is closed, crossterm reads the end of
/// input forever (0.29), so the loop does not see the signal. What the judging has started ends with
/// this process.
fn end_at_last(asked: &AtomicBool) {
    while !asked.load(Ordering::Relaxed) {
        thread::sleep(Duration::from_millis(200));
    }
    thread::sleep(END_WAIT);
    give_back();
    process::exit(129);
}
