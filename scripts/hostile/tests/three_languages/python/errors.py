"""The rows of "Errors": each error comes from a real call, where one on loopback has it.

`OSError(number, text)` has the class that belongs to the number.
"""

import errno
import os
import resource
import signal
import sys
from socket import *  # As on the page: a name without a module belongs to `socket`.

import socket

from support import (
    LINUX,
    MOMENT_SECONDS,
    connected,
    full,
    is_reset_by,
    listening,
    raises,
    refusing,
    udp,
    with_number,
)


def made_of(number):
    """The class of the error with this number."""
    return type(OSError(number, ""))


def row_econnrefused():
    with refusing() as address:
        error = raises(ConnectionRefusedError, create_connection, address)
        assert error.errno == errno.ECONNREFUSED


def row_etimedout():
    assert made_of(errno.ETIMEDOUT) is TimeoutError
    with full() as address, socket.socket() as s:
        s.setsockopt(IPPROTO_TCP, TCP_USER_TIMEOUT, 1)
        assert raises(TimeoutError, s.connect, address).errno == errno.ETIMEDOUT
    with full() as address, socket.socket() as s:
        s.settimeout(MOMENT_SECONDS)
        assert raises(socket.timeout, s.connect, address).errno is None


def row_enetunreach():
    assert made_of(errno.ENETUNREACH) is OSError
    if LINUX:
        with socket.socket() as s:
            # TCP has no broadcast.
            with_number("ENETUNREACH", s.connect, ("127.255.255.255", 9))


def row_ehostunreach():
    assert made_of(errno.EHOSTUNREACH) is OSError


def row_econnreset():
    s, peer = connected()
    with s:
        is_reset_by(peer)
        assert raises(ConnectionResetError, s.recv, 1).errno == errno.ECONNRESET


def row_epipe():
    s, peer = connected()
    with s, peer:
        s.shutdown(SHUT_WR)
        assert raises(BrokenPipeError, s.send, b"x").errno == errno.EPIPE


def row_econnaborted():
    assert made_of(errno.ECONNABORTED) is ConnectionAbortedError


def row_eaddrinuse():
    assert made_of(errno.EADDRINUSE) is OSError
    with listening() as listener, socket.socket() as s:
        address = listener.getsockname()
        with_number("EADDRINUSE", s.bind, address)
        assert str(address) in str(with_number("EADDRINUSE", create_server, address))


def row_eaddrnotavail():
    assert made_of(errno.EADDRNOTAVAIL) is OSError
    with socket.socket(type=SOCK_DGRAM) as s:
        # An address for documents (RFC 5737), which no machine has.
        with_number("EADDRNOTAVAIL", s.bind, ("198.51.100.1", 0))


def row_eacces():
    assert made_of(errno.EACCES) is made_of(errno.EPERM) is PermissionError
    if LINUX:
        with socket.socket(type=SOCK_DGRAM) as s:
            error = raises(PermissionError, s.sendto, b"x", ("127.255.255.255", 9))
            assert error.errno == errno.EACCES


def row_eagain():
    s, peer = connected()
    with s, peer:
        s.setblocking(False)
        assert raises(BlockingIOError, s.recv, 1).errno == errno.EAGAIN


def row_einprogress():
    assert made_of(errno.EINPROGRESS) is BlockingIOError
    with listening() as listener, socket.socket() as s:
        s.setblocking(False)
        error = raises(BlockingIOError, s.connect, listener.getsockname())
        assert error.errno == errno.EINPROGRESS


def row_eintr():
    assert made_of(errno.EINTR) is InterruptedError
    s, peer = connected()
    with s, peer:
        before = signal.signal(signal.SIGALRM, lambda number, frame: peer.send(b"x"))
        try:
            # The handler runs within `recv`, which then goes on.
            signal.setitimer(signal.ITIMER_REAL, MOMENT_SECONDS)
            assert s.recv(1) == b"x"
        finally:
            signal.signal(signal.SIGALRM, before)


def row_emfile():
    assert made_of(errno.EMFILE) is OSError
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        with_number("EMFILE", socket.socket)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def row_enotconn():
    assert made_of(errno.ENOTCONN) is OSError
    with socket.socket() as s:
        with_number("ENOTCONN", s.getpeername)
        with_number("ENOTCONN", s.shutdown, SHUT_RDWR)


def row_emsgsize():
    assert made_of(errno.EMSGSIZE) is OSError
    with udp() as s:
        with_number("EMSGSIZE", s.sendto, bytes(65508), s.getsockname())


def row_ebadf():
    assert made_of(errno.EBADF) is OSError
    s = socket.socket()
    s.close()
    with_number("EBADF", s.getsockname)


def row_the_name_is_not_found():
    # No resolver is asked: this is not a number.
    error = raises(gaierror, getaddrinfo, "not.a.number", 80, flags=AI_NUMERICHOST)
    assert isinstance(error, OSError) and error.errno == EAI_NONAME


def row_your_own_deadline_has_passed():
    s, peer = connected()
    with s, peer:
        s.settimeout(MOMENT_SECONDS)
        error = raises(socket.timeout, s.recv, 1)
        assert error.errno is None
    if sys.version_info >= (3, 10):
        assert socket.timeout is TimeoutError
    else:
        assert socket.timeout is not TimeoutError


def row_the_peer_ended_early():
    s, peer = connected()
    with s, peer, s.makefile("rb") as reader:
        peer.send(b"12")
        peer.close()
        assert reader.read(4) == b"12"
        assert reader.read(4) == b""


def row_not_utf_8():
    s, peer = connected()
    with s, peer, s.makefile("r", encoding="utf-8") as reader:
        peer.send(b"a\xff\n")
        raises(UnicodeDecodeError, reader.readline)


def row_a_port_over_65535():
    with socket.socket() as s:
        raises(OverflowError, s.bind, ("127.0.0.1", 70000))
