# caught by: gone
# 每条消息占 1 MiB，一直不放掉。
# 1 MiB for each message, never let go of.
import socket
import sys

messages = []


def serve(connection):
    message = b""
    while data := connection.recv(4096):
        message += data
        if len(message) > 64 * 1024:
            return
    print(message.decode("utf-8", "replace"), flush=True)
    messages.append(message.ljust(1 << 20))


host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
while True:
    connection, _ = listener.accept()
    with connection:
        try:
            serve(connection)
        except OSError as error:
            print(error, file=sys.stderr)
