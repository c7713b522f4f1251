"""The rows of "Options"."""

import os
import struct
import sys
from socket import *  # As on the page: a name without a module belongs to `socket`.

import socket

from support import (
    LINUX,
    connected,
    ipv6_only,
    is_reset_by,
    linux_only,
    raises,
    with_number,
)

OFF, ON = 0, 1


def is_on(s, level, option):
    return s.getsockopt(level, option) != 0


def row_so_reuseaddr():
    with create_server(("127.0.0.1", 0)) as listener:
        assert is_on(listener, SOL_SOCKET, SO_REUSEADDR)
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        assert not is_on(s, SOL_SOCKET, SO_REUSEADDR)
        s.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        assert is_on(s, SOL_SOCKET, SO_REUSEADDR)


def row_so_reuseport():
    address = ("127.0.0.1", 0)
    with create_server(address, reuse_port=True) as listener, socket.socket() as s:
        assert is_on(listener, SOL_SOCKET, SO_REUSEPORT)
        s.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1)
        # The same port twice.
        s.bind(listener.getsockname())


def row_ipv6_v6only():
    ipv6_only()
    with create_server(("::1", 0), family=AF_INET6) as listener:
        assert is_on(listener, IPPROTO_IPV6, IPV6_V6ONLY)
    # Linux sets it for every address but ::, so see that it stands before `bind`.
    raises(OSError, create_server, ("::ffff:127.0.0.1", 0), family=AF_INET6)
    with socket.socket(AF_INET6) as s:
        s.setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, 1)
        assert is_on(s, IPPROTO_IPV6, IPV6_V6ONLY)


def row_tcp_nodelay():
    s, peer = connected()
    with s, peer:
        assert not is_on(s, IPPROTO_TCP, TCP_NODELAY)
        assert not is_on(peer, IPPROTO_TCP, TCP_NODELAY)
        s.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        assert is_on(s, IPPROTO_TCP, TCP_NODELAY)


def row_so_keepalive():
    s, peer = connected()
    with s, peer:
        assert not is_on(s, SOL_SOCKET, SO_KEEPALIVE)
        assert not is_on(peer, SOL_SOCKET, SO_KEEPALIVE)
        s.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 1)
        assert is_on(s, SOL_SOCKET, SO_KEEPALIVE)


def row_so_linger():
    s, peer = connected()
    with s, peer:
        peer.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
        if LINUX:
            raises(ConnectionResetError, s.recv, 1)


def row_so_rcvbuf_so_sndbuf():
    with socket.socket() as s:
        for option in [SO_RCVBUF, SO_SNDBUF]:
            s.setsockopt(SOL_SOCKET, option, 20_000)
            stored = s.getsockopt(SOL_SOCKET, option)
            assert stored == 40_000 if LINUX else stored >= 20_000, stored


def row_so_rcvtimeo_so_sndtimeo():
    with socket.socket() as s:
        s.settimeout(5)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO]:
            assert s.getsockopt(SOL_SOCKET, option, 16).strip(b"\0") == b""
        assert not os.get_blocking(s.fileno())
    s, peer = connected()
    with s, peer:
        for option in [SO_RCVTIMEO, SO_SNDTIMEO]:
            s.setsockopt(SOL_SOCKET, option, struct.pack("ll", 0, 50_000))
        raises(BlockingIOError, s.recv, 1)


def row_so_broadcast():
    linux_only()
    with socket.socket(type=SOCK_DGRAM) as s:
        # The broadcast address of loopback.
        raises(PermissionError, s.sendto, b"x", ("127.255.255.255", 9))
        s.setsockopt(SOL_SOCKET, SO_BROADCAST, 1)
        assert s.sendto(b"x", ("127.255.255.255", 9)) == 1


def row_ip_ttl():
    with socket.socket() as s:
        for ttl in [1, 255]:
            s.setsockopt(IPPROTO_IP, IP_TTL, ttl)
            assert s.getsockopt(IPPROTO_IP, IP_TTL) == ttl
        if LINUX:
            for ttl in [0, 256]:
                with_number("EINVAL", s.setsockopt, IPPROTO_IP, IP_TTL, ttl)


def row_ip_add_membership():
    with socket.socket(type=SOCK_DGRAM) as s:
        # The two addresses of a `struct ip_mreq`: the group, and that of an interface.
        group = inet_aton("239.255.1.2") + inet_aton("127.0.0.1")
        assert len(group) == 8
        s.setsockopt(IPPROTO_IP, IP_ADD_MEMBERSHIP, group)
        with_number("EADDRINUSE", s.setsockopt, IPPROTO_IP, IP_ADD_MEMBERSHIP, group)


def row_tcp_user_timeout():
    linux_only()
    with socket.socket() as s:
        milliseconds = 1500
        s.setsockopt(IPPROTO_TCP, TCP_USER_TIMEOUT, milliseconds)
        assert s.getsockopt(IPPROTO_TCP, TCP_USER_TIMEOUT) == milliseconds


def row_ip_recverr():
    linux_only()
    if sys.version_info[:2] <= (3, 11):
        assert not hasattr(socket, "IP_RECVERR")
    # Its number in ip(7)'s header.
    option = getattr(socket, "IP_RECVERR", 11)
    with socket.socket(type=SOCK_DGRAM) as s:
        assert not is_on(s, IPPROTO_IP, option)
        s.setsockopt(IPPROTO_IP, option, 1)
        assert is_on(s, IPPROTO_IP, option)
