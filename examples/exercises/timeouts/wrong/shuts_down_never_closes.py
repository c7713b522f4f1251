# caught by: forgets
# 到期了只 shutdown，没有 close：客户看到了结束，描述符还占着。
# When the time is over it calls shutdown and never close: the client sees the end, and the descriptor stays taken.
import socket
import sys
import threading
import time

LIMIT = 0.4

LINE = 4096

here = 0
gone = []
lock = threading.Lock()


def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    with socket.create_server((host, int(port))) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=run, args=(connection,), daemon=True).start()


def run(connection):
    count(+1)
    gone.append(connection)
    try:
        serve(connection)
    except OSError as error:
        print(error, file=sys.stderr)
    finally:
        count(-1)
        try:
            connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def count(change):
    global here
    with lock:
        here += change


def serve(connection):
    held = bytearray()
    while line := read_line(connection, held):
        connection.settimeout(LIMIT)
        connection.sendall(b"%d\n" % here if line == b"who\n" else line)


def read_line(connection, held):
    deadline = time.monotonic() + LIMIT
    while True:
        end = held.find(b"\n")
        if (len(held) if end < 0 else end) > LINE:
            raise OSError("一行太长 the line is too long")
        if end >= 0:
            line = bytes(held[: end + 1])
            del held[: end + 1]
            return line
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("太久了 it took too long")
        connection.settimeout(left)
        data = connection.recv(LINE)
        if not data:
            return None
        held += data


main()
