# caught by: gone
# shutdown 之后，连接还留在列表里，没有关闭。
# After shutdown the connection stays in a list, and is never closed.
import socket
import sys

clients = []


def serve(connection):
    message = b""
    while data := connection.recv(4096):
        message += data
        if len(message) > 64 * 1024:
            return
    print(message.decode("utf-8", "replace"), flush=True)
    connection.shutdown(socket.SHUT_RDWR)
    clients.append(connection.dup())


host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
while True:
    connection, _ = listener.accept()
    with connection:
        try:
            serve(connection)
        except OSError as error:
            print(error, file=sys.stderr)
