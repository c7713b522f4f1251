# caught by: silence
# 两秒没来东西，就当成错误。
# Takes two seconds of silence for an error.
import socket
import sys

host, port = sys.argv[-1].rsplit(":", 1)
try:
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall("你好\n".encode())
        connection.settimeout(2)
        while data := connection.recv(4096):
            sys.stdout.buffer.write(data)
except OSError as error:
    sys.exit(f"error: {error}")
