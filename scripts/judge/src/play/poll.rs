//! Waiting until a socket can be read or written, or a program has written something, whichever
//! comes first.

use std::time::Duration;

use session::run::doorbell::Doorbell;
use socket2::SockRef;

/// A socket, and what to wait for at it.
#[cfg_attr(
    not(unix),
    allow(dead_code, reason = "no call waits for pipes and sockets there")
)]
pub(super) struct Interest<'a> {
    pub(super) socket: SockRef<'a>,
    pub(super) read: bool,
    pub(super) write: bool,
}

/// Waits for one of these, for at most `time`. Whether one was ready.
#[cfg(unix)]
pub(super) fn wait(doorbell: Option<&Doorbell>, sockets: &[Interest<'_>], time: Duration) -> bool {
    use std::os::fd::AsFd;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    let socket = |of: &Interest<'_>| {
        let mut flags = PollFlags::empty();
        flags.set(PollFlags::IN, of.read);
        flags.set(PollFlags::OUT, of.write);
        flags
    };
    let mut all: Vec<PollFd<'_>> = sockets
        .iter()
        .map(|of| PollFd::from_borrowed_fd(of.socket.as_fd(), socket(of)))
        .collect();
    all.extend(doorbell.map(|bell| PollFd::from_borrowed_fd(bell.as_fd(), PollFlags::IN)));
    let time = Timespec::try_from(time).ok();
    // A signal, or a system without room for the list, ends the wait like anything else.
    poll(&mut all, time.as_ref()).is_ok_and(|ready| ready > 0)
}

/// Sleeps, since no call waits for pipes and sockets together: what is there is found after a while.
#[cfg(not(unix))]
pub(super) fn wait(_: Option<&Doorbell>, _: &[Interest<'_>], time: Duration) -> bool {
    std::thread::sleep(time.min(Duration::from_millis(4)));
    false
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Write;
    use std::net::{Ipv4Addr, TcpListener, TcpStream};
    use std::time::Instant;

    use super::*;

    /// A pair of connected sockets.
    fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("its address");
        let one = TcpStream::connect(address).expect("a connection");
        (one, listener.accept().expect("its other end").0)
    }

    fn reads(stream: &TcpStream) -> Interest<'_> {
        Interest {
            socket: SockRef::from(stream),
            read: true,
            write: false,
        }
    }

    #[test]
    fn what_comes_ends_the_wait() {
        let (one, mut other) = pair();
        other.write_all(b"x").expect("room for a byte");
        let began = Instant::now();
        assert!(wait(None, &[reads(&one)], Duration::from_secs(60)));
        assert!(began.elapsed() < Duration::from_secs(50));
    }

    #[test]
    fn a_wait_in_vain_is_as_long_as_it_says() {
        let (one, _other) = pair();
        let began = Instant::now();
        assert!(!wait(None, &[reads(&one)], Duration::from_millis(20)));
        assert!(began.elapsed() >= Duration::from_millis(20));
    }
}
