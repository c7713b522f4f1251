"""The rows of "Addresses and sockets"."""

import ipaddress
import os
import tempfile
from socket import *  # As on the page: a name without a module belongs to `socket`.

import socket

from support import LINUX, Skip, connected, ipv6_only, listening, raises


def row_ipv4_address_and_port():
    with socket.socket(type=SOCK_DGRAM) as s:
        # The connect of a UDP socket sends nothing.
        s.connect(("127.0.0.1", 9999))
        assert s.getpeername() == ("127.0.0.1", 9999)


def row_ipv6_address_and_port():
    ipv6_only()
    with socket.socket(AF_INET6, SOCK_DGRAM) as s:
        s.connect(("::1", 9999))
        assert s.getpeername() == ("::1", 9999, 0, 0)
    if LINUX:
        found = getaddrinfo("fe80::1%lo", 9999, type=SOCK_DGRAM)
        host, port, flowinfo, scope_id = found[0][4]
        assert (port, flowinfo, scope_id) == (9999, 0, if_nametoindex("lo")), found


def row_every_ipv4_address_of_this_machine():
    for every in ["", "0.0.0.0"]:
        # Bound only: nothing outside this machine can connect to a socket that does not listen.
        with socket.socket() as s:
            s.bind((every, 0))
            assert s.getsockname()[0] == "0.0.0.0"


def row_loopback_address():
    with create_server(("127.0.0.1", 0)) as listener:
        assert ipaddress.ip_address(listener.getsockname()[0]).is_loopback


def row_any_free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        assert s.getsockname()[1] > 0


def row_text_ip_address():
    text = "127.0.0.1"
    assert ipaddress.ip_address(text).packed == b"\x7f\0\0\1"
    raises(ValueError, ipaddress.ip_address, "127.1")
    assert inet_aton("127.1") == b"\x7f\0\0\1"


def row_ip_address_text():
    ip = ipaddress.ip_address(b"\x7f\0\0\1")
    assert str(ip) == "127.0.0.1"


def row_tcp_socket():
    with socket.socket() as s:
        assert (s.family, s.type) == (AF_INET, SOCK_STREAM)
        # Not inheritable is close-on-exec.
        assert not s.get_inheritable()
    for end in connected():
        with end:
            assert not end.get_inheritable()


def row_udp_socket():
    with socket.socket(type=SOCK_DGRAM) as s:
        assert (s.family, s.type) == (AF_INET, SOCK_DGRAM)
        assert s.getsockname()[1] == 0, "not bound yet"


def row_ipv6_socket():
    ipv6_only()
    with socket.socket(AF_INET6) as s:
        assert (s.family, s.type) == (AF_INET6, SOCK_STREAM)


def row_between_processes_of_this_machine():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "s")
        with socket.socket(AF_UNIX) as listener, socket.socket(AF_UNIX) as s:
            listener.bind(path)
            listener.listen()
            s.connect(path)
            peer, _ = listener.accept()
            with peer:
                s.sendall(b"hi")
                assert peer.recv(2) == b"hi"


def row_two_connected_sockets():
    s, peer = socketpair()
    with s, peer:
        s.sendall(b"hi")
        assert peer.recv(2) == b"hi"


def row_raw_socket():
    def opened():
        socket.socket(AF_INET, SOCK_RAW, IPPROTO_ICMP).close()

    if os.geteuid() != 0:
        raises(PermissionError, opened)
        return
    # Root's child gives its privileges up.
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.setgroups([])
            os.setuid(65534)
            raises(PermissionError, opened)
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    try:
        opened()
    except PermissionError:
        raise Skip("root may not open raw sockets here") from None


def row_one_more_descriptor():
    s, peer = connected()
    with s, peer:
        with s.dup() as other:
            assert other.fileno() != s.fileno()
            other.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
            assert s.getsockopt(IPPROTO_TCP, TCP_NODELAY) != 0
        s.sendall(b"hi")
        assert peer.recv(2) == b"hi"


def row_number_of_the_descriptor():
    with socket.socket() as s:
        os.fstat(s.fileno())
        assert s.fileno() > 2


def row_local_address():
    with listening() as listener, create_connection(listener.getsockname()) as s:
        peer, address = listener.accept()
        with peer:
            assert s.getsockname() == address


def row_peer_s_address():
    with listening() as listener, create_connection(listener.getsockname()) as s:
        assert s.getpeername() == listener.getsockname()
