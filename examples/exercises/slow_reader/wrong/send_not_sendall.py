# caught by: large
# 设了期限的 send 只收下一部分，返回值没人看。
# With a timeout, send takes only a part, and nobody minds what it returns.
import socket
import sys
import threading


def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    with socket.create_server((host, int(port))) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=run, args=(connection,), daemon=True).start()


def run(connection):
    with connection:
        connection.settimeout(10)
        for line in connection.makefile("rb"):
            count = int(line)
            connection.send((b"0123456789" * (count // 10 + 1))[:count])


main()
