//! The real program, what it prints, and a bare client. Every wait has a deadline.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

#[path = "../../../session/tests/support/started.rs"]
mod started;

use started::{DEADLINE, Started};
pub(crate) use started::{run, until};

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_workbook"));
    command.args(args).current_dir(folder);
    command
}

pub(crate) fn fails(folder: &Path, args: &[&str]) -> (i32, String) {
    let output = run(&mut command(folder, args), b"");
    assert!(!output.status.success());
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

/// How it ends when this is its standard error.
pub(crate) fn status(folder: &Path, args: &[&str], stderr: impl Into<Stdio>) -> Option<i32> {
    Started::start(command(folder, args).stderr(stderr))
        .ends()
        .0
}

pub(crate) fn succeeds(folder: &Path, args: &[&str]) -> String {
    let output = run(&mut command(folder, args), b"");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// `cargo workbook` serving a book; killed at the end of the test.
pub(crate) struct Program {
    program: Started,
    port: u16,
}

impl Program {
    /// Waits until it has printed its address.
    pub(crate) fn start(folder: &Path, args: &[&str]) -> Program {
        Program::of(command(folder, args))
    }

    /// The same, for a command that is more than its arguments.
    pub(crate) fn of(mut command: Command) -> Program {
        let mut program = Started::start(&mut command);
        program.hangs_up();
        let url = "http://127.0.0.1:";
        let line = program.lines_until(|line| line.contains(url)).pop();
        let line = line.unwrap();
        let (_, rest) = line.split_once(url).unwrap();
        let port = rest.split_once('/').unwrap().0.parse().unwrap();
        Program { program, port }
    }

    pub(crate) fn id(&self) -> u32 {
        self.program.id()
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Its lines up to one that contains this.
    #[track_caller]
    pub(crate) fn said_until(&mut self, part: &str) -> Vec<String> {
        self.program.lines_until(|line| line.contains(part))
    }

    pub(crate) fn client(&self) -> Client {
        Client::connect(self.port)
    }

    pub(crate) fn get(&self, path: &str) -> String {
        self.client().say(&format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        ))
    }

    /// Asks again until the page contains this; returns how long that took.
    pub(crate) fn wait_for(&self, path: &str, part: &str) -> Duration {
        let start = Instant::now();
        loop {
            let page = self.get(path);
            if page.contains(part) {
                return start.elapsed();
            }
            assert!(start.elapsed() < DEADLINE, "{part} never came: {page}");
        }
    }

    pub(crate) fn events(&self) -> Client {
        let mut client = self.client();
        client.write("GET /__workbook/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
        client
    }

    pub(crate) fn interrupt(mut self) -> ExitStatus {
        self.program.signal("INT");
        self.program.status()
    }
}

/// One connection.
pub(crate) struct Client(BufReader<TcpStream>);

impl Client {
    pub(crate) fn connect(port: u16) -> Client {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        Client(BufReader::new(stream))
    }

    pub(crate) fn write(&mut self, text: &str) {
        let _ = self.0.get_mut().write_all(text.as_bytes());
    }

    /// Writes this and no more, and reads to the end.
    pub(crate) fn say_and_stop(mut self, text: &str) -> String {
        self.write(text);
        let _ = self.0.get_mut().shutdown(Shutdown::Write);
        self.say("")
    }

    /// Writes this and reads to the end. A reset is an end too.
    pub(crate) fn say(mut self, text: &str) -> String {
        self.write(text);
        let mut answer = Vec::new();
        let _ = self.0.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// The next line that begins with this.
    pub(crate) fn wait_for(&mut self, start: &str) -> String {
        let mut line = String::new();
        loop {
            line.clear();
            let count = self.0.read_line(&mut line);
            assert!(
                count.is_ok_and(|count| count > 0),
                "the stream ended before {start}"
            );
            if line.starts_with(start) {
                return line;
            }
        }
    }

    pub(crate) fn wait_for_the_end(&mut self) {
        let mut rest = String::new();
        let _ = self.0.read_to_string(&mut rest);
    }
}
