//! What the rows share: connections on loopback, a thread that waits, a process of its own.

use std::env;
use std::fs;
use std::io::{self, ErrorKind};
use std::mem::MaybeUninit;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::panic;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::mpsc::channel;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::Pid;
use socket2::{Domain, SockRef, Socket, Type};

use crate::started::{Started, run};

/// Where a look must find nothing: how long it lasts.
pub(super) const MOMENT: Duration = Duration::from_millis(50);

/// Number of bytes that is more than the buffers of both ends hold.
pub(super) const TOO_MUCH: usize = 64 << 20;

/// How long a row waits for what must happen.
const PATIENCE: Duration = Duration::from_secs(10);

/// The variable that names the row for which a process was started.
pub(super) const OWN_PROCESS: &str = "THREE_LANGUAGES_ROW";

/// The variable that is set where `c/preload.c` is loaded.
pub(super) const PRELOADED: &str = "THREE_LANGUAGES_PRELOADED";

/// This machine cannot try the row: why.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Skip(pub(super) String);

/// Lists the rows of a module.
macro_rules! rows {
    ($($name:ident),* $(,)?) => {
        pub(super) const ROWS: super::Rows = &[$((stringify!($name), $name)),*];
    };
}
pub(super) use rows;

/// Ends the row; not a failure.
pub(super) fn skip(why: impl Into<String>) -> ! {
    panic::resume_unwind(Box::new(Skip(why.into())))
}

pub(super) fn linux_only() {
    if !cfg!(target_os = "linux") {
        skip("Linux only");
    }
}

pub(super) fn ipv6_only() {
    if let Err(error) = TcpListener::bind("[::1]:0") {
        skip(format!("no IPv6 here: {error}"));
    }
}

/// Any free port of 127.0.0.1.
pub(super) fn loopback() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// The two ends of a TCP connection.
pub(super) fn connected() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind(loopback()).unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (stream, listener.accept().unwrap().0)
}

/// A socket whose address refuses: the port is taken, and nobody listens.
pub(super) fn refusing() -> (Socket, SocketAddr) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&loopback().into()).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    (socket, address)
}

/// A listening socket whose queue is full: Linux drops a SYN, and `connect` waits.
pub(super) fn full() -> (TcpListener, SocketAddr, TcpStream) {
    linux_only();
    let (socket, address) = refusing();
    socket.listen(0).unwrap();
    let client = TcpStream::connect(address).unwrap();
    (socket.into(), address, client)
}

/// Whether there is nothing to read, not even the end, for a moment.
pub(super) fn has_nothing(socket: &impl AsFd) -> bool {
    let socket = SockRef::from(socket);
    let before = socket.read_timeout().unwrap();
    socket.set_read_timeout(Some(MOMENT)).unwrap();
    let looked = socket.peek(&mut [MaybeUninit::uninit()]);
    socket.set_read_timeout(before).unwrap();
    looked.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
}

/// The error that this must be.
#[track_caller]
pub(super) fn fails<T: std::fmt::Debug>(result: io::Result<T>, kind: ErrorKind) -> io::Error {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), kind, "{error:?}");
    error
}

/// Looks again and again until it is so.
#[track_caller]
pub(super) fn until(what: &str, mut look: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !look() {
        assert!(Instant::now() < end, "never: {what}");
        thread::yield_now();
    }
}

/// A call in a thread of its own that waits.
pub(super) struct Waiting<T> {
    thread: JoinHandle<T>,
    id: Pid,
}

