# caught by: forgets
# 为每位客户准备 1 MiB，客户走了也不还。
# It makes 1 MiB ready for each client, and keeps it when the client is gone.
import socket
import sys
import threading

LIMIT = 64 * 1024

buffers = []


def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    with socket.create_server((host, int(port))) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=run, args=(connection,), daemon=True).start()


def run(connection):
    with connection:
        try:
            serve(connection)
        except OSError as error:
            print(error, file=sys.stderr)


def serve(connection):
    buffers.append(bytearray(b"\1" * (1 << 20)))
    held = bytearray()
    while data := connection.recv(16384):
        held += data
        if len(held) > LIMIT:
            refuse(connection)
            return
    lines = bytes(held).split(b"\n")
    if not lines[-1]:
        lines.pop()
    connection.sendall(b"".join(line + b"\n" for line in sorted(lines)))


def refuse(connection):
    connection.sendall(b"too long\n")
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(65536):
        pass


main()
