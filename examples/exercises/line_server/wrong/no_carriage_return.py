# caught by: blanks
# 去掉所有的 \r，不只是行末的那一个。
# Takes every \r away, not only the one at the end.
import socket
import sys

LIMIT = 64 * 1024


def answer(connection, line):
    count = len(line.decode("utf-8", "replace").replace("\r", ""))
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
