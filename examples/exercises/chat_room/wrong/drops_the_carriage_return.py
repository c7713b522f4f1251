# caught by: as_it_is
# 行末的 \r 也去掉了。
# It drops the \r at the end of a line, too.
import queue
import socket
import sys
import threading
import time

LINE = 4096

QUEUE = 256

PATIENCE = 0.25

FAREWELL = 5

room = {}
lock = threading.Lock()


def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    with socket.create_server((host, int(port)), backlog=128) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=visit, args=(connection,), daemon=True).start()


def visit(connection):
    lines = join(connection)
    writer = threading.Thread(target=write, args=(connection, lines), daemon=True)
    writer.start()
    with connection:
        try:
            listen(connection)
        except OSError as error:
            print(error, file=sys.stderr)
        finally:
            with lock:
                room.pop(connection, None)
            end(connection, lines, writer)


def join(connection):
    lines = queue.Queue(QUEUE)
    with lock:
        room[connection] = lines
        lines.put_nowait(b"here: %d\n" % len(room))
    return lines


def listen(connection):
    with connection.makefile("rb") as reader:
        while line := reader.readline(LINE + 1):
            if line.endswith(b"\n"):
                tell_others(connection, line.rstrip(b"\r\n") + b"\n")
            elif len(line) > LINE:
                raise OSError("一行太长 the line is too long")


def tell_others(me, line):
    until = time.monotonic() + PATIENCE
    with lock:
        for connection, lines in list(room.items()):
            if connection is me:
                continue
            try:
                lines.put(line, timeout=max(0, until - time.monotonic()))
            except queue.Full:
                del room[connection]
                shut(connection)


def write(connection, lines):
    try:
        while (line := lines.get()) is not None:
            connection.sendall(line)
    except OSError:
        pass


def end(connection, lines, writer):
    try:
        lines.put(None, timeout=PATIENCE)
        writer.join(FAREWELL)
    except queue.Full:
        pass
    shut(connection)


def shut(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


main()
