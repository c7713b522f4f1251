//! The watch screen in a pseudoterminal, as a person would see it.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::workspace::Workspace;
use super::workspace::started::{DEADLINE, until};

pub(crate) struct Screen {
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Option<Box<dyn Write + Send>>,
    reader: Option<JoinHandle<()>>,
    closing: Arc<AtomicBool>,
    child: Box<dyn Child + Send + Sync>,
    shown: Arc<Mutex<Shown>>,
}

struct Shown {
    parser: vt100::Parser,
    raw: Vec<u8>,
}

fn size(rows: u16, cols: u16) -> PtySize {
    PtySize {
        rows,
        cols,
        ..PtySize::default()
    }
}

fn some(count: u16) -> NonZero<u16> {
    NonZero::new(count).unwrap()
}

impl Screen {
    pub(crate) fn open(workspace: &Workspace, words: &[&str]) -> Self {
        Self::open_with(workspace, words, &[])
    }

    /// Opens a screen of 24 rows and 80 columns.
    pub(crate) fn open_with(
        workspace: &Workspace,
        words: &[&str],
        environment: &[(&str, &str)],
    ) -> Self {
        let like = workspace.command(words);
        let mut command = CommandBuilder::new(like.get_program());
        command.args(like.get_args());
        Self::start(workspace, command, environment)
    }

    /// Starts it as a job of a shell.
    pub(crate) fn open_in_a_shell(workspace: &Workspace, words: &[&str]) -> Self {
        let mut shell = CommandBuilder::new("/bin/sh");
        shell.arg("-i");
        let mut screen = Self::start(workspace, shell, &[("PS1", "shell> "), ("ENV", "")]);
        screen.wait_for("shell>");
        let like = workspace.command(words);
        let words = [like.get_program()].into_iter().chain(like.get_args());
        let words: Vec<_> = words
            .map(|word| format!("'{}'", word.to_str().unwrap()))
            .collect();
        screen.press(&format!("{}\n", words.join(" ")));
        screen
    }

    fn start(
        workspace: &Workspace,
        mut command: CommandBuilder,
        environment: &[(&str, &str)],
    ) -> Self {
        let pair = native_pty_system().openpty(size(24, 80)).unwrap();
        let like = workspace.command(&[]);
        command.cwd(workspace.root());
        command.env("TERM", "xterm-256color");
        for (name, value) in like.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            }
        }
        for (name, value) in environment {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let keys = pair.master.take_writer().unwrap();
        let shown = Arc::new(Mutex::new(Shown {
            parser: vt100::Parser::new(some(24), some(80), 0),
            raw: Vec::new(),
        }));
        let of_the_thread = shown.clone();
        let closing = Arc::new(AtomicBool::new(false));
        let asked = closing.clone();
        let reader = thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                let mut shown = of_the_thread.lock().unwrap();
                shown.raw.extend(&bytes[..count]);
                shown.parser.process(&bytes[..count]);
                if asked.load(Ordering::Relaxed) {
                    return;
                }
            }
        });
        Self {
            master: Some(pair.master),
            keys: Some(keys),
            reader: Some(reader),
            closing,
            child,
            shown,
        }
    }

    pub(crate) fn text(&self) -> String {
        self.shown.lock().unwrap().parser.screen().contents()
    }

    #[track_caller]
    pub(crate) fn wait_for(&mut self, part: &str) {
        let shown = &self.shown;
        let mut last = String::new();
        let began = std::time::Instant::now();
        while !last.contains(part) {
            assert!(began.elapsed() < DEADLINE, "{part} never came:\n{last}");
            thread::sleep(std::time::Duration::from_millis(10));
            last = shown.lock().unwrap().parser.screen().contents();
        }
    }

    pub(crate) fn press(&mut self, keys: &str) {
        let terminal = self.keys.as_mut().unwrap();
        terminal.write_all(keys.as_bytes()).unwrap();
        terminal.flush().unwrap();
    }

    pub(crate) fn resize(&mut self, rows: u16, columns: u16) {
        self.shown
            .lock()
            .unwrap()
            .parser
            .screen_mut()
            .set_size(some(rows), some(columns));
        self.master
            .as_ref()
            .unwrap()
            .resize(size(rows, columns))
            .unwrap();
    }

    pub(crate) fn terminate(&mut self) {
        self.signal("TERM");
    }

    pub(crate) fn signal(&mut self, name: &str) {
        let id = self.child.process_id().unwrap().to_string();
        let mut kill = std::process::Command::new("kill");
        let status = kill.args(["-s", name, &id]).status();
        assert!(status.unwrap().success());
    }

    /// Waits until the shell has the terminal: its usual screen, its cursor, its prompt.
    #[track_caller]
    pub(crate) fn is_given_back(&mut self) {
        until("the usual screen", || {
            let shown = self.shown.lock().unwrap();
            let screen = shown.parser.screen();
            (!screen.alternate_screen() && !screen.hide_cursor()).then_some(())
        });
        self.wait_for("Stopped");
    }

    /// Takes the terminal away, as when the window is closed.
    pub(crate) fn close_the_window(&mut self) {
        self.closing.store(true, Ordering::Relaxed);
        // What is drawn now is the last that is read.
        self.press("l");
        self.reader.take().unwrap().join().unwrap();
        self.keys = None;
        self.master = None;
    }

    pub(crate) fn ends(&mut self) {
        until("its end", || self.child.try_wait().unwrap());
    }

    /// Whether these bytes were ever written.
    pub(crate) fn wrote(&self, bytes: &str) -> bool {
        let shown = self.shown.lock().unwrap();
        shown
            .raw
            .windows(bytes.len())
            .any(|raw| raw == bytes.as_bytes())
    }

    /// Checks that it ends with status 0, the cursor shown, the usual screen back, and the terminal no
    /// longer raw.
    #[track_caller]
    pub(crate) fn ends_well(&mut self) {
        let status = until("its end", || self.child.try_wait().unwrap());
        assert!(status.success(), "{status:?}\n{}", self.text());
        if let Some(terminal) = self.master.as_ref().and_then(|master| master.get_termios()) {
            let flags = format!("{:?}", terminal.local_flags);
            assert!(
                flags.contains("ICANON") && flags.contains("ECHO"),
                "{flags}"
            );
        }
        until("the usual screen", || {
            let shown = self.shown.lock().unwrap();
            let screen = shown.parser.screen();
            (!screen.alternate_screen() && !screen.hide_cursor()).then_some(())
        });
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
