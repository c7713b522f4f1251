# caught by: silence
# 两秒不说话，就关闭连接。
# Closes after two seconds of silence.
import socket
import sys


def serve(connection):
    connection.settimeout(2)
    while data := connection.recv(4096):
        connection.sendall(data)


host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
while True:
    connection, _ = listener.accept()
    with connection:
        try:
            serve(connection)
        except OSError as error:
            print(error, file=sys.stderr)
