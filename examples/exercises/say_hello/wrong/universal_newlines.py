# caught by: blanks
# 文本方式的 makefile 把 \r 也当成行末。
# makefile in text mode takes a \r for a line end, too.
import socket
import sys

host, port = sys.argv[-1].rsplit(":", 1)
try:
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall("你好\n".encode())
        with connection.makefile("r", encoding="utf-8", errors="replace") as answer:
            for line in answer:
                print(line, end="")
except OSError as error:
    sys.exit(f"error: {error}")
