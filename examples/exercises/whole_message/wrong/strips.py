# caught by: blanks
# 先 strip 再打印：两头的空格没了。
# strip before printing: the spaces at either end are gone.
import socket
import sys


def serve(connection):
    message = b""
    while data := connection.recv(4096):
        message += data
        if len(message) > 64 * 1024:
            return
    print(message.decode("utf-8", "replace").strip(), flush=True)


host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
while True:
    connection, _ = listener.accept()
    with connection:
        try:
            serve(connection)
        except OSError as error:
            print(error, file=sys.stderr)
