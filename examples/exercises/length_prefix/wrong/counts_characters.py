# caught by: characters
# 长度数成了字：“你好”写成 2，后面却有 6 个字节。
# The length counts characters: 你好 says 2, and 6 bytes follow.
import socket
import sys

host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))


def exactly(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise ValueError("end")
        data += more
    return data


while True:
    connection, _ = listener.accept()
    with connection:
        try:
            while True:
                length = int.from_bytes(exactly(connection, 4), "big")
                text = exactly(connection, length).decode("utf-8")[::-1]
                connection.sendall(len(text).to_bytes(4, "big") + text.encode("utf-8"))
        except (OSError, ValueError) as error:
            print(error, file=sys.stderr)
