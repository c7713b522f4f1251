# caught by: blanks
# utf-8-sig 会吃掉开头的 U+FEFF。
# utf-8-sig eats the U+FEFF at the beginning.
import socket
import sys


def serve(connection):
    message = b""
    while data := connection.recv(4096):
        message += data
        if len(message) > 64 * 1024:
            return
    print(message.decode("utf-8-sig", "replace"), flush=True)


host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
while True:
    connection, _ = listener.accept()
    with connection:
        try:
            serve(connection)
        except OSError as error:
            print(error, file=sys.stderr)
