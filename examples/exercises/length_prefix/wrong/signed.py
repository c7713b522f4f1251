# caught by: too_long
# 长度当成有符号数：ff ff ff ff 是 -1，比上限小。
# Takes the length for signed: ff ff ff ff is -1, and less than the bound.
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
        length = struct.unpack(">i", head)[0]
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
