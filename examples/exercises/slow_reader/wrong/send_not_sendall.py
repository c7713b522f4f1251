# caught by: large
# 设了期限的 send 只收下一部分，返回值没人看。
# With a timeout, send takes only a part, and nobody minds what it returns.
import socket
import sys
import threading

MOST = 16 * 1024 * 1024

BLOCK = b"0123456789" * 4000

DIGITS = 32


def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    with socket.create_server((host, int(port)), backlog=128) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=run, args=(connection,), daemon=True).start()


def run(connection):
    with connection:
        try:
            serve(connection)
        except OSError as error:
            print(error, file=sys.stderr)


def serve(connection):
    connection.settimeout(10)
    with connection.makefile("rb") as lines:
        while line := lines.readline(DIGITS + 1):
            left = number(line)
            connection.send((BLOCK * (left // len(BLOCK) + 1))[:left])


def number(line):
    digits = line.removesuffix(b"\n")
    if digits == line or not digits.isdigit() or int(digits) > MOST:
        raise OSError("不是 0 到 16777216 的数 no number from 0 to 16777216")
    return int(digits)


main()
