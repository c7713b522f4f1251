# caught by: slow_reader
# 有期限的 send 只收下一部分，返回值没人看。
# With a timeout, send takes only a part, and nobody minds what it returns.
import socket
import sys

host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
while True:
    connection, _ = listener.accept()
    with connection:
        try:
            connection.settimeout(10)
            while data := connection.recv(1 << 22):
                connection.send(data)
        except OSError as error:
            print(error, file=sys.stderr)
