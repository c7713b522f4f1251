# caught by: cut
# 一次 recv 当成整个回答。
# One recv is taken for the whole answer.
import socket
import sys

path, address = sys.argv[1:]
host, port = address.rsplit(":", 1)
with socket.create_connection((host, int(port)), timeout=10) as server:
    request = f"GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    server.sendall(request.encode())
    answer = server.recv(65536)
    head, _, body = answer.partition(b"\r\n\r\n")
    sys.stdout.buffer.write(body)
