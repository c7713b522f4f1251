# caught by: torn
# 消息断在中间，也当成一条完整的消息回答。
# A message that breaks off is answered as if it were whole.
import socket
import sys

host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))


def exactly(connection, count):
    data = b""
    while len(data) < count and (more := connection.recv(count - len(data))):
        data += more
    return data


while True:
    connection, _ = listener.accept()
    with connection:
        try:
            while header := exactly(connection, 4):
                length = int.from_bytes(header, "big")
                body = exactly(connection, length).decode("utf-8")[::-1].encode("utf-8")
                connection.sendall(len(body).to_bytes(4, "big") + body)
        except (OSError, ValueError) as error:
            print(error, file=sys.stderr)
