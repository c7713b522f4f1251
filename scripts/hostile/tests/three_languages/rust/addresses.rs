//! The rows of "Addresses and sockets".

use std::io::{ErrorKind, Read, Write};
use std::net::{
    IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6, TcpListener, TcpStream, UdpSocket,
};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::UnixStream;
use std::{env, fs, process};

use rustix::io::{FdFlags, fcntl_getfd};
use socket2::{Domain, Protocol, Socket, Type};

use super::support::{connected, ipv6_only, loopback, rows};

rows![
    row_ipv4_address_and_port,
    row_ipv6_address_and_port,
    row_every_ipv4_address_of_this_machine,
    row_loopback_address,
    row_any_free_port,
    row_text_ip_address,
    row_ip_address_text,
    row_tcp_socket,
    row_udp_socket,
    row_ipv6_socket,
    row_between_processes_of_this_machine,
    row_two_connected_sockets,
    row_raw_socket,
    row_one_more_descriptor,
    row_number_of_the_descriptor,
    row_local_address,
    row_peer_s_address,
];

fn row_ipv4_address_and_port() {
    let address: SocketAddr = "127.0.0.1:9999".parse().unwrap();
    let udp = UdpSocket::bind(loopback()).unwrap();
    // The connect of a UDP socket sends nothing.
    udp.connect(address).unwrap();
    assert_eq!(udp.peer_addr().unwrap(), address);
    assert_eq!(address.port(), 9999);
}

fn row_ipv6_address_and_port() {
    let address: SocketAddr = "[::1]:9999".parse().unwrap();
    let parts = SocketAddrV6::new(Ipv6Addr::LOCALHOST, 9999, 0, 0);
    assert_eq!(address, SocketAddr::V6(parts));
    ipv6_only();
    let udp = UdpSocket::bind("[::1]:0").unwrap();
    udp.connect(address).unwrap();
    assert_eq!(udp.peer_addr().unwrap(), address);
}

fn row_every_ipv4_address_of_this_machine() {
    let every = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    // Bound only: nothing outside this machine can connect to a socket that does not listen.
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&every.into()).unwrap();
    let local = socket.local_addr().unwrap().as_socket().unwrap();
    assert_eq!(local.ip().to_string(), "0.0.0.0");
}

fn row_loopback_address() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    assert_eq!(listener.local_addr().unwrap().ip().to_string(), "127.0.0.1");
}

fn row_any_free_port() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    assert_ne!(listener.local_addr().unwrap().port(), 0);
}

fn row_text_ip_address() {
    let text = "127.0.0.1";
    assert_eq!(text.parse::<IpAddr>().unwrap(), Ipv4Addr::LOCALHOST);
    let text = "127.1";
    assert!(text.parse::<IpAddr>().is_err());
}

fn row_ip_address_text() {
    let ip = IpAddr::from([127, 0, 0, 1]);
    assert_eq!(ip.to_string(), "127.0.0.1");
}

fn row_tcp_socket() {
    let closes_on_exec =
        |socket: &dyn AsFd| fcntl_getfd(socket.as_fd()).unwrap() == FdFlags::CLOEXEC;
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    assert!(closes_on_exec(&socket));
    // In the standard library: part of bind, connect and accept.
    let listener = TcpListener::bind(loopback()).unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (accepted, _) = listener.accept().unwrap();
    assert!(closes_on_exec(&listener) && closes_on_exec(&stream) && closes_on_exec(&accepted));
}

fn row_udp_socket() {
    let address = loopback();
    let udp = UdpSocket::bind(address).unwrap();
    assert_ne!(udp.local_addr().unwrap().port(), 0, "it is bound");
}

fn row_ipv6_socket() {
    ipv6_only();
    let listener = TcpListener::bind("[::1]:0").unwrap();
    assert!(listener.local_addr().unwrap().is_ipv6());
    let socket = Socket::new(Domain::IPV6, Type::STREAM, None).unwrap();
    assert!(socket.local_addr().unwrap().is_ipv6());
}

fn row_between_processes_of_this_machine() {
    let path = env::temp_dir().join(format!("three_languages.{}", process::id()));
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let stream = UnixStream::connect(&path);
    fs::remove_file(&path).unwrap();
    let (mut peer, _) = listener.accept().unwrap();
    stream.unwrap().write_all(b"hi").unwrap();
    let mut all = String::new();
    peer.read_to_string(&mut all).unwrap();
    assert_eq!(all, "hi");
}

fn row_two_connected_sockets() {
    let (mut one, mut other) = UnixStream::pair().unwrap();
    one.write_all(b"hi").unwrap();
    let mut two = [0; 2];
    other.read_exact(&mut two).unwrap();
    assert_eq!(&two, b"hi");
}

fn row_raw_socket() {
    let opened = Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::ICMPV4));
    let denied = opened.is_err_and(|error| error.kind() == ErrorKind::PermissionDenied);
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let privileged = match effective {
        // The bit of CAP_NET_RAW, see capabilities(7).
        Some(bits) => u64::from_str_radix(bits.trim(), 16).unwrap() & (1 << 13) != 0,
        None => rustix::process::geteuid().is_root(),
    };
    assert!(privileged || denied, "without privileges");
}

fn row_one_more_descriptor() {
    let (stream, mut peer) = connected();
    let mut other = stream.try_clone().unwrap();
    assert_ne!(other.as_raw_fd(), stream.as_raw_fd());
    other.set_nodelay(true).unwrap();
    assert!(stream.nodelay().unwrap());
    drop(stream);
    other.write_all(b"hi").unwrap();
    let mut two = [0; 2];
    peer.read_exact(&mut two).unwrap();
}

fn row_number_of_the_descriptor() {
    let (stream, _peer) = connected();
    assert!(stream.as_raw_fd() > 2);
}

fn row_local_address() {
    let listener = TcpListener::bind(loopback()).unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (_peer, address) = listener.accept().unwrap();
    assert_eq!(stream.local_addr().unwrap(), address);
}

fn row_peer_s_address() {
    let listener = TcpListener::bind(loopback()).unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    assert_eq!(stream.peer_addr().unwrap(), listener.local_addr().unwrap());
}
