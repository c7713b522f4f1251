# caught by: longest
# 上限算的是手里所有的字节，不是一行。
# The bound is for all bytes at hand, not for one line.
import socket
import sys


def serve(connection):
    held = b""
    while data := connection.recv(4096):
        held += data
        if len(held) > 64 * 1024 + 1:
            return
        *lines, held = held.split(b"\n")
        for line in lines:
            text = line.decode("utf-8", "replace").removesuffix("\r")
            connection.sendall(f"{len(text)}\n".encode())
    if held:
        connection.sendall(f"{len(held.decode('utf-8', 'replace'))}\n".encode())


host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
while True:
    connection, _ = listener.accept()
    with connection:
        try:
            serve(connection)
        except OSError as error:
            print(error, file=sys.stderr)
