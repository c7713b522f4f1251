//! A program of ours under attack.
//!
//! For the `hostile_*` tests; the attacker is a plain `TcpStream`.
#![allow(dead_code, reason = "each test crate uses a part of it")]

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::ops::{Deref, DerefMut};
use std::process::Command;
use std::time::Duration;

#[path = "../../../session/tests/support/started.rs"]
pub(crate) mod started;

use session::run::Found;
pub(crate) use started::DEADLINE;
use started::Started;

/// What a program is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Rust,
    Python,
    C,
}

impl Language {
    /// The one that the last module of a path is named for: the same attacks are a module of each.
    pub(crate) fn of(module: &str) -> Self {
        match module.rsplit("::").next() {
            Some("rust") => Self::Rust,
            Some("python") => Self::Python,
            Some("c") => Self::C,
            _ => panic!("{module} is not named for a language"),
        }
    }

    /// The last line of what it says of a mistake in its arguments: where help is.
    pub(crate) fn leads_to_help(self) -> &'static str {
        match self {
            Self::Rust => "帮助 help: -- --help\n",
            Self::Python | Self::C => "帮助 help: --help\n",
        }
    }

    /// What its help says to type.
    pub(crate) fn says_to_run(self, name: &str) -> String {
        match self {
            Self::Rust => format!("cargo run --example {name}"),
            Self::Python => format!("python3 examples/python/{name}.py"),
            Self::C => format!("target/c/{name}"),
        }
    }
}

/// The example `name` in this language: the program, and what comes before its own arguments.
pub(crate) fn command(language: Language, name: &str) -> Command {
    let root = session::root().unwrap();
    let mut command = match language {
        Language::Rust => Command::new(session::example(name).unwrap()),
        Language::Python => {
            let mut command = Command::new("python3");
            command.arg(format!("examples/python/{name}.py"));
            command
        }
        Language::C => {
            let sanitized = session::run::c_program(&root, name, &session::run::SANITIZERS);
            match sanitized.unwrap() {
                Found::Run(invocation) => Command::new(invocation.program),
                Found::Missing(reason) => panic!("{reason}"),
            }
        }
    };
    command.current_dir(root);
    command
}

/// The environment of a session. What a sanitizer finds ends a program with a status of its own.
pub(crate) fn environment(command: &mut Command) {
    session::run::environment::of_a_session(command);
    command.env("ASAN_OPTIONS", "exitcode=66");
}

pub(crate) struct Program(Started);

impl Program {
    /// Starts the example `name` with `args`.
    pub(crate) fn start(name: &str, args: &[&str]) -> Self {
        Self::start_in(Language::Rust, name, args)
    }

    pub(crate) fn start_in(language: Language, name: &str, args: &[&str]) -> Self {
        Self::run(command(language, name).args(args))
    }

    /// Starts `examples/python/NAME.py`; `None` on a machine without `python3`.
    pub(crate) fn python(name: &str, args: &[&str]) -> Option<Self> {
        let exists = Command::new("python3").arg("-V").output().is_ok();
        exists.then(|| Self::start_in(Language::Python, name, args))
    }

    /// Starts any program in the same way.
    pub(crate) fn run(command: &mut Command) -> Self {
        environment(command);
        Self(Started::start_together(command))
    }

    /// Starts the example as a server on a free port, and connects to it.
    pub(crate) fn server(language: Language, name: &str, args: &[&str]) -> (Self, TcpStream) {
        let args = [&["server", "127.0.0.1:0"], args].concat();
        let mut program = Self::start_in(language, name, &args);
        let stream = TcpStream::connect(program.address()).unwrap();
        (program, guarded(stream))
    }

    /// Starts the example as a client, and accepts it.
    pub(crate) fn client(language: Language, name: &str, args: &[&str]) -> (Self, TcpStream) {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let args = [&["client", &address], args].concat();
        let mut program = Self::start_in(language, name, &args);
        program.sees("connected to");
        (program, guarded(listener.accept().unwrap().0))
    }

    /// The address that a server says it listens on.
    pub(crate) fn address(&mut self) -> SocketAddr {
        let screen = self.sees("\n");
        let line = screen.lines().next().unwrap();
        line.rsplit(' ').next().unwrap().parse().unwrap()
    }

    /// Waits for the end; returns the exit status and the whole output.
    #[track_caller]
    pub(crate) fn ends(self) -> (Option<i32>, String) {
        self.0.ends()
    }
}

impl Deref for Program {
    type Target = Started;

    fn deref(&self) -> &Started {
        &self.0
    }
}

impl DerefMut for Program {
    fn deref_mut(&mut self) -> &mut Started {
        &mut self.0
    }
}

/// The attacker's side has deadlines as well, and never delays small writes.
pub(crate) fn guarded(stream: TcpStream) -> TcpStream {
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.set_write_timeout(Some(DEADLINE)).unwrap();
    stream
}

/// Sends every byte in a write of its own.
pub(crate) fn dribble(mut stream: &TcpStream, bytes: &[u8]) {
    for byte in bytes {
        stream.write_all(&[*byte]).unwrap();
    }
}

/// Closes with RST instead of FIN: what a crash with unread data, or SO_LINGER 0, makes.
pub(crate) fn reset(stream: TcpStream) {
    let socket = socket2::Socket::from(stream);
    socket.set_linger(Some(Duration::ZERO)).unwrap();
}
