//! A program of ours under attack: started with pipes, watched with a deadline, never left behind.
//!
//! For the `hostile_*` tests; the attacker is a plain `TcpStream`.
#![allow(dead_code, reason = "each test crate uses a part of it")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

/// Longer than every deadline of the programs, with room for a busy machine.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

pub(crate) struct Program {
    child: Child,
    keyboard: Option<ChildStdin>,
    pieces: Receiver<Vec<u8>>,
    screen: Vec<u8>,
}

impl Program {
    /// Starts the example `name` with `args`.
    pub(crate) fn start(name: &str, args: &[&str]) -> Self {
        Self::run(Command::new(session::example(name).unwrap()).args(args))
    }

    /// Starts `examples/python/NAME.py`; `None` on a machine without `python3`.
    pub(crate) fn python(name: &str, args: &[&str]) -> Option<Self> {
        let exists = Command::new("python3").arg("-V").output().is_ok();
        let root = session::root().unwrap();
        let mut command = Command::new("python3");
        command.arg(format!("examples/python/{name}.py"));
        command.args(args).current_dir(root);
        exists.then(|| Self::run(&mut command))
    }

    /// Starts any program in the same way.
    pub(crate) fn run(command: &mut Command) -> Self {
        // One pipe for both streams, so that the order of the output is the program's.
        let (screen, both) = std::io::pipe().unwrap();
        session::run::environment::of_a_session(command);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(both.try_clone().unwrap())
            .stderr(both)
            .spawn()
            .unwrap();
        let (tell, pieces) = mpsc::channel();
        forward(screen, tell);
        let keyboard = child.stdin.take();
        Self {
            child,
            keyboard,
            pieces,
            screen: Vec::new(),
        }
    }

    /// Starts the example as a server on a free port, and connects to it.
    pub(crate) fn server(name: &str, args: &[&str]) -> (Self, TcpStream) {
        let mut program = Self::start(name, &[&["server", "127.0.0.1:0"], args].concat());
        let stream = TcpStream::connect(program.address()).unwrap();
        (program, guarded(stream))
    }

    /// Starts the example as a client, and accepts it.
    pub(crate) fn client(name: &str, args: &[&str]) -> (Self, TcpStream) {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let mut program = Self::start(name, &[&["client", &address], args].concat());
        program.sees("connected to");
        (program, guarded(listener.accept().unwrap().0))
    }

    /// The address that a server says it listens on.
    pub(crate) fn address(&mut self) -> SocketAddr {
        let screen = self.sees("\n");
        let line = screen.lines().next().unwrap();
        line.rsplit(' ').next().unwrap().parse().unwrap()
    }

    /// Waits until the output contains `text`; returns the whole output so far.
    #[track_caller]
    pub(crate) fn sees(&mut self, text: &str) -> String {
        let end = Instant::now() + DEADLINE;
        while !self.screen().contains(text) {
            match self.pieces.recv_timeout(end - Instant::now()) {
                Ok(piece) => self.screen.extend(piece),
                Err(_) => panic!("no {text:?} in the output, but:\n{}", self.screen()),
            }
        }
        self.screen()
    }

    pub(crate) fn types(&mut self, text: &str) {
        let keyboard = self.keyboard.as_mut().unwrap();
        keyboard.write_all(text.as_bytes()).unwrap();
    }

    /// Its stdin, for a test that types from a thread of its own.
    pub(crate) fn keyboard(&mut self) -> ChildStdin {
        self.keyboard.take().unwrap()
    }

    /// End of input, as Ctrl-D makes it.
    pub(crate) fn hangs_up(&mut self) {
        drop(self.keyboard.take());
    }

    /// Waits for the end; returns the exit status and the whole output.
    #[track_caller]
    pub(crate) fn ends(mut self) -> (Option<i32>, String) {
        let end = Instant::now() + DEADLINE;
        loop {
            match self.pieces.recv_timeout(end - Instant::now()) {
                Ok(piece) => self.screen.extend(piece),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("no end, but:\n{}", self.screen()),
            }
        }
        let status = self.child.wait().unwrap();
        (status.code(), self.screen())
    }

    fn screen(&self) -> String {
        String::from_utf8_lossy(&self.screen).into_owned()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn forward(mut pipe: impl Read + Send + 'static, tell: Sender<Vec<u8>>) {
    thread::spawn(move || {
        let mut buffer = [0; 65536];
        while let Ok(n @ 1..) = pipe.read(&mut buffer) {
            if tell.send(buffer[..n].to_vec()).is_err() {
                break;
            }
        }
    });
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
