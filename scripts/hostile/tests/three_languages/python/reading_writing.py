"""The rows of "Reading and writing"."""

import errno
import signal
from socket import *  # As on the page: a name without a module belongs to `socket`.

import socket

from support import Waiting, connected, exactly, has_nothing, raises, udp, with_number

# More than the buffers of both ends hold.
TOO_MUCH = bytes(64 << 20)


def row_read_some():
    s, peer = connected()
    with s, peer:
        n = 100
        peer.sendall(b"hi")
        assert s.recv(n) == b"hi"
        assert s.recv(0) == b"", "a buffer of length 0, and no end"
        peer.close()
        assert s.recv(n) == b""


def row_read_exactly_n_bytes():
    n = 4
    s, peer = connected()
    with s, peer, s.makefile("rb") as reader:
        peer.sendall(b"12")
        waiting = Waiting(lambda: reader.read(n))
        peer.sendall(b"345")
        assert waiting.ends() == b"1234"
        peer.close()
        assert reader.read(n) == b"5", "the peer ended early"
    s, peer = connected()
    with s, peer:
        peer.sendall(b"12")
        waiting = Waiting(s.recv, n, MSG_WAITALL)
        peer.sendall(b"34")
        assert waiting.ends() == b"1234", "without a deadline it waits"
        s.settimeout(5)
        peer.sendall(b"56")
        assert s.recv(n, MSG_WAITALL) == b"56", "with a deadline it does not"
        s.settimeout(None)
        peer.sendall(b"78")
        peer.close()
        assert s.recv(n, MSG_WAITALL) == b"78", "the peer ended early"


def row_read_to_the_end():
    s, peer = connected()
    with s, peer, s.makefile("rb") as reader:
        limit = 3
        peer.sendall(b"12345")
        assert reader.read(limit) == b"123"
        waiting = Waiting(lambda: reader.read())
        peer.sendall(b"6")
        peer.close()
        assert waiting.ends() == b"456"


def row_read_a_line():
    s, peer = connected()
    with s, peer, s.makefile("rb") as reader:
        peer.sendall(b"one\ntwo\n")
        assert reader.readline() == b"one\n"
        # The second line is in the reader.
        raises(BlockingIOError, s.recv, 1, MSG_DONTWAIT)
        assert reader.readline() == b"two\n"


def row_look_without_taking():
    s, peer = connected()
    with s, peer:
        n = 100
        peer.sendall(b"hi")
        assert s.recv(n, MSG_PEEK) == b"hi"
        assert s.recv(n) == b"hi"


def row_send_some():
    s, peer = connected()
    with s, peer:
        data = b"hi"
        assert s.send(data) == 2
        s.setblocking(False)
        data = TOO_MUCH
        assert 0 < s.send(data) < len(data)


def row_send_all():
    s, peer = connected()
    with s, peer:
        data = bytes(8 << 20)
        waiting = Waiting(exactly, peer, len(data))
        s.sendall(data)
        assert waiting.ends() == data
        s.setblocking(False)
        error = raises(BlockingIOError, s.sendall, TOO_MUCH)
        assert error.args[0] == errno.EAGAIN and len(error.args) == 2
        assert not hasattr(error, "characters_written"), "it says how much"


def row_collect_then_send():
    s, peer = connected()
    with s, peer:
        with s.makefile("wb") as writer:
            writer.write(b"one ")
            writer.write(b"two")
            assert has_nothing(peer)
            writer.flush()
            assert exactly(peer, 7) == b"one two"
        s.send(b"three")
        assert exactly(peer, 5) == b"three", "there is no buffer, and no flush"


def row_send_a_datagram():
    with udp() as s, udp() as peer:
        address = peer.getsockname()
        data = bytes(8000)
        assert s.sendto(data, address) == len(data)
        assert peer.recv(9000) == data
        with_number("EMSGSIZE", s.sendto, bytes(65508), address)


def row_receive_a_datagram():
    with udp() as s, udp() as peer:
        address = s.getsockname()
        for data in [b"12345", b"", b"67"]:
            peer.sendto(data, address)
        n = 3
        assert s.recvfrom(n) == (b"123", peer.getsockname())
        assert s.recvfrom(n) == (b"", peer.getsockname())
        assert s.recvfrom(n) == (b"67", peer.getsockname())


def row_send_when_the_peer_takes_no_more():
    assert signal.getsignal(signal.SIGPIPE) == signal.SIG_IGN
    s, peer = connected()
    with s, peer:
        s.shutdown(SHUT_WR)
        assert raises(BrokenPipeError, s.send, b"x").errno == errno.EPIPE
