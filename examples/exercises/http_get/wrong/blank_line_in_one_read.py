# caught by: dribble
# 只在这一次读到的字节里找空行。
# The empty line is looked for in what this read brought alone.
import socket
import sys

path, address = sys.argv[1:]
host, port = address.rsplit(":", 1)
with socket.create_connection((host, int(port)), timeout=10) as server:
    request = f"GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    server.sendall(request.encode())
    while data := server.recv(65536):
        if b"\r\n\r\n" in data:
            sys.stdout.buffer.write(data.split(b"\r\n\r\n", 1)[1])
            break
    while data := server.recv(65536):
        sys.stdout.buffer.write(data)
