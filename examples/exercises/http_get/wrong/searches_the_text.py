# caught by: fields
# 在整个首部的文字里找 Content-Length。
# Content-Length is searched for in the text of the head.
import re
import socket
import sys

path, address = sys.argv[1:]
host, port = address.rsplit(":", 1)
with socket.create_connection((host, int(port)), timeout=10) as server:
    request = f"GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    server.sendall(request.encode())
    held = b""
    while b"\r\n\r\n" not in held:
        held += server.recv(65536)
    head, body = held.split(b"\r\n\r\n", 1)
    length = int(re.search(rb"content-length: ?(\d+)", head, re.IGNORECASE)[1])
    while len(body) < length:
        body += server.recv(65536)
    sys.stdout.buffer.write(body[:length])
