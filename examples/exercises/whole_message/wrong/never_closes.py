# caught by: next
# 打印以后没有关闭连接，对方一直等不到结束。
# The connection is not closed after printing: the peer waits for an end that does not come.
import socket
import sys


def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    connections = []
    with socket.create_server((host, int(port))) as listener:
        while True:
            connection, _ = listener.accept()
            connections.append(connection)
            try:
                print(whole_message(connection).decode("utf-8", "replace"), flush=True)
            except OSError as error:
                print(error, file=sys.stderr)
                connection.close()


def whole_message(connection):
    message = b""
    while data := connection.recv(4096):
        message += data
        if len(message) > 65536:
            raise OSError("too long")
    return message


main()
