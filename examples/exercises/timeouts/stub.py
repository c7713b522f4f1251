"""练习 timeouts：每行照样回一行，但不等沉默的客户，也不等不读的客户。
Exercise timeouts: echo each line, but do not wait for the silent, nor for who does not read.

检查 check: cargo workbook exercise check timeouts --python
"""
import socket
import sys
import threading

# 一行要在这么久（秒）里到齐；写也只等这么久。
# A line has to be whole within this time, in seconds; and sending waits no longer.
LIMIT = 0.4

# 一行最多这么多字节。
# A line has at most so many bytes.
LINE = 4096

# 现在连着几位；线程共用，所以有锁。
# How many are connected now; threads share it, hence the lock.
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
        # TODO: 对方不读，这里会一直等：写也要有期限。
        # TODO: if the peer does not read, this waits for ever: sending needs a deadline, too.
        connection.sendall(b"%d\n" % here if line == b"who\n" else line)


def read_line(connection, held):
    """下一行，连同它的 \\n；对方说完了是 None。
    The next line with its \\n; None when the peer is done.
    """
    # TODO: 这一行从现在起最多 LIMIT；每次 recv 只给剩下的时间（settimeout）。
    # TODO: this line has LIMIT from now on; give each recv only the time that is left (settimeout).
    # TODO: 一行超过 LINE 字节，抛出 OSError。
    # TODO: a line of more than LINE bytes raises OSError.
    while (end := held.find(b"\n")) < 0:
        data = connection.recv(LINE)
        if not data:
            return None
        held += data
    line = bytes(held[: end + 1])
    del held[: end + 1]
    return line


main()
