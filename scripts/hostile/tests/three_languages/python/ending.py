"""The rows of "Ending"."""

import errno
import gc
import os
import subprocess
import sys
import warnings
from socket import *  # As on the page: a name without a module belongs to `socket`.

import socket

from support import Waiting, connected, has_nothing, listening, raises


def row_send_no_more():
    s, peer = connected()
    with s, peer, s.dup():
        s.shutdown(SHUT_WR)
        assert peer.recv(1) == b"", "FIN came, although there is another descriptor"
        os.fstat(s.fileno())
        peer.sendall(b"hi")
        assert s.recv(2) == b"hi"


def row_read_no_more_or_neither():
    for how in [SHUT_RD, SHUT_RDWR]:
        s, peer = connected()
        with s, peer:
            waiting = Waiting(s.recv, 1)
            s.shutdown(how)
            assert waiting.ends() == b""


def row_close():
    s, peer = connected()
    with peer:
        with s:
            pass
        assert s.fileno() == -1
        assert peer.recv(1) == b""
    s, peer = connected()
    with peer, s.dup() as other:
        s.close()
        assert has_nothing(peer), "the last descriptor is still open"
        other.close()
        assert peer.recv(1) == b""
    s, peer = connected()
    with peer:
        reader = s.makefile("rb")
        s.close()
        assert has_nothing(peer), "the file is still open"
        reader.close()
        assert peer.recv(1) == b""


def row_forget_to_close():
    s, peer = connected()
    with peer, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        other = s
        del s
        gc.collect()
        assert has_nothing(peer) and not told, "there is another reference"
        del other
        gc.collect()
        assert peer.recv(1) == b""
        assert [warning.category for warning in told] == [ResourceWarning]


def row_use_after_closing():
    s, peer = connected()
    peer.close()
    s.close()
    for call in [lambda: s.recv(1), lambda: s.send(b"x"), s.getsockname]:
        assert raises(OSError, call).errno == errno.EBADF


def row_error_while_closing():
    s = socket.socket()
    os.close(s.fileno())
    assert raises(OSError, s.close).errno == errno.EBADF
    assert sys.version_info >= (3, 6)


def row_hand_over_the_descriptor_do_not_close():
    s, peer = connected()
    with peer:
        number = s.detach()
        assert s.fileno() == -1
        s.close()
        del s
        gc.collect()
        assert has_nothing(peer), "the connection is open"
        os.close(number)
        assert peer.recv(1) == b""


def row_end_of_the_process():
    program = (
        "import os, socket, sys\n"
        "s = socket.create_connection(('127.0.0.1', int(sys.argv[1])))\n"
        "s.sendall(b'hi')\n"
        "sys.stdin.read()\n"
        "os._exit(0)"
    )
    with listening() as listener:
        port = str(listener.getsockname()[1])
        # Neither the end of a block nor a destructor runs: only the kernel can close.
        child = subprocess.Popen([sys.executable, "-c", program, port], stdin=subprocess.PIPE)
        peer, _ = listener.accept()
        with peer, child:
            assert peer.recv(2) == b"hi"
            assert has_nothing(peer)
            child.stdin.close()
            assert peer.recv(1) == b""
