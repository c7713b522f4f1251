//! A site of `16_http` on a free port, in a folder of its own, with secrets beside it.
#![allow(dead_code, reason = "each test crate uses a part of it")]

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, process};

use socket2::{Domain, Socket, Type};

use crate::program::{Program, guarded};

pub(crate) const HELLO: &str = "你好";
pub(crate) const GET: &str = "GET /hello.txt HTTP/1.1\r\nHost: x\r\n\r\n";

pub(crate) struct Site {
    program: Program,
    address: SocketAddr,
    folder: PathBuf,
}

impl Site {
    pub(crate) fn start() -> Self {
        let folder = folder();
        let mut program = Program::start(
            "16_http",
            &[
                "serve",
                folder.join("site").to_str().unwrap(),
                "127.0.0.1:0",
            ],
        );
        let address = program.address();
        Self {
            program,
            address,
            folder,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn connect(&self) -> TcpStream {
        guarded(TcpStream::connect(self.address).unwrap())
    }

    /// Connects with a small receive buffer, which is full soon.
    pub(crate) fn connect_narrow(&self) -> TcpStream {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        socket.connect(&self.address.into()).unwrap();
        guarded(socket.into())
    }

    /// Sends `request`, closes our direction, and reads all that comes.
    pub(crate) fn asks(&self, request: &[u8]) -> String {
        let mut stream = self.connect();
        // A server that refuses may close first.
        let _ = stream.write_all(request);
        let _ = stream.shutdown(Shutdown::Write);
        all(&mut stream)
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.folder.join("site").join(name), bytes).unwrap();
    }

    /// A file of this size that takes no space.
    pub(crate) fn sparse(&self, name: &str, size: u64) {
        let mut options = File::options();
        let file = options.write(true).create(true).truncate(false);
        file.open(self.folder.join("site").join(name))
            .unwrap()
            .set_len(size)
            .unwrap();
    }

    pub(crate) fn outside(&self) -> PathBuf {
        self.folder.join("secret.txt")
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn folder() -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let folder = env::temp_dir().join(format!("workbook-site-{}-{number}", process::id()));
    let _ = fs::remove_dir_all(&folder);
    let site = folder.join("site");
    fs::create_dir_all(site.join("docs")).unwrap();
    fs::create_dir(site.join(".git")).unwrap();
    fs::write(folder.join("secret.txt"), "do not show").unwrap();
    for (name, text) in [
        ("hello.txt", HELLO),
        ("index.html", "<p>front"),
        ("docs/index.html", "inside"),
        ("你 %.txt", "你好"),
        (".hidden", "do not show"),
        (".git/config", "do not show"),
    ] {
        fs::write(site.join(name), text).unwrap();
    }
    links(&folder, &site);
    folder
}

#[cfg(unix)]
fn links(folder: &Path, site: &Path) {
    use std::os::unix::fs::symlink;
    symlink(folder, site.join("leads-out")).unwrap();
    symlink(folder.join("secret.txt"), site.join("secret-link.txt")).unwrap();
    symlink("loop", site.join("loop")).unwrap();
    symlink("hello.txt", site.join("stays.txt")).unwrap();
    let made = Command::new("mkfifo")
        .arg(site.join("pipe"))
        .status()
        .unwrap();
    assert!(made.success());
}

#[cfg(not(unix))]
fn links(_: &Path, site: &Path) {
    fs::write(site.join("stays.txt"), HELLO).unwrap();
}

/// Everything until the end; a reset after the answer counts as the end.
#[track_caller]
pub(crate) fn all(stream: &mut impl Read) -> String {
    let mut bytes = Vec::new();
    if let Err(error) = stream.read_to_end(&mut bytes) {
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{error}");
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// One request on a connection of its own; the answer must have this status.
#[track_caller]
pub(crate) fn check(site: &Site, request: impl AsRef<[u8]>, status: u16) -> String {
    let answer = site.asks(request.as_ref());
    assert!(
        answer.starts_with(&format!("HTTP/1.1 {status} ")),
        "{:?}: {answer}",
        String::from_utf8_lossy(request.as_ref())
    );
    answer
}

/// A request whose framing cannot be trusted: one answer, and the connection is over.
#[track_caller]
pub(crate) fn refused(site: &Site, request: impl AsRef<[u8]>, status: u16) {
    let mut stream = site.connect();
    // What follows must not be taken for a request.
    let sent = [request.as_ref(), GET.as_bytes()].concat();
    let _ = stream.write_all(&sent);
    let answer = all(&mut stream);
    let said = String::from_utf8_lossy(&sent);
    assert!(
        answer.starts_with(&format!("HTTP/1.1 {status} ")),
        "{said}: {answer}"
    );
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{said}: {answer}");
    assert!(answer.contains("Connection: close\r\n"), "{said}: {answer}");
}

/// The value of a field of an answer.
pub(crate) fn field<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let (head, _) = answer.split_once("\r\n\r\n")?;
    let mut fields = head.lines().filter_map(|line| line.split_once(": "));
    fields
        .find(|(other, _)| *other == name)
        .map(|(_, value)| value)
}
