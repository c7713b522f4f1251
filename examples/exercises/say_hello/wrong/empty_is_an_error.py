# caught by: nothing
# 没有回答，被当成错误。
# No answer is taken for an error.
import socket
import sys

host, port = sys.argv[-1].rsplit(":", 1)
try:
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall("你好\n".encode("utf-8"))
        answer = b""
        while data := connection.recv(4096):
            answer += data
        if not answer:
            sys.exit("no answer")
        sys.stdout.buffer.write(answer)
except OSError as error:
    sys.exit(f"error: {error}")
