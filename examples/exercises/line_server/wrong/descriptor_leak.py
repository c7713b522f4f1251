# caught by: gone
# shutdown 之后，连接还留在列表里，没有关闭。
# After shutdown the connection stays in a list, and is never closed.
import socket
import sys

clients = []
LIMIT = 64 * 1024


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
    clients.append(connection.dup())
    connection.shutdown(socket.SHUT_RDWR)


host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
while True:
    connection, _ = listener.accept()
    with connection:
        try:
            serve(connection)
        except OSError as error:
            print(error, file=sys.stderr)
