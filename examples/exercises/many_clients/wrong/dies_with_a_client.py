# caught by: reset
# select 做得对，可是一位客户的错误结束了整个程序。
# select is used well, but an error with one client ends the whole program.
import select
import socket
import sys

host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)), backlog=128)
clients = {}
while True:
    ready, _, _ = select.select([listener, *clients], [], [])
    for one in ready:
        if one is listener:
            clients[listener.accept()[0]] = b""
            continue
        data = one.recv(1024)
        if not data:
            del clients[one]
            one.close()
            continue
        *lines, clients[one] = (clients[one] + data).split(b"\n")
        for line in lines:
            print(line.decode("utf-8", "replace"), flush=True)
            one.sendall(line + b"\n")
