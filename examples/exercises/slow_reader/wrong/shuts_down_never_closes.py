# caught by: forgets
# shutdown 了，却没有 close：客户看到了结束，描述符还占着。
# It calls shutdown and never close: the client sees the end, and the descriptor stays taken.
import socket
import sys
import threading

MOST = 16 * 1024 * 1024

BLOCK = b"0123456789" * 4000

DIGITS = 32

gone = []


def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    with socket.create_server((host, int(port)), backlog=128) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=run, args=(connection,), daemon=True).start()


def run(connection):
    gone.append(connection)
    try:
        serve(connection)
    except OSError as error:
        print(error, file=sys.stderr)
    try:
        connection.shutdown(socket.SHUT_RDWR)
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
    if digits == line or not digits.isdigit() or int(digits) > MOST:
        raise OSError("不是 0 到 16777216 的数 no number from 0 to 16777216")
    return int(digits)


main()
