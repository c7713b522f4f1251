# caught by: one_more
# 上限太大：1 MiB。
# The bound is too large: 1 MiB.
import socket
import sys


def serve(connection):
    message = b""
    while data := connection.recv(1 << 18):
        message += data
        if len(message) > 1 << 20:
            return
    print(message.decode("utf-8", "replace"), flush=True)


host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
while True:
    connection, _ = listener.accept()
    with connection:
        try:
            serve(connection)
        except OSError as error:
            print(error, file=sys.stderr)
