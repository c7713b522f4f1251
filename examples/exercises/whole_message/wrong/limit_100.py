# caught by: long
# 上限太小：100 个字节。
# The bound is too small: 100 bytes.
import socket
import sys


def serve(connection):
    message = b""
    while data := connection.recv(4096):
        message += data
        if len(message) > 100:
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
