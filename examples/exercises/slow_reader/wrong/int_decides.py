# caught by: strict
# 交给 int 判断：空格、正负号、下划线、全角数字它都收。
# It lets int decide, which takes spaces, signs, underscores and full-width digits.
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
    with connection.makefile("rb") as lines:
        while line := lines.readline(DIGITS + 1):
            left = number(line)
            while left > 0:
                connection.sendall(BLOCK[:left])
                left -= min(left, len(BLOCK))


def number(line):
    digits = line.removesuffix(b"\n")
    try:
        count = int(digits.decode())
    except ValueError:
        count = -1
    if digits == line or not 0 <= count <= MOST:
        raise OSError("不是 0 到 16777216 的数 no number from 0 to 16777216")
    return count


main()
