"""What the rows share: connections on loopback, an error that must come, a thread that waits."""

import contextlib
import errno
import select
import socket
import struct
import sys
import threading
import time

LINUX = sys.platform == "linux"

# How long a row waits for what must happen; if it does, it takes no time.
PATIENCE_SECONDS = 10

# Where a look must find nothing: how long it lasts.
MOMENT_SECONDS = 0.05


# What a passed deadline raises: since Python 3.10 the two are one class.
TIMEOUT = TimeoutError if sys.version_info >= (3, 10) else socket.timeout


class Skip(Exception):
    """This machine cannot try the row."""


def linux_only():
    if not LINUX:
        raise Skip("Linux only")


def ipv6_only():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError as error:
        raise Skip(f"no IPv6 here: {error}") from None


def listening():
    """A listening socket on a free port of 127.0.0.1."""
    return socket.create_server(("127.0.0.1", 0))


def connected():
    """The two ends of a TCP connection."""
    with listening() as listener:
        s = socket.create_connection(listener.getsockname())
        peer, _ = listener.accept()
        return s, peer


def udp():
    """A UDP socket on a free port of 127.0.0.1."""
    s = socket.socket(type=socket.SOCK_DGRAM)
    s.bind(("127.0.0.1", 0))
    return s


@contextlib.contextmanager
def refusing():
    """An address that refuses: the port is taken, and nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()


@contextlib.contextmanager
def full():
    """An address whose queue is full: Linux drops a SYN, and `connect` waits."""
    linux_only()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        with socket.create_connection(listener.getsockname()):
            yield listener.getsockname()


def raises(kind, call, *arguments, **named):
    """The error that this call raises: of this class itself, not of one below it."""
    try:
        result = call(*arguments, **named)
    except Exception as error:
        assert type(error) is kind, f"{error!r}, not {kind}"
        return error
    raise AssertionError(f"no {kind}, but {result!r}")


def with_number(name, call, *arguments):
    """As `raises`, for an error that has no class of its own, only a number."""
    error = raises(OSError, call, *arguments)
    assert error.errno == getattr(errno, name), f"{error!r}, not {name}"
    return error


def has_nothing(s):
    """Whether there is nothing to read, for a moment."""
    return select.select([s], [], [], MOMENT_SECONDS)[0] == []


def exactly(s, count):
    """This many bytes."""
    data = b""
    while len(data) < count:
        piece = s.recv(count - len(data))
        assert piece, f"the end after {data!r}"
        data += piece
    return data


def until(what, look):
    """Looks again and again until it is so."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not look():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0)


class Waiting:
    """A call in a thread of its own that waits."""

    def __init__(self, call, *arguments):
        def run():
            try:
                self.result = call(*arguments)
            except Exception as error:
                self.result = error

        self.result = None
        self.thread = threading.Thread(target=run, daemon=True)
        self.thread.start()
        if LINUX:
            until("the thread sleeps in the kernel", self.sleeps)

    def sleeps(self):
        path = f"/proc/self/task/{self.thread.native_id}/stat"
        with open(path, encoding="ascii", errors="replace") as stat:
            return stat.read().rpartition(") ")[2][0] == "S"

    def ends(self):
        """What the call returned or raised."""
        self.thread.join(PATIENCE_SECONDS)
        assert not self.thread.is_alive(), "it still waits"
        return self.result


def is_reset_by(peer):
    """Closes `peer` so that Linux sends RST."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()
