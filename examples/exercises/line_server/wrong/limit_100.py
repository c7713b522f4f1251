# caught by: longest
# 上限太小：一行 100 个字节。
# The bound is too small: a line of 100 bytes.
import socket
import sys

LIMIT = 100


def answer(connection, line):
    count = len(line.decode("utf-8", "replace").removesuffix("\r"))
    connection.sendall(f"{count}\n".encode())


def serve(connection):
    held = b""
    while data := connection.recv(4096):
        *lines, held = (held + data).split(b"\n")
        for line in lines:
            if len(line) > LIMIT:
                return
            answer(connection, line)
        if len(held) > LIMIT:
            return
    if held:
        answer(connection, held)


host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
while True:
    connection, _ = listener.accept()
    with connection:
        try:
            serve(connection)
        except OSError as error:
            print(error, file=sys.stderr)
