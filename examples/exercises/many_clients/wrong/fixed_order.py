# caught by: turns
# 按固定的顺序轮流读：先听第一位，再听第二位。
# Clients are read in a fixed order: first the first, then the second.
import socket
import sys

host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)), backlog=128)
clients = [listener.accept()[0], listener.accept()[0]]
while True:
    for connection in clients:
        data = connection.recv(1024)
        print(data.decode("utf-8"), end="", flush=True)
        connection.sendall(data)
