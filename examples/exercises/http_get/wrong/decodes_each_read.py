# caught by: cut
# 每次 recv 都解码：断在中间的字变成 U+FFFD。
# Each recv is decoded: a character cut in two becomes U+FFFD.
import socket
import sys

path, address = sys.argv[1:]
host, port = address.rsplit(":", 1)
with socket.create_connection((host, int(port)), timeout=10) as server:
    request = f"GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    server.sendall(request.encode())
    answer = ""
    while data := server.recv(65536):
        answer += data.decode("utf-8", "replace")
    sys.stdout.write(answer.split("\r\n\r\n", 1)[1])
