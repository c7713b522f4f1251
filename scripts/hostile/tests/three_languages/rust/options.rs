//! The rows of "Options".

use std::fs;
use std::io::{ErrorKind, Read};
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::time::Duration;

use rustix::io::Errno;
use socket2::{Domain, SockRef, Socket, Type};

use super::support::{MOMENT, connected, fails, ipv6_only, is_refused, linux_only, loopback, rows};

rows![
    row_so_reuseaddr,
    row_so_reuseport,
    row_ipv6_v6only,
    row_tcp_nodelay,
    row_so_keepalive,
    row_so_linger,
    row_so_rcvbuf_so_sndbuf,
    row_so_rcvtimeo_so_sndtimeo,
    row_so_broadcast,
    row_ip_ttl,
    row_ip_add_membership,
    row_tcp_user_timeout,
    row_ip_recverr,
];

/// A program that calls this method of the standard library's `TcpStream`.
fn of_a_stream(call: &str) -> String {
    format!("pub fn f(stream: std::net::TcpStream) {{ let _ = stream.{call}; }}")
}

/// A method that is not there, or only behind a feature.
const MISSING: &[&str] = &["E0599", "E0658"];

/// A TCP socket that is nothing else yet.
fn socket() -> Socket {
    Socket::new(Domain::IPV4, Type::STREAM, None).unwrap()
}

fn row_so_reuseaddr() {
    let listener = TcpListener::bind(loopback()).unwrap();
    assert!(SockRef::from(&listener).reuse_address().unwrap());
    let udp = UdpSocket::bind(loopback()).unwrap();
    assert!(!SockRef::from(&udp).reuse_address().unwrap());
    let socket = socket();
    assert!(!socket.reuse_address().unwrap());
    socket.set_reuse_address(true).unwrap();
    assert!(socket.reuse_address().unwrap());
}

fn row_so_reuseport() {
    let [first, second] = [socket(), socket()];
    first.set_reuse_port(true).unwrap();
    second.set_reuse_port(true).unwrap();
    first.bind(&loopback().into()).unwrap();
    // The same port twice.
    second.bind(&first.local_addr().unwrap()).unwrap();
}

fn row_ipv6_v6only() {
    ipv6_only();
    let socket = Socket::new(Domain::IPV6, Type::STREAM, None).unwrap();
    let default = socket.only_v6().unwrap();
    socket.set_only_v6(true).unwrap();
    assert!(socket.only_v6().unwrap());
    if cfg!(target_os = "linux") {
        // Linux sets it for every address but :: and those of IPv4.
        let listener = TcpListener::bind("[::ffff:127.0.0.1]:0");
        let only_v6 = listener.map(|listener| SockRef::from(&listener).only_v6().unwrap());
        assert_eq!(only_v6.unwrap_or(true), default);
    }
}

fn row_tcp_nodelay() {
    let (stream, peer) = connected();
    assert!(!stream.nodelay().unwrap() && !peer.nodelay().unwrap());
    stream.set_nodelay(true).unwrap();
    assert!(stream.nodelay().unwrap());
}

fn row_so_keepalive() {
    let (stream, peer) = connected();
    let [stream, peer] = [SockRef::from(&stream), SockRef::from(&peer)];
    assert!(!stream.keepalive().unwrap() && !peer.keepalive().unwrap());
    stream.set_keepalive(true).unwrap();
    assert!(stream.keepalive().unwrap());
    assert!(is_refused(&of_a_stream("set_keepalive(true)"), MISSING));
}

fn row_so_linger() {
    let (mut stream, peer) = connected();
    SockRef::from(&peer)
        .set_linger(Some(Duration::ZERO))
        .unwrap();
    drop(peer);
    if cfg!(target_os = "linux") {
        fails(stream.read(&mut [0]), ErrorKind::ConnectionReset);
    }
    assert!(is_refused(&of_a_stream("set_linger(None)"), MISSING));
}

fn row_so_rcvbuf_so_sndbuf() {
    let n = 20_000;
    let socket = socket();
    socket.set_recv_buffer_size(n).unwrap();
    socket.set_send_buffer_size(n).unwrap();
    if cfg!(target_os = "linux") {
        assert_eq!(socket.recv_buffer_size().unwrap(), 2 * n);
        assert_eq!(socket.send_buffer_size().unwrap(), 2 * n);
    }
}

fn row_so_rcvtimeo_so_sndtimeo() {
    let (stream, _peer) = connected();
    stream.set_read_timeout(Some(MOMENT)).unwrap();
    stream.set_write_timeout(Some(2 * MOMENT)).unwrap();
    // What socket2 asks for are the options.
    let options = SockRef::from(&stream);
    let close_to = |told: Option<Duration>, set| told.unwrap().abs_diff(set) < MOMENT / 2;
    assert!(close_to(options.read_timeout().unwrap(), MOMENT));
    assert!(close_to(options.write_timeout().unwrap(), 2 * MOMENT));
}

fn row_so_broadcast() {
    linux_only();
    let udp = UdpSocket::bind(loopback()).unwrap();
    // The broadcast address of loopback.
    let all = "127.255.255.255:9";
    fails(udp.send_to(b"x", all), ErrorKind::PermissionDenied);
    udp.set_broadcast(true).unwrap();
    assert_eq!(udp.send_to(b"x", all).unwrap(), 1);
}

fn row_ip_ttl() {
    let (stream, _peer) = connected();
    for n in [1, 255] {
        stream.set_ttl(n).unwrap();
        assert_eq!(stream.ttl().unwrap(), n);
    }
    if cfg!(target_os = "linux") {
        for n in [0, 256] {
            fails(stream.set_ttl(n), ErrorKind::InvalidInput);
        }
    }
}

fn row_ip_add_membership() {
    let udp = UdpSocket::bind(loopback()).unwrap();
    let (group, interface) = (Ipv4Addr::new(239, 255, 1, 2), Ipv4Addr::LOCALHOST);
    udp.join_multicast_v4(&group, &interface).unwrap();
    let twice = udp.join_multicast_v4(&group, &interface).unwrap_err();
    assert_eq!(Errno::from_io_error(&twice), Some(Errno::ADDRINUSE));
}

fn row_tcp_user_timeout() {
    linux_only();
    #[cfg(target_os = "linux")]
    {
        let socket = socket();
        let timeout = Some(Duration::from_millis(1500));
        socket.set_tcp_user_timeout(timeout).unwrap();
        assert_eq!(socket.tcp_user_timeout().unwrap(), timeout);
    }
}

fn row_ip_recverr() {
    let folder = session::root().unwrap().join("examples/14_ping");
    let read = |file| fs::read_to_string(folder.join(file)).unwrap();
    assert!(read("Cargo.toml").contains("\nnix = "));
    assert!(read("error_queue.rs").contains("setsockopt(socket, Ipv4RecvErr, "));
}
