# caught by: bad_bytes
# ed a0 80 是半个代理对，不是 UTF-8。
# ed a0 80 is half a surrogate pair, and not UTF-8.
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
        answer = body.decode("utf-8", "surrogatepass")[::-1].encode("utf-8", "surrogatepass")
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
