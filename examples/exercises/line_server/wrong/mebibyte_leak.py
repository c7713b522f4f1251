# caught by: gone
# 给每位客户端留着 1 MiB，一直不放掉。
# Keeps 1 MiB for each client, and never lets go of it.
import socket
import sys

kept = []
LIMIT = 64 * 1024


def answer(connection, line):
    count = len(line.decode("utf-8", "replace").removesuffix("\r"))
    connection.sendall(f"{count}\n".encode())


def serve(connection):
    kept.append(bytearray(1 << 20))
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
