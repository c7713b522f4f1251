# caught by: gone
# 给每位客户端留着 1 MiB，一直不放掉。
# Keeps 1 MiB for each client, and never lets go of it.
import socket
import struct
import sys

kept = []
LIMIT = 64 * 1024


def receive(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            return None
        data += more
    return data


def serve(connection):
    kept.append(bytearray(1 << 20))
    while head := receive(connection, 4):
        length = struct.unpack(">I", head)[0]
        if length > LIMIT:
            return
        body = receive(connection, length)
        if body is None:
            return
        answer = body.decode("utf-8")[::-1].encode()
        connection.sendall(struct.pack(">I", len(answer)) + answer)


host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
while True:
    connection, _ = listener.accept()
    with connection:
        try:
            serve(connection)
        except (OSError, UnicodeDecodeError) as error:
            print(error, file=sys.stderr)
