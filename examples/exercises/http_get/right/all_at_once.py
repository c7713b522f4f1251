# unusual: a state machine that is fed with whatever a recv brings
import re
import socket
import sys

path, address = sys.argv[1:]
host, port = address.rsplit(":", 1)


class Bad(Exception):
    pass


def body(head):
    """Writes the body; is sent bytes as they come, and None at the end of the connection."""
    fields = {}
    for line in head.split(b"\r\n")[1:]:
        if line[:1] not in b" \t":
            name, _, value = line.partition(b":")
            fields.setdefault(name.lower(), value.strip(b" \t"))
    if head[9:12] == b"204":
        return iter(())
    if fields.get(b"transfer-encoding", b"").lower() == b"chunked":
        return chunked()
    if b"content-length" in fields:
        if not re.fullmatch(rb"[0-9]+", fields[b"content-length"]):
            raise Bad("length")
        return counted(int(fields[b"content-length"]))
    return to_end()


def counted(left):
    while left > 0:
        more = yield
        if more is None:
            raise Bad("cut")
        sys.stdout.buffer.write(more[:left])
        left -= len(more)


def to_end():
    while (more := (yield)) is not None:
        sys.stdout.buffer.write(more)


def chunked():
    held = b""
    while True:
        more = yield
        if more is None:
            raise Bad("cut")
        held += more
        while b"\n" in held:
            size = re.match(rb"([0-9A-Fa-f]+)[ \t]*(?:;[^\n]*)?\r\n", held)
            if not size:
                raise Bad("size")
            if int(size[1], 16) == 0:
                return
            end = size.end() + int(size[1], 16)
            if len(held) < end + 2:
                break
            if held[end : end + 2] != b"\r\n":
                raise Bad("chunk")
            sys.stdout.buffer.write(held[size.end() : end])
            held = held[end + 2 :]


try:
    with socket.create_connection((host, int(port)), timeout=10) as server:
        server.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n".encode()
        )
        held = b""
        while (end := held.find(b"\r\n\r\n")) < 0 or end + 4 > 65536:
            more = server.recv(65536)
            held += more
            if not more or len(held) > 65536 + 4096 or end + 4 > 65536:
                raise Bad("head")
        head, held = held[:end], held[end + 4 :]
        if head[9:10] != b"2":
            sys.exit(head.split(b"\r\n")[0].decode())
        reader = body(head)
        try:
            next(reader)
            if held:
                reader.send(held)
            while True:
                reader.send(server.recv(65536) or None)
        except StopIteration:
            pass
except (OSError, Bad) as error:
    sys.exit(repr(error))
