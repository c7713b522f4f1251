# caught by: code_points
# utf-8-sig 会吃掉开头的 U+FEFF。
# utf-8-sig eats the U+FEFF at the beginning.
import socket
import struct
import sys

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
        answer = body.decode("utf-8-sig")[::-1].encode()
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
