//! The rows of "Reading and writing".

use std::fs;
use std::io::{BufRead, BufReader, BufWriter, ErrorKind, Read, Write};
use std::net::UdpSocket;

use rustix::io::Errno;

use super::support::{
    PRELOADED, TOO_MUCH, Waiting, connected, fails, has_nothing, is_own_process, linux_only,
    loopback, preloads, rows,
};

rows![
    row_read_some,
    row_read_exactly_n_bytes,
    row_read_to_the_end,
    row_read_a_line,
    row_look_without_taking,
    row_send_some,
    row_send_all,
    row_collect_then_send,
    row_send_a_datagram,
    row_receive_a_datagram,
    row_send_when_the_peer_takes_no_more,
];

fn row_read_some() {
    let n = 100;
    let (mut stream, mut peer) = connected();
    let mut buffer = [0; 100];
    peer.write_all(b"hi").unwrap();
    assert_eq!(stream.read(&mut buffer).unwrap(), 2);
    peer.write_all(b"there").unwrap();
    let mut buffer = Vec::with_capacity(n);
    assert!(matches!(stream.read(&mut buffer), Ok(0)), "its length is 0");
    buffer.resize(n, 0);
    assert_eq!(stream.read(&mut buffer).unwrap(), 5);
    drop(peer);
    assert!(matches!(stream.read(&mut buffer), Ok(0)));
}

fn row_read_exactly_n_bytes() {
    let (mut stream, mut peer) = connected();
    peer.write_all(b"12").unwrap();
    let waiting = Waiting::start(move || {
        let mut buffer = [0; 4];
        let first = stream.read_exact(&mut buffer).map(|()| buffer);
        (first, stream.read_exact(&mut buffer))
    });
    peer.write_all(b"345").unwrap();
    drop(peer);
    let (first, second) = waiting.ends();
    assert_eq!(&first.unwrap(), b"1234");
    fails(second, ErrorKind::UnexpectedEof);
}

fn row_read_to_the_end() {
    let limit = 3;
    let (stream, mut peer) = connected();
    peer.write_all(b"12345").unwrap();
    let mut limited = stream.take(limit);
    let mut all = Vec::new();
    limited.read_to_end(&mut all).unwrap();
    assert_eq!(all, b"123");
    let mut stream = limited.into_inner();
    let waiting = Waiting::start(move || {
        let mut all = Vec::new();
        stream.read_to_end(&mut all).map(|_| all)
    });
    peer.write_all(b"6").unwrap();
    drop(peer);
    assert_eq!(waiting.ends().unwrap(), b"456");
}

fn row_read_a_line() {
    let (stream, mut peer) = connected();
    let other = stream.try_clone().unwrap();
    peer.write_all(b"one\ntwo\n").unwrap();
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line).unwrap();
    assert_eq!(line, b"one\n");
    assert!(has_nothing(&other), "the second line is in the reader");
    line.clear();
    reader.read_until(b'\n', &mut line).unwrap();
    assert_eq!(line, b"two\n");
}

fn row_look_without_taking() {
    let (mut stream, mut peer) = connected();
    peer.write_all(b"hi").unwrap();
    let mut buffer = [0; 100];
    assert_eq!(stream.peek(&mut buffer).unwrap(), 2);
    assert_eq!(stream.read(&mut buffer).unwrap(), 2);
}

fn row_send_some() {
    let (mut stream, _peer) = connected();
    let data = b"hi";
    assert_eq!(stream.write(data).unwrap(), 2);
    stream.set_nonblocking(true).unwrap();
    let data = &vec![0; TOO_MUCH];
    let n = stream.write(data).unwrap();
    assert!(0 < n && n < data.len(), "{n}");
}

fn row_send_all() {
    let (mut stream, mut peer) = connected();
    let data = &vec![0; 8 << 20];
    let waiting = Waiting::start(move || {
        let mut all = vec![0; 8 << 20];
        peer.read_exact(&mut all).map(|()| peer)
    });
    stream.write_all(data).unwrap();
    let _peer = waiting.ends().unwrap();
    stream.set_nonblocking(true).unwrap();
    let error = fails(stream.write_all(&vec![0; TOO_MUCH]), ErrorKind::WouldBlock);
    assert!(error.get_ref().is_none(), "only a number: {error:?}");
}

fn row_collect_then_send() {
    let (stream, mut peer) = connected();
    let mut two = [0; 2];
    let mut writer = BufWriter::new(stream);
    writer.write_all(b"a").unwrap();
    writer.write_all(b"b").unwrap();
    assert!(has_nothing(&peer));
    writer.flush().unwrap();
    peer.read_exact(&mut two).unwrap();
    assert_eq!(&two, b"ab");
    let mut stream: std::net::TcpStream = writer.into_inner().unwrap();
    stream.write_all(b"cd").unwrap();
    peer.read_exact(&mut two).unwrap();
    assert_eq!(&two, b"cd", "there is no buffer");
    stream.flush().unwrap();
    assert!(has_nothing(&peer));
}

fn row_send_a_datagram() {
    let [udp, peer] = [0; 2].map(|_| UdpSocket::bind(loopback()).unwrap());
    let address = peer.local_addr().unwrap();
    let data = &[0; 8000];
    assert_eq!(udp.send_to(data, address).unwrap(), data.len());
    assert_eq!(peer.recv(&mut [0; 9000]).unwrap(), data.len());
    let error = udp.send_to(&vec![0; 65508], address).unwrap_err();
    assert_eq!(Errno::from_io_error(&error), Some(Errno::MSGSIZE));
}

fn row_receive_a_datagram() {
    let [udp, peer] = [0; 2].map(|_| UdpSocket::bind(loopback()).unwrap());
    let (address, from) = (udp.local_addr().unwrap(), peer.local_addr().unwrap());
    for data in [&b"12345"[..], b"", b"67"] {
        peer.send_to(data, address).unwrap();
    }
    let mut buffer = [0; 3];
    assert_eq!(udp.recv_from(&mut buffer).unwrap(), (3, from));
    assert_eq!(udp.recv_from(&mut buffer).unwrap(), (0, from));
    assert_eq!(udp.recv_from(&mut buffer).unwrap(), (2, from));
}

fn row_send_when_the_peer_takes_no_more() {
    let (mut stream, _peer) = connected();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let error = fails(stream.write(b"x"), ErrorKind::BrokenPipe);
    assert_eq!(Errno::from_io_error(&error), Some(Errno::PIPE));
    linux_only();
    // A process that Rust has started, with the default of SIGPIPE, and one that keeps it.
    let row = "row_send_when_the_peer_takes_no_more";
    let ignores = std::env::var_os(PRELOADED).is_none();
    if is_own_process(row, |_| ()) {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let ignored = u64::from_str_radix(ignored.unwrap().trim(), 16).unwrap();
        // SIGPIPE is 13. Where it is not ignored, this process is here all the same, past the
        // write above.
        let is_ignored = ignored & (1 << 12) != 0;
        assert_eq!(is_ignored, ignores, "its send has MSG_NOSIGNAL");
        return;
    }
    is_own_process(row, preloads);
}
