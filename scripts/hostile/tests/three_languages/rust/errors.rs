//! The rows of "Errors": each error comes from a real call, where one on loopback has it.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::time::Duration;
use std::{fs, str};

use rustix::io::Errno;
use rustix::process::{Resource, getrlimit, setrlimit};
use socket2::{Domain, SockRef, Socket, Type};

use super::support::{
    MOMENT, connected, fails, full, is_own_process, is_refused, linux_only, loopback, refusing,
    rows,
};

rows![
    row_econnrefused,
    row_etimedout,
    row_enetunreach,
    row_ehostunreach,
    row_econnreset,
    row_epipe,
    row_econnaborted,
    row_eaddrinuse,
    row_eaddrnotavail,
    row_eacces,
    row_eagain,
    row_einprogress,
    row_eintr,
    row_emfile,
    row_enotconn,
    row_emsgsize,
    row_ebadf,
    row_the_name_is_not_found,
    row_your_own_deadline_has_passed,
    row_the_peer_ended_early,
    row_not_utf_8,
    row_a_port_over_65535,
];

/// The constants of the crate libc that the page names, without that crate: their numbers are those
/// of the system. That the crate has the names, `the_crate_libc_has_the_names` holds.
mod libc {
    use rustix::io::Errno;

    pub(super) const EBADF: i32 = Errno::BADF.raw_os_error();
    pub(super) const EINPROGRESS: i32 = Errno::INPROGRESS.raw_os_error();
    pub(super) const EMFILE: i32 = Errno::MFILE.raw_os_error();
    pub(super) const EMSGSIZE: i32 = Errno::MSGSIZE.raw_os_error();
}

/// The kind of the error with this number.
fn kind_of(number: Errno) -> ErrorKind {
    io::Error::from_raw_os_error(number.raw_os_error()).kind()
}

/// Whether a kind has a stable name.
fn has_a_name(kind: ErrorKind) -> bool {
    !matches!(format!("{kind:?}").as_str(), "Uncategorized" | "InProgress")
}

/// The number of an error whose kind has no stable name.
#[track_caller]
fn number_alone<T: std::fmt::Debug>(result: io::Result<T>) -> Option<i32> {
    let error = result.unwrap_err();
    assert!(!has_a_name(error.kind()), "{error:?}");
    error.raw_os_error()
}

fn row_econnrefused() {
    let (_taken, address) = refusing();
    let error = fails(TcpStream::connect(address), ErrorKind::ConnectionRefused);
    assert_eq!(Errno::from_io_error(&error), Some(Errno::CONNREFUSED));
}

fn row_etimedout() {
    assert_eq!(kind_of(Errno::TIMEDOUT), ErrorKind::TimedOut);
    let (_listener, address, _client) = full();
    #[cfg(target_os = "linux")]
    {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket
            .set_tcp_user_timeout(Some(Duration::from_millis(1)))
            .unwrap();
        let error = fails(socket.connect(&address.into()), ErrorKind::TimedOut);
        assert_eq!(Errno::from_io_error(&error), Some(Errno::TIMEDOUT));
    }
    let error = fails(
        TcpStream::connect_timeout(&address, MOMENT),
        ErrorKind::TimedOut,
    );
    assert_eq!(error.raw_os_error(), None);
}

fn row_enetunreach() {
    assert_eq!(kind_of(Errno::NETUNREACH), ErrorKind::NetworkUnreachable);
    linux_only();
    // TCP has no broadcast.
    fails(
        TcpStream::connect("127.255.255.255:9"),
        ErrorKind::NetworkUnreachable,
    );
}

fn row_ehostunreach() {
    assert_eq!(kind_of(Errno::HOSTUNREACH), ErrorKind::HostUnreachable);
}

fn row_econnreset() {
    let (mut stream, peer) = connected();
    SockRef::from(&peer)
        .set_linger(Some(Duration::ZERO))
        .unwrap();
    drop(peer);
    let error = fails(stream.read(&mut [0]), ErrorKind::ConnectionReset);
    assert_eq!(Errno::from_io_error(&error), Some(Errno::CONNRESET));
}

fn row_epipe() {
    let (mut stream, _peer) = connected();
    stream.shutdown(Shutdown::Write).unwrap();
    let error = fails(stream.write(b"x"), ErrorKind::BrokenPipe);
    assert_eq!(Errno::from_io_error(&error), Some(Errno::PIPE));
}

fn row_econnaborted() {
    assert_eq!(kind_of(Errno::CONNABORTED), ErrorKind::ConnectionAborted);
}

fn row_eaddrinuse() {
    let listener = TcpListener::bind(loopback()).unwrap();
    let address = listener.local_addr().unwrap();
    let error = fails(TcpListener::bind(address), ErrorKind::AddrInUse);
    assert_eq!(Errno::from_io_error(&error), Some(Errno::ADDRINUSE));
    assert!(!error.to_string().contains("127.0.0.1"), "{error}");
}

fn row_eaddrnotavail() {
    // An address for documents (RFC 5737), which no machine has.
    let error = fails(
        UdpSocket::bind("198.51.100.1:0"),
        ErrorKind::AddrNotAvailable,
    );
    assert_eq!(Errno::from_io_error(&error), Some(Errno::ADDRNOTAVAIL));
}

