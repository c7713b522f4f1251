//! A free address on loopback for each program.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use socket2::{Domain, Socket, Type};

/// Below the ports that systems give to clients: nobody's connection takes one in between, and
/// no connection of ours can meet itself.
const FIRST: u16 = 20_000;
const COUNT: u32 = 10_000;

/// An address where nobody listens.
pub(super) fn free() -> io::Result<SocketAddr> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let start = start();
    for _ in 0..1000 {
        let number = start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % COUNT;
        let port = FIRST + u16::try_from(number).unwrap_or_default();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if bind(address).is_ok() {
            return Ok(address);
        }
    }
    Err(io::ErrorKind::AddrInUse.into())
}

/// An address where nobody listens, and nobody else can for as long as the socket is there.
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

/// Without SO_REUSEADDR, which the learner's program may not set either.
fn bind(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

/// Two judges at the same time begin at different places.
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
        socket.set_recv_buffer_size(SMALL)?;
    }
    socket.bind(&address.into())?;
    socket.listen(128)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

/// A peer that does not read is felt sooner.
pub(super) const SMALL: usize = 32 * 1024;
