# caught by: next
# 只处理了坏的文字；连接断了，整个程序也结束。
# Bad text is handled; a connection that breaks off ends the program.
import socket
import sys

host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))


def exactly(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data


while True:
    connection, _ = listener.accept()
    with connection:
        try:
            while True:
                length = int.from_bytes(exactly(connection, 4), "big")
                body = exactly(connection, length).decode("utf-8")[::-1].encode("utf-8")
                connection.sendall(len(body).to_bytes(4, "big") + body)
        except UnicodeDecodeError as error:
            print(error, file=sys.stderr)
