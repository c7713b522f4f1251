# caught by: bytes
# 先解码再编码：不是 UTF-8 的字节让程序崩溃。
# Decoded and encoded again: bytes that are not UTF-8 crash the program.
import socket
import sys

host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
while True:
    connection, _ = listener.accept()
    with connection:
        try:
            text = b""
            while data := connection.recv(1 << 16):
                text += data
                if text.endswith(b"\n"):
                    connection.sendall(text.decode("utf-8").encode("utf-8"))
                    text = b""
            connection.sendall(text.decode("utf-8").encode("utf-8"))
        except OSError as error:
            print(error, file=sys.stderr)
