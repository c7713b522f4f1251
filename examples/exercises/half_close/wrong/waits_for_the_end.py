# caught by: limit
# 读到对方说完才看长度：对方不说完，它就一直等。
# It looks at the length when the peer is done: while the peer is not, it waits.
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
        held += data[: LIMIT + 1 - len(held)]
    if len(held) > LIMIT:
        connection.sendall(b"too long\n")
        return
    lines = bytes(held).split(b"\n")
    if not lines[-1]:
        lines.pop()
    connection.sendall(b"".join(line + b"\n" for line in sorted(lines)))


main()
