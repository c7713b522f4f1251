# caught by: largest
# 只留下开头和最后的 4096 个字节。
# Keeps the first and the last 4096 bytes alone.
import socket
import sys


def serve(connection):
    message = b""
    while data := connection.recv(4096):
        message += data
        if len(message) > 64 * 1024:
            return
    if len(message) > 8192:
        message = message[:4096] + message[-4096:]
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
