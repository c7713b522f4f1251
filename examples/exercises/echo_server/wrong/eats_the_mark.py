# caught by: blanks
# 以为开头的 U+FEFF 不是内容。
# Takes a U+FEFF at the beginning for no content.
import socket
import sys


def serve(connection):
    while data := connection.recv(4096):
        connection.sendall(data.removeprefix(b"\xef\xbb\xbf"))


host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
while True:
    connection, _ = listener.accept()
    with connection:
        try:
            serve(connection)
        except OSError as error:
            print(error, file=sys.stderr)
