# caught by: one_more
# 上限太大：一行 1 MiB。
# The bound is too large: a line of 1 MiB.
import socket
import sys

LIMIT = 1 << 20


def answer(connection, line):
    count = len(line.decode("utf-8", "replace").removesuffix("\r"))
    connection.sendall(f"{count}\n".encode())


def serve(connection):
    held = b""
    while data := connection.recv(1 << 18):
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
