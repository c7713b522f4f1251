//! The rows of "Waiting".

use std::io::{ErrorKind, Read, Write};
use std::mem::MaybeUninit;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::net::RecvFlags;
use socket2::{Domain, SockRef, Socket, Type};

use super::support::{
    MOMENT, TOO_MUCH, Waiting, connected, fails, full, is_own_process, linux_only, loopback,
    preloads, refusing, rows, until,
};

rows![
    row_deadline_for_reading,
    row_deadline_for_writing,
    row_no_deadline,
    row_a_deadline_of_zero,
    row_deadline_for_accept,
    row_do_not_wait,
    row_do_not_wait_this_once,
    row_has_the_connection_failed,
    row_wait_for_several,
    row_a_signal_interrupts_the_wait,
];

/// The kind of a deadline that has passed.
const PASSED: ErrorKind = if cfg!(windows) {
    ErrorKind::TimedOut
} else {
    ErrorKind::WouldBlock
};

fn row_deadline_for_reading() {
    let five = Duration::from_secs(5);
    let (mut stream, _peer) = connected();
    stream.set_read_timeout(Some(five)).unwrap();
    assert_eq!(stream.read_timeout().unwrap(), Some(five));
    stream.set_read_timeout(Some(MOMENT)).unwrap();
    fails(stream.read(&mut [0]), PASSED);
    assert!(matches!(
        PASSED,
        ErrorKind::WouldBlock | ErrorKind::TimedOut
    ));
}

fn row_deadline_for_writing() {
    let five = Duration::from_secs(5);
    let (stream, _peer) = connected();
    stream.set_write_timeout(Some(five)).unwrap();
    assert_eq!(stream.write_timeout().unwrap(), Some(five));
    linux_only();
    // On a busy machine the reader may pause for about as long as the deadline: that shows nothing.
    until("the deadline is for each call", || {
        let (written, longest_pause) = writes_to_a_slow_reader();
        assert!(written || longest_pause > WRITING / 2);
        written
    });
}

/// How long a call of send may wait; the reader takes what is there, eight times as often.
const WRITING: Duration = Duration::from_millis(400);

/// Whether one `write` sent a part, and `write_all` the rest, for longer than its deadline; the
/// longest pause of the reader.
fn writes_to_a_slow_reader() -> (bool, Duration) {
    let small = 1 << 14;
    let listener = TcpListener::bind(loopback()).unwrap();
    let option = SockRef::from(&listener);
    option.set_recv_buffer_size(small).unwrap();
    let mut stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let option = SockRef::from(&stream);
    option.set_send_buffer_size(small).unwrap();
    stream.set_write_timeout(Some(WRITING)).unwrap();
    let (mut peer, _) = listener.accept().unwrap();
    let (done, is_done) = channel::<()>();
    let reader = thread::spawn(move || {
        let mut buffer = vec![0; 1 << 20];
        let (mut longest, mut last) = (Duration::ZERO, Instant::now());
        while is_done.recv_timeout(WRITING / 8) == Err(RecvTimeoutError::Timeout) {
            let _some = peer.read(&mut buffer).unwrap();
            longest = longest.max(last.elapsed());
            last = Instant::now();
        }
        longest
    });
    let data = vec![0; 1 << 20];
    let began = Instant::now();
    let count = stream.write(&data);
    let wrote = began.elapsed();
    let all = count.and_then(|count| {
        assert!(0 < count && count < data.len(), "{count}");
        // The kernel counts in ticks of some milliseconds.
        assert!(wrote > WRITING / 2, "{wrote:?}");
        stream.write_all(&data[count..])
    });
    let wrote_all = began.elapsed() - wrote;
    drop((done, stream));
    let longest = reader.join().unwrap();
    match all {
        Ok(()) => assert!(wrote_all > WRITING, "{wrote_all:?}"),
        Err(ref error) => assert_eq!(error.kind(), PASSED),
    }
    (all.is_ok(), longest)
}

fn row_no_deadline() {
    let (mut stream, mut peer) = connected();
    assert_eq!(stream.read_timeout().unwrap(), None);
    assert_eq!(stream.write_timeout().unwrap(), None);
    stream.set_read_timeout(Some(MOMENT)).unwrap();
    stream.set_read_timeout(None).unwrap();
    let waiting = Waiting::start(move || stream.read(&mut [0]));
    peer.write_all(b"x").unwrap();
    assert_eq!(waiting.ends().unwrap(), 1);
}

fn row_a_deadline_of_zero() {
    let (stream, _peer) = connected();
    let zero = Some(Duration::ZERO);
    fails(stream.set_read_timeout(zero), ErrorKind::InvalidInput);
    fails(stream.set_write_timeout(zero), ErrorKind::InvalidInput);
}