fn row_eacces() {
    assert_eq!(kind_of(Errno::PERM), ErrorKind::PermissionDenied);
    assert_eq!(kind_of(Errno::ACCESS), ErrorKind::PermissionDenied);
    linux_only();
    let udp = UdpSocket::bind(loopback()).unwrap();
    let error = fails(
        udp.send_to(b"x", "127.255.255.255:9"),
        ErrorKind::PermissionDenied,
    );
    assert_eq!(Errno::from_io_error(&error), Some(Errno::ACCESS));
}

fn row_eagain() {
    let (mut stream, _peer) = connected();
    stream.set_read_timeout(Some(MOMENT)).unwrap();
    let passed = fails(stream.read(&mut [0]), ErrorKind::WouldBlock);
    stream.set_nonblocking(true).unwrap();
    let nothing = fails(stream.read(&mut [0]), ErrorKind::WouldBlock);
    for error in [passed, nothing] {
        assert_eq!(Errno::from_io_error(&error), Some(Errno::AGAIN));
    }
}

fn row_einprogress() {
    let listener = TcpListener::bind(loopback()).unwrap();
    let address = listener.local_addr().unwrap();
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_nonblocking(true).unwrap();
    let number = number_alone(socket.connect(&address.into()));
    assert_eq!(number, Some(libc::EINPROGRESS));
    TcpStream::connect_timeout(&address, Duration::from_secs(5)).unwrap();
}

fn row_eintr() {
    assert_eq!(kind_of(Errno::INTR), ErrorKind::Interrupted);
}

fn row_emfile() {
    if !is_own_process("row_emfile", |_| ()) {
        return;
    }
    let mut limit = getrlimit(Resource::Nofile);
    let before = limit.current;
    limit.current = Some(3);
    setrlimit(Resource::Nofile, limit).unwrap();
    let refused = TcpListener::bind(loopback());
    limit.current = before;
    setrlimit(Resource::Nofile, limit).unwrap();
    assert_eq!(number_alone(refused), Some(libc::EMFILE));
}

fn row_enotconn() {
    let udp = UdpSocket::bind(loopback()).unwrap();
    let error = fails(udp.peer_addr(), ErrorKind::NotConnected);
    assert_eq!(Errno::from_io_error(&error), Some(Errno::NOTCONN));
}

fn row_emsgsize() {
    let udp = UdpSocket::bind(loopback()).unwrap();
    let sent = udp.send_to(&vec![0; 65508], udp.local_addr().unwrap());
    assert_eq!(number_alone(sent), Some(libc::EMSGSIZE));
}

fn row_ebadf() {
    // Of a file that was opened to read, safe Rust gets it.
    let mut file = fs::File::open("/dev/null").unwrap();
    assert_eq!(number_alone(file.write(b"x")), Some(libc::EBADF));
    // A socket that is not open takes a number, and a word.
    let source = "use std::os::fd::{FromRawFd, RawFd};\n\
        pub fn f(number: RawFd) -> std::net::TcpStream {\n\
            WORD { std::net::TcpStream::from_raw_fd(number) }\n\
        }";
    assert!(is_refused(&source.replace("WORD", ""), &["E0133"]));
    assert!(!is_refused(&source.replace("WORD", "unsafe"), &[]));
}

fn row_the_name_is_not_found() {
    // No resolver is asked: a label is longer than 63 bytes.
    let host = "x".repeat(64);
    let error = (host.as_str(), 80).to_socket_addrs().unwrap_err();
    assert!(!has_a_name(error.kind()), "{error:?}");
    assert_eq!(error.raw_os_error(), None);
    assert!(!error.to_string().is_empty());
}

fn row_your_own_deadline_has_passed() {
    let (mut stream, _peer) = connected();
    stream.set_read_timeout(Some(MOMENT)).unwrap();
    let kind = if cfg!(windows) {
        ErrorKind::TimedOut
    } else {
        ErrorKind::WouldBlock
    };
    fails(stream.read(&mut [0]), kind);
    stream.set_write_timeout(Some(MOMENT)).unwrap();
    let much = vec![0; super::support::TOO_MUCH];
    fails(stream.write_all(&much), kind);
    let (_listener, address, _client) = full();
    let error = fails(
        TcpStream::connect_timeout(&address, MOMENT),
        ErrorKind::TimedOut,
    );
    assert_eq!(error.raw_os_error(), None);
}

fn row_the_peer_ended_early() {
    let (mut stream, mut peer) = connected();
    peer.write_all(b"12").unwrap();
    drop(peer);
    fails(stream.read_exact(&mut [0; 4]), ErrorKind::UnexpectedEof);
    assert_eq!(stream.read(&mut [0; 4]).unwrap(), 0);
    assert_eq!(stream.read_to_end(&mut Vec::new()).unwrap(), 0);
    assert_eq!(
        BufReader::new(stream)
            .read_line(&mut String::new())
            .unwrap(),
        0
    );
}

fn row_not_utf_8() {
    let bad = b"a\xff".to_vec();
    let _: str::Utf8Error = str::from_utf8(&bad).unwrap_err();
    let _: std::string::FromUtf8Error = String::from_utf8(bad).unwrap_err();
    let (stream, mut peer) = connected();
    peer.write_all(b"a\xff\n").unwrap();
    let mut reader = BufReader::new(stream);
    fails(reader.read_line(&mut String::new()), ErrorKind::InvalidData);
}

fn row_a_port_over_65535() {
    assert!("127.0.0.1:70000".parse::<SocketAddr>().is_err());
    assert!("70000".parse::<u16>().is_err());
}