impl<T: Send + 'static> Waiting<T> {
    /// Returns when the thread sleeps in the kernel, or has ended.
    #[track_caller]
    pub(super) fn start(call: impl FnOnce() -> T + Send + 'static) -> Self {
        let (tell, told) = channel();
        let thread = thread::spawn(move || {
            tell.send(thread_id()).unwrap();
            call()
        });
        let id = told.recv_timeout(PATIENCE).unwrap();
        let waiting = Self { thread, id };
        let sleeps = || waiting.is_finished() || !waiting.has("State:\tR");
        until("the thread sleeps in the kernel", sleeps);
        waiting
    }

    pub(super) fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }

    /// What the call returned.
    pub(super) fn ends(self) -> T {
        self.thread.join().unwrap()
    }

    /// Signals it until it has ended.
    #[track_caller]
    pub(super) fn ends_by_signals(self) -> T {
        until("a signal ends the call", || {
            self.signal();
            self.is_finished()
        });
        self.ends()
    }

    /// Signals it some times; each time it wakes up, and sleeps again.
    #[track_caller]
    pub(super) fn goes_on_after_signals(&self) {
        for _ in 0..5 {
            let before = self.switches();
            self.signal();
            until("the signal wakes the thread", || {
                assert!(!self.is_finished(), "a signal ended the call");
                self.switches() != before
            });
        }
    }

    /// On Linux, the ID of a thread is an address for signals.
    fn signal(&self) {
        use rustix::process::{Signal, kill_process};
        let sent = kill_process(self.id, Signal::USR1);
        assert!(sent.is_ok() || self.is_finished(), "{sent:?}");
    }

    /// How often it went to sleep.
    fn switches(&self) -> String {
        let status = self.status();
        let lines = status.lines();
        let mut lines = lines.filter(|line| line.starts_with("voluntary_ctxt_switches"));
        lines.next().unwrap_or_default().to_owned()
    }

    fn has(&self, line: &str) -> bool {
        self.status().contains(line)
    }

    /// Empty for a thread that has ended, and elsewhere than on Linux.
    fn status(&self) -> String {
        let path = format!("/proc/self/task/{}/status", self.id.as_raw_nonzero());
        fs::read_to_string(path).unwrap_or_default()
    }
}

#[cfg(target_os = "linux")]
fn thread_id() -> Pid {
    rustix::thread::gettid()
}

/// Nothing looks at it.
#[cfg(not(target_os = "linux"))]
fn thread_id() -> Pid {
    rustix::process::getpid()
}

/// This test program, to run this row alone.
pub(super) fn own_process(row: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "rust::a_row_in_a_process_of_its_own"]);
    command.env(OWN_PROCESS, row);
    command
}

/// Whether this process was started for this row alone. If not, one is started, and does it.
#[track_caller]
pub(super) fn is_own_process(row: &str, change: impl FnOnce(&mut Command)) -> bool {
    if env::var_os(OWN_PROCESS).is_some() {
        return true;
    }
    let mut command = own_process(row);
    change(&mut command);
    let (status, output) = Started::start_together(&mut command).ends();
    assert_eq!(status, Some(0), "{output}");
    false
}

/// Has `c/preload.c` loaded before the program begins: see there.
pub(super) fn preloads(command: &mut Command) {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    if !cfg!(all(target_os = "linux", target_env = "gnu")) {
        skip("Linux with the GNU C library only");
    }
    let built = BUILT.get_or_init(|| crate::compile(&["preload.c"], &["-shared", "-fPIC"]));
    match built {
        Ok(object) => {
            // Not its whole path: spaces would cut it.
            let (folder, file) = (object.parent().unwrap(), object.file_name().unwrap());
            let file = Path::new(".").join(file);
            command.current_dir(folder).env("LD_PRELOAD", file);
            command.env(PRELOADED, "1");
        }
        Err(missing) => skip(missing),
    }
}

/// Whether the compiler refuses this library with one of these errors.
pub(super) fn is_refused(source: &str, errors: &[&str]) -> bool {
    let mut rustc = Command::new("rustc");
    rustc.args(["--edition=2024", "--crate-type=lib", "--emit=metadata"]);
    // rustc replaces the file that it writes: given /dev/null, as root, it would make that a file.
    rustc.args(["--crate-name=refused", "-", "--out-dir"]);
    rustc.arg(crate::made());
    if Command::new("rustc").arg("-V").output().is_err() {
        skip("no rustc");
    }
    let output = run(&mut rustc, source.as_bytes());
    let said = String::from_utf8_lossy(&output.stderr);
    let has = |error: &&str| said.contains(&format!("error[{error}]"));
    assert!(output.status.success() || errors.iter().any(has), "{said}");
    !output.status.success()
}
