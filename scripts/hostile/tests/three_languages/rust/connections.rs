//! The rows of "Connecting, listening, accepting".

use std::fs;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

use socket2::{Domain, SockRef, Socket, Type};

use super::support::{MOMENT, fails, full, has_nothing, ipv6_only, loopback, refusing, rows};

rows![
    row_bind,
    row_listen,
    row_everything_up_to_listening,
    row_accept,
    row_connect,
    row_connect_to_a_name,
    row_connect_with_a_deadline,
    row_set_the_peer_of_a_udp_socket,
];

fn row_bind() {
    let listener = TcpListener::bind(loopback()).unwrap();
    UdpSocket::bind(loopback()).unwrap();
    // A TCP client.
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&loopback().into()).unwrap();
    let bound = socket.local_addr().unwrap();
    socket
        .connect(&listener.local_addr().unwrap().into())
        .unwrap();
    let (_peer, from) = listener.accept().unwrap();
    assert_eq!(bound.as_socket(), Some(from));
}

fn row_listen() {
    let n = 1;
    let (socket, address) = refusing();
    socket.listen(n).unwrap();
    let listener = TcpListener::bind(loopback()).unwrap();
    if cfg!(target_os = "linux") {
        let somaxconn = fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap();
        let somaxconn: usize = somaxconn.trim().parse().unwrap();
        assert_eq!(queue(address), somaxconn.min(1));
        assert_eq!(queue(listener.local_addr().unwrap()), somaxconn.min(128));
    }
}

/// The length of a queue: Linux takes one connection more, then it drops a SYN.
fn queue(address: SocketAddr) -> usize {
    let mut clients = Vec::new();
    loop {
        match TcpStream::connect_timeout(&address, 4 * MOMENT) {
            Ok(client) => clients.push(client),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::TimedOut);
                return clients.len() - 1;
            }
        }
    }
}

fn row_everything_up_to_listening() {
    let address = loopback();
    let listener = TcpListener::bind(address).unwrap();
    assert!(SockRef::from(&listener).reuse_address().unwrap());
    TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    ipv6_only();
    let listener = TcpListener::bind("[::1]:0").unwrap();
    assert!(SockRef::from(&listener).reuse_address().unwrap());
    if cfg!(target_os = "linux") {
        let default = fs::read_to_string("/proc/sys/net/ipv6/bindv6only").unwrap();
        // 127.0.0.1 as an address of IPv6: a socket for IPv6 only refuses it.
        let listener = TcpListener::bind("[::ffff:127.0.0.1]:0");
        match default.trim() == "1" {
            true => assert!(listener.is_err()),
            false => {
                let listener = listener.unwrap();
                let port = listener.local_addr().unwrap().port();
                TcpStream::connect(("127.0.0.1", port)).unwrap();
            }
        }
    }
}

fn row_accept() {
    let listener = TcpListener::bind(loopback()).unwrap();
    let address = listener.local_addr().unwrap();
    let first = TcpStream::connect(address).unwrap();
    let second = TcpStream::connect(address).unwrap();
    let (_peer, from) = listener.accept().unwrap();
    assert_eq!(first.local_addr().unwrap(), from);
    let next = listener.incoming().next().unwrap().unwrap();
    assert_eq!(second.local_addr().unwrap(), next.peer_addr().unwrap());
}

fn row_connect() {
    let listener = TcpListener::bind(loopback()).unwrap();
    let address = listener.local_addr().unwrap();
    let stream = TcpStream::connect(address).unwrap();
    assert_eq!(stream.peer_addr().unwrap(), address);
}

fn row_connect_to_a_name() {
    let listener = TcpListener::bind(loopback()).unwrap();
    let works = listener.local_addr().unwrap();
    let (host, port) = ("localhost", works.port());
    TcpStream::connect((host, port)).unwrap();
    // A name that has these addresses.
    let (_taken, refused) = refusing();
    let stream = TcpStream::connect(&[refused, works][..]).unwrap();
    assert_eq!(stream.peer_addr().unwrap(), works);
    let all = [refused, refused];
    fails(TcpStream::connect(&all[..]), ErrorKind::ConnectionRefused);
    if cfg!(target_os = "linux") {
        // TCP has no broadcast.
        let unreachable = SocketAddr::from(([127, 255, 255, 255], refused.port()));
        let all = [refused, unreachable];
        fails(TcpStream::connect(&all[..]), ErrorKind::NetworkUnreachable);
        let all = [unreachable, refused];
        fails(TcpStream::connect(&all[..]), ErrorKind::ConnectionRefused);
    }
}

fn row_connect_with_a_deadline() {
    let five = Duration::from_secs(5);
    let listener = TcpListener::bind(loopback()).unwrap();
    let address = listener.local_addr().unwrap();
    let stream = TcpStream::connect_timeout(&address, five).unwrap();
    assert_eq!(stream.read_timeout().unwrap(), None);
    assert_eq!(stream.write_timeout().unwrap(), None);
    if cfg!(target_os = "linux") {
        let (_listener, address, _client) = full();
        fails(
            TcpStream::connect_timeout(&address, MOMENT),
            ErrorKind::TimedOut,
        );
    }
}

fn row_set_the_peer_of_a_udp_socket() {
    let [udp, peer, stranger] = [0; 3].map(|_| UdpSocket::bind(loopback()).unwrap());
    let address = peer.local_addr().unwrap();
    let own = udp.local_addr().unwrap();
    udp.connect(address).unwrap();
    assert!(has_nothing(&peer), "connect sent something");
    stranger.send_to(b"no", own).unwrap();
    assert!(has_nothing(&udp), "a stranger came through");
    peer.send_to(b"yes", own).unwrap();
    let mut buffer = [0; 10];
    assert_eq!(udp.recv_from(&mut buffer).unwrap(), (3, address));
}
