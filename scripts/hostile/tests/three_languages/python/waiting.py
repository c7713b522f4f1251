"""The rows of "Waiting"."""

import errno
import select
import selectors
import signal
import sys
import threading
import time
from socket import *  # As on the page: a name without a module belongs to `socket`.

import socket

from support import (
    MOMENT_SECONDS,
    TIMEOUT,
    Waiting,
    connected,
    listening,
    raises,
    refusing,
    until,
)


def row_deadline_for_reading():
    s, peer = connected()
    with s, peer:
        s.settimeout(5)
        assert s.gettimeout() == 5
        s.settimeout(MOMENT_SECONDS)
        raises(TIMEOUT, s.recv, 1)
        assert TIMEOUT is TimeoutError or sys.version_info < (3, 10)


def row_deadline_for_writing():
    s, peer = connected()
    with s, peer:
        deadline = 0.4
        s.settimeout(deadline)
        done = threading.Event()

        def reads():
            # A little at a time: no wait of the sender is as long as the deadline.
            while not done.wait(deadline / 8) and peer.recv(1 << 18):
                pass

        waiting = Waiting(reads)
        began = time.monotonic()
        raises(TIMEOUT, s.sendall, bytes(256 << 20))
        assert time.monotonic() - began >= deadline
        done.set()
        s.shutdown(SHUT_WR)
        assert waiting.ends() is None


def row_no_deadline():
    s, peer = connected()
    with s, peer:
        assert s.gettimeout() is None and peer.gettimeout() is None
        s.settimeout(5)
        s.settimeout(None)
        waiting = Waiting(s.recv, 1)
        peer.send(b"x")
        assert waiting.ends() == b"x"


def row_a_deadline_of_zero():
    s, peer = connected()
    with s, peer:
        s.settimeout(0)
        raises(BlockingIOError, s.recv, 1)


def row_deadline_for_accept():
    with listening() as s:
        s.settimeout(5)
        s.settimeout(MOMENT_SECONDS)
        raises(TIMEOUT, s.accept)


def row_do_not_wait():
    s, peer = connected()
    with s, peer:
        s.setblocking(False)
        assert raises(BlockingIOError, s.recv, 1).errno == errno.EAGAIN


def row_do_not_wait_this_once():
    s, peer = connected()
    with s, peer:
        n = 1
        try:
            s.recv(n, MSG_DONTWAIT)
            raise AssertionError("there was something")
        except BlockingIOError:
            pass
        waiting = Waiting(s.recv, n)
        peer.send(b"x")
        assert waiting.ends() == b"x", "the next one waits"


def row_has_the_connection_failed():
    with refusing() as address, socket.socket() as s:
        s.setblocking(False)
        raises(BlockingIOError, s.connect, address)
        assert select.select([], [s], [], 5)[1]
        assert s.getsockopt(SOL_SOCKET, SO_ERROR) == errno.ECONNREFUSED
        assert s.getsockopt(SOL_SOCKET, SO_ERROR) == 0


def row_wait_for_several():
    s, peer = connected()
    quiet, other = connected()
    with s, peer, quiet, other:
        peer.send(b"x")
        assert select.select([quiet, s], [], [], 5)[0] == [s]
        with selectors.DefaultSelector() as selector:
            selector.register(quiet, selectors.EVENT_READ)
            selector.register(s, selectors.EVENT_READ)
            assert [key.fileobj for key, _ in selector.select(5)] == [s]


def row_a_signal_interrupts_the_wait():
    class Raised(Exception):
        pass

    handled = []
    main = threading.main_thread()
    s, peer = connected()

    def interrupts():
        # The handler runs in the main thread, within its call.
        def is_interrupted():
            signal.pthread_kill(main.ident, signal.SIGUSR1)
            return len(handled) > 3

        until("the main thread handles signals", is_interrupted)
        peer.send(b"x")

    def receives():
        kill = [main.ident, signal.SIGUSR1]
        threading.Timer(MOMENT_SECONDS, signal.pthread_kill, kill).start()
        return s.recv(1)

    def handles(number, frame):
        handled.append(number)

    def raises_in_it(number, frame):
        handled.append(number)
        raise Raised

    before = signal.signal(signal.SIGUSR1, handles)
    try:
        with s, peer:
            threading.Thread(target=interrupts, daemon=True).start()
            assert s.recv(1) == b"x"
            signal.signal(signal.SIGUSR1, raises_in_it)
            raises(Raised, receives)
    finally:
        signal.signal(signal.SIGUSR1, before)
