# caught by: blanks
# 空行也是回答的一部分，它没有打印。
# An empty line is part of the answer, and is not printed.
import socket
import sys

host, port = sys.argv[-1].rsplit(":", 1)
try:
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall("你好\n".encode())
        answer = b""
        while data := connection.recv(4096):
            answer += data
        for line in answer.decode("utf-8", "replace").split("\n"):
            if line:
                print(line)
except OSError as error:
    sys.exit(f"error: {error}")
