# caught by: one_more
# 数的是字，不是字节。
# Counts characters, not bytes.
import socket
import sys


def serve(connection):
    message = b""
    while data := connection.recv(4096):
        message += data
        if len(message.decode("utf-8", "replace")) > 64 * 1024:
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
