# caught by: halves
# 所有客户合用一个缓冲区：两个半行拼成了一行。
# All clients share one buffer: two halves make one line.
import select
import socket
import sys

host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)), backlog=128)
clients, held = [], b""
while True:
    ready, _, _ = select.select([listener, *clients], [], [])
    for one in ready:
        if one is listener:
            clients.append(listener.accept()[0])
            continue
        data = one.recv(1024)
        if not data:
            clients.remove(one)
            one.close()
            continue
        *lines, held = (held + data).split(b"\n")
        for line in lines:
            print(line.decode("utf-8", "replace"), flush=True)
            one.sendall(line + b"\n")
