"""练习 timeouts 的一种解法。
A solution of the exercise timeouts.
"""
import socket
import sys
import threading
import time

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
        # 写的期限：Python 的 sendall 把它算在整次调用上，不是每次 send。
        # For sending: Python's sendall takes it for the whole call, not for each send.
        connection.settimeout(LIMIT)
        connection.sendall(b"%d\n" % here if line == b"who\n" else line)


def read_line(connection, held):
    """下一行，连同它的 \\n；对方说完了是 None。
    The next line with its \\n; None when the peer is done.
    """
    # 期限是整行的：来一个字节，也不重新算。
    # The deadline is for the whole line: a byte that comes does not start it anew.
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
        # 没有时间了。settimeout(0) 不是“马上到期”，是“不阻塞”，负数是错误。
        # No time is left. settimeout(0) means "do not block", and a negative number is an error.
        if left <= 0:
            raise TimeoutError("太久了 it took too long")
        connection.settimeout(left)
        data = connection.recv(LINE)
        if not data:
            return None
        held += data


main()
