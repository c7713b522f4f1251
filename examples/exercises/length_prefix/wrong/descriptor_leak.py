# caught by: gone
# shutdown 之后，连接还留在列表里，没有关闭。
# After shutdown the connection stays in a list, and is never closed.
import socket
import struct
import sys

clients = []
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
    while head := receive(connection, 4):
        length = struct.unpack(">I", head)[0]
        if length > LIMIT:
            return
        body = receive(connection, length)
        if body is None:
            return
        answer = body.decode("utf-8")[::-1].encode()
        connection.sendall(struct.pack(">I", len(answer)) + answer)
    clients.append(connection.dup())
    connection.shutdown(socket.SHUT_RDWR)


host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
while True:
    connection, _ = listener.accept()
    with connection:
        try:
            serve(connection)
        except (OSError, UnicodeDecodeError) as error:
            print(error, file=sys.stderr)
