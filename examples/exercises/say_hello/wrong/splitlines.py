# caught by: blanks
# splitlines 在 \r、U+2028 那里也分行。
# splitlines divides at \r and at U+2028, too.
import socket
import sys

host, port = sys.argv[-1].rsplit(":", 1)
try:
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall("你好\n".encode())
        answer = b""
        while data := connection.recv(4096):
            answer += data
        for line in answer.decode("utf-8", "replace").splitlines():
            print(line)
except OSError as error:
    sys.exit(f"error: {error}")
