//! A free address on loopback for each program.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use socket2::{Domain, Socket, Type};

/// The first port. All of them are below those that systems give to clients, so no connection takes
/// one in between, and none of ours can connect to itself.
const PORT_FIRST: u16 = 20_000;

/// Number of ports.
const PORT_COUNT: u32 = 10_000;

/// An address that no other judge on this machine gives away meanwhile.
pub(super) struct Claim {
    pub(super) address: SocketAddr,
    /// A UDP socket at the same port, which is separate from TCP's: among judges it marks the number as
    /// taken, and it goes with its process. The TCP port must stay free for the program, which may
    /// take a second to bind it: another judge that found it free would talk to this program.
    _mark: UdpSocket,
}

/// An address where nothing listens.
pub(super) fn free() -> io::Result<Claim> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let start = start();
    claim((0..1000).map(|_| {
        let number = start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % PORT_COUNT;
        PORT_FIRST + u16::try_from(number).unwrap_or_default()
    }))
}

/// Claims the first of these ports that is free.
fn claim(ports: impl Iterator<Item = u16>) -> io::Result<Claim> {
    for port in ports {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if let Ok(mark) = UdpSocket::bind(address)
            && bind(address).is_ok()
        {
            return Ok(Claim {
                address,
                _mark: mark,
            });
        }
    }
    Err(io::ErrorKind::AddrInUse.into())
}

/// An address where nothing listens, and nothing else can while the socket exists.
pub(super) fn reserve() -> io::Result<(Socket, SocketAddr)> {
    let socket = bind((Ipv4Addr::LOCALHOST, 0).into())?;
    let address = socket.local_addr()?.as_socket();
    let address = address.ok_or(io::ErrorKind::AddrNotAvailable)?;
    Ok((socket, address))
}

/// An address that no UDP socket has.
pub(super) fn free_for_datagrams() -> io::Result<SocketAddr> {
    UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

/// Binds a socket without SO_REUSEADDR, which the learner's program may not set either.
fn bind(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

/// The number at which to begin: two judges at the same time begin at different ones.
fn start() -> u32 {
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH);
    let nanos = nanos.map_or(0, |time| time.subsec_nanos());
    process::id().wrapping_mul(7919).wrapping_add(nanos / 1000)
}

/// A listener of the judge, with a small buffer where the peer will not read.
pub(super) fn listen(small: bool) -> io::Result<TcpListener> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    if small {
        socket.set_recv_buffer_size(SMALL_BUFFER_BYTES)?;
    }
    socket.bind(&address.into())?;
    socket.listen(128)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// Receive buffer of a peer that will not read: the program notices that sooner.
pub(super) const SMALL_BUFFER_BYTES: usize = 32 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks that the next address is claimed where the first is taken.
    #[track_caller]
    fn check(taken: impl FnOnce(u16) -> io::Result<Box<dyn std::any::Any>>) {
        let first = free().expect("a free port");
        let port = first.address.port();
        drop(first);
        let held = taken(port).expect("the port that was free just now");
        let next = free().expect("another").address.port();
        let claimed = claim([port, next].into_iter()).expect("the other");
        assert_eq!(claimed.address.port(), next);
        drop(held);
    }

    #[test]
    fn an_address_that_another_judge_has_given_away_is_left_alone_before_its_program_listens() {
        check(|port| Ok(Box::new(claim([port].into_iter())?)));
    }

    #[test]
    fn an_address_where_something_listens_is_left_alone() {
        check(|port| Ok(Box::new(TcpListener::bind((Ipv4Addr::LOCALHOST, port))?)));
    }

    #[test]
    fn a_program_can_listen_where_the_judge_said() {
        let claim = free().expect("a free port");
        TcpListener::bind(claim.address).expect("the address is the program's");
    }
}
