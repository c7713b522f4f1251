"""The rows of "Connecting, listening, accepting"."""

import errno
import os
import select
import struct
from socket import *  # As on the page: a name without a module belongs to `socket`.

import socket

from support import (
    LINUX,
    TIMEOUT,
    connected,
    full,
    has_nothing,
    ipv6_only,
    linux_only,
    listening,
    raises,
    refusing,
    udp,
)


def row_bind():
    with socket.socket() as s:
        address = ("127.0.0.1", 0)
        s.bind(address)
        assert s.getsockname()[1] > 0
        assert s.getsockopt(SOL_SOCKET, SO_REUSEADDR) == 0


def row_listen():
    linux_only()
    with open("/proc/sys/net/core/somaxconn", encoding="ascii") as file:
        somaxconn = int(file.read())

    def queue(*length):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            s.listen(*length)
            # tcp(7), struct tcp_info: of a listening socket, tcpi_sacked is the length of its queue.
            return struct.unpack_from("I", s.getsockopt(IPPROTO_TCP, TCP_INFO, 32), 28)[0]

    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
    n = 5
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen(n)
    assert queue() == min(128, somaxconn)
    assert queue(n) == min(n, somaxconn)
    assert queue(1_000_000) == min(1_000_000, somaxconn)


def row_everything_up_to_listening():
    address = ("127.0.0.1", 0)
    with create_server(address) as listener:
        assert listener.getsockopt(SOL_SOCKET, SO_REUSEADDR) != 0
        create_connection(listener.getsockname()).close()
    ipv6_only()
    with create_server(("::1", 0), family=AF_INET6) as listener:
        assert listener.getsockopt(SOL_SOCKET, SO_REUSEADDR) != 0
        assert listener.getsockopt(IPPROTO_IPV6, IPV6_V6ONLY) != 0
    if LINUX:
        # 127.0.0.1 as an address of IPv6: a socket for IPv6 only refuses it.
        raises(OSError, create_server, ("::ffff:127.0.0.1", 0), family=AF_INET6)


def row_accept():
    for timeout in [None, 5, 0]:
        with listening() as s:
            s.settimeout(timeout)
            with create_connection(s.getsockname()):
                assert select.select([s], [], [], 5)[0]
                new, _ = s.accept()
                with new:
                    assert new.gettimeout() is None
                    assert os.get_blocking(new.fileno())


def row_connect():
    with listening() as listener, socket.socket() as s:
        address = listener.getsockname()
        s.connect(address)
        assert s.getpeername() == address


def row_connect_to_a_name():
    with listening() as listener:
        host, port = "localhost", listener.getsockname()[1]
        with create_connection((host, port)) as s:
            assert s.getpeername()[1] == port
    with listening() as listener, refusing() as refused:
        works = listener.getsockname()
        with connects_to([refused, works]) as s:
            assert s.getpeername() == works
        raises(ConnectionRefusedError, connects_to, [refused, refused])
        if LINUX:
            # TCP has no broadcast.
            unreachable = ("127.255.255.255", refused[1])
            assert raises(OSError, connects_to, [refused, unreachable]).errno == errno.ENETUNREACH
            raises(ConnectionRefusedError, connects_to, [unreachable, refused])


def connects_to(addresses):
    """`create_connection` to a name that has these addresses."""

    def found(*_):
        return [(AF_INET, SOCK_STREAM, 0, "", address) for address in addresses]

    real, socket.getaddrinfo = socket.getaddrinfo, found
    try:
        return create_connection(("a.name.of.ours", 0))
    finally:
        socket.getaddrinfo = real


def row_connect_with_a_deadline():
    with listening() as listener:
        address = listener.getsockname()
        with create_connection(address, timeout=5) as s:
            assert s.gettimeout() == 5
    if LINUX:
        with full() as address:
            assert raises(TIMEOUT, create_connection, address, timeout=0.05).errno is None


def row_set_the_peer_of_a_udp_socket():
    with udp() as s, udp() as peer, udp() as stranger:
        address = peer.getsockname()
        s.connect(address)
        assert has_nothing(peer), "connect sent something"
        stranger.sendto(b"no", s.getsockname())
        assert has_nothing(s), "a stranger came through"
        peer.sendto(b"yes", s.getsockname())
        assert s.recvfrom(10) == (b"yes", address)
