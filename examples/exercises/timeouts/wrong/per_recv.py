# caught by: dribble
# settimeout 的期限是每次 recv 的：每 100 ms 一个字节，永远不到期。
# settimeout is for each recv: with a byte every 100 ms it never ends.
import socket
import sys
import threading

LIMIT = 0.4

LINE = 4096

here = 0
lock = threading.Lock()


def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    with socket.create_server((host, int(port))) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=run, args=(connection,), daemon=True).start()


def run(connection):
    count(+1)
    try:
        with connection:
            serve(connection)
    except OSError as error:
        print(error, file=sys.stderr)
    finally:
        count(-1)


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
    """下一行，连同它的 \\n；对方说完了是 None。
    The next line with its \\n; None when the peer is done.
    """
    while True:
        end = held.find(b"\n")
        if (len(held) if end < 0 else end) > LINE:
            raise OSError("一行太长 the line is too long")
        if end >= 0:
            line = bytes(held[: end + 1])
            del held[: end + 1]
            return line
        connection.settimeout(LIMIT)
        data = connection.recv(LINE)
        if not data:
            return None
        held += data


main()
