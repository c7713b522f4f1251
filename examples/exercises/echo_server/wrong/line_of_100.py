# caught by: long
# 一行超过 100 个字节，就关闭连接。
# Closes when a line has more than 100 bytes.
import socket
import sys


def serve(connection):
    line = 0
    while data := connection.recv(4096):
        for byte in data:
            line = 0 if byte == 10 else line + 1
            if line > 100:
                return
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