fn row_deadline_for_accept() {
    let listener = TcpListener::bind(loopback()).unwrap();
    SockRef::from(&listener)
        .set_read_timeout(Some(MOMENT))
        .unwrap();
    if cfg!(target_os = "linux") {
        fails(listener.accept(), ErrorKind::WouldBlock);
    }
}

fn row_do_not_wait() {
    let (mut stream, _peer) = connected();
    stream.set_nonblocking(true).unwrap();
    fails(stream.read(&mut [0]), ErrorKind::WouldBlock);
}

fn row_do_not_wait_this_once() {
    let (mut stream, mut peer) = connected();
    let flags = RecvFlags::DONTWAIT.bits().cast_signed();
    let mut buffer = [MaybeUninit::uninit()];
    let once = SockRef::from(&stream).recv_with_flags(&mut buffer, flags);
    fails(once, ErrorKind::WouldBlock);
    let waiting = Waiting::start(move || stream.read(&mut [0]));
    peer.write_all(b"x").unwrap();
    assert_eq!(waiting.ends().unwrap(), 1, "the next one waits");
}

fn row_has_the_connection_failed() {
    let (_taken, address) = refusing();
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_nonblocking(true).unwrap();
    socket.connect(&address.into()).unwrap_err();
    let stream = TcpStream::from(socket);
    let mut failed = None;
    until("the connection fails", || {
        failed = stream.take_error().unwrap();
        failed.is_some()
    });
    assert_eq!(failed.unwrap().kind(), ErrorKind::ConnectionRefused);
    assert!(stream.take_error().unwrap().is_none());
}

fn row_wait_for_several() {
    // A thread for each of them, and a channel.
    let (tell, told) = channel();
    let ends = [connected(), connected()];
    let [(first, _quiet), (second, mut peer)] = ends;
    for (name, mut stream) in [("first", first), ("second", second)] {
        let tell = tell.clone();
        thread::spawn(move || {
            let count = stream.read(&mut [0]);
            tell.send((name, count.unwrap_or(0)))
        });
    }
    peer.write_all(b"x").unwrap();
    assert_eq!(told.recv_timeout(10 * WRITING).unwrap(), ("second", 1));
}

fn row_a_signal_interrupts_the_wait() {
    if !is_own_process("row_a_signal_interrupts_the_wait", preloads) {
        return;
    }
    // Here SIGUSR1 has a handler without SA_RESTART, which does nothing.
    let (mut stream, _peer) = connected();
    let read = Waiting::start(move || stream.read(&mut [0])).ends_by_signals();
    fails(read, ErrorKind::Interrupted);
    let (mut stream, _peer) = connected();
    // Until the buffers are full: then it waits.
    let fill = move || (0..).find_map(|_| stream.write(&[0; 1 << 16]).err());
    let error = Waiting::start(fill).ends_by_signals();
    assert_eq!(error.unwrap().kind(), ErrorKind::Interrupted);
    let udp = UdpSocket::bind(loopback()).unwrap();
    let received = Waiting::start(move || udp.recv_from(&mut [0])).ends_by_signals();
    fails(received, ErrorKind::Interrupted);

    let listener = TcpListener::bind(loopback()).unwrap();
    let address = listener.local_addr().unwrap();
    let accept = Waiting::start(move || listener.accept());
    accept.goes_on_after_signals();
    let _client = TcpStream::connect(address).unwrap();
    accept.ends().unwrap();
    let (listener, address, _client) = full();
    let connect = Waiting::start(move || TcpStream::connect(address));
    connect.goes_on_after_signals();
    let _peer = listener.accept().unwrap();
    connect.ends().unwrap();
    let (mut stream, mut peer) = connected();
    let read_exact = Waiting::start(move || stream.read_exact(&mut [0; 2]));
    read_exact.goes_on_after_signals();
    peer.write_all(b"hi").unwrap();
    read_exact.ends().unwrap();
    let (mut stream, peer) = connected();
    let read_to_end = Waiting::start(move || stream.read_to_end(&mut Vec::new()));
    read_to_end.goes_on_after_signals();
    drop(peer);
    assert_eq!(read_to_end.ends().unwrap(), 0);
    let (mut stream, mut peer) = connected();
    let write_all = Waiting::start(move || stream.write_all(&vec![0; TOO_MUCH]));
    write_all.goes_on_after_signals();
    let mut all = Vec::new();
    peer.read_to_end(&mut all).unwrap();
    write_all.ends().unwrap();
    assert_eq!(all.len(), TOO_MUCH);
}
