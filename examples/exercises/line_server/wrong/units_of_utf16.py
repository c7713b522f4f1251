# caught by: code_points
# 数的是 UTF-16 的单元：😀 算了两个。
# Counts units of UTF-16: 😀 makes two.
import socket
import sys

LIMIT = 64 * 1024


def answer(connection, line):
    text = line.decode("utf-8", "replace").removesuffix("\r")
    count = len(text.encode("utf-16-le")) // 2
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
