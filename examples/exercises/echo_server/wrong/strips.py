# caught by: blanks
# 先 strip，再写回：两头的空格没了。
# strip, then write back: the spaces at either end are gone.
import socket
import sys


def serve(connection):
    while data := connection.recv(4096):
        connection.sendall(data.strip(b" \t"))


host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
while True:
    connection, _ = listener.accept()
    with connection:
        try:
            serve(connection)
        except OSError as error:
            print(error, file=sys.stderr)
