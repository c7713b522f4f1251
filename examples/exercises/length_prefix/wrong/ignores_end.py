# caught by: half_close
# recv 返回 b"" 没人看：循环永远等不到剩下的字节。
# Nobody minds the b"" of recv: the loop waits for ever for what is left.
import socket
import struct
import sys
import time

host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))


def exactly(connection, count):
    data = b""
    while len(data) < count:
        data += connection.recv(count - len(data))
        time.sleep(0.0005)
    return data


while True:
    connection, _ = listener.accept()
    with connection:
        try:
            while True:
                (length,) = struct.unpack(">I", exactly(connection, 4))
                body = exactly(connection, length).decode("utf-8")[::-1].encode("utf-8")
                connection.sendall(struct.pack(">I", len(body)) + body)
        except (OSError, ValueError) as error:
            print(error, file=sys.stderr)
