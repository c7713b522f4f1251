# caught by: blanks
# 打印之前 strip 每一行：两头的空格没了。
# strip each line before printing: the spaces at either end are gone.
import socket
import sys

host, port = sys.argv[-1].rsplit(":", 1)
try:
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall("你好\n".encode())
        answer = b""
        while data := connection.recv(4096):
            answer += data
        for line in answer.decode("utf-8", "replace").split("\n")[:-1]:
            print(line.strip())
except OSError as error:
    sys.exit(f"error: {error}")
