# caught by: slow
# select 说可以读，就读一整行：半行的客户挡住所有人。
# select says readable, so a whole line is read: half a line holds up everybody.
import select
import socket
import sys

host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)), backlog=128)
clients = []


def line_of(connection):
    line = b""
    while not line.endswith(b"\n"):
        byte = connection.recv(1)
        if not byte:
            return line
        line += byte
    return line


while True:
    ready, _, _ = select.select([listener, *clients], [], [])
    for one in ready:
        if one is listener:
            connection, _ = listener.accept()
            clients.append(connection)
            continue
        if not (line := line_of(one)):
            clients.remove(one)
            one.close()
            continue
        print(line.decode("utf-8", "replace"), end="", flush=True)
        one.sendall(line)
