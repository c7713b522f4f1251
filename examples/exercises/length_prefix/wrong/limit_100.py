# caught by: longest
# 上限太小：正文 100 个字节。
# The bound is too small: a body of 100 bytes.
import socket
import struct
import sys

LIMIT = 100


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


host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
while True:
    connection, _ = listener.accept()
    with connection:
        try:
            serve(connection)
        except (OSError, UnicodeDecodeError) as error:
            print(error, file=sys.stderr)
