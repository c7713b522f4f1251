# caught by: limit
# 上限是 65536，它却在 65536 个字节就说太长。
# The limit is 65536 bytes, and at 65536 it says that it is too long.
import socket
import sys
import threading

LIMIT = 64 * 1024


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
    held = bytearray()
    while data := connection.recv(16384):
        held += data
        if len(held) >= LIMIT:
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
