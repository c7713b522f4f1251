# caught by: forgets
# shutdown 了，却没有 close：客户看到了结束，描述符还占着。
# It calls shutdown and never close: the client sees the end, and the descriptor stays taken.
import socket
import sys
import threading

LIMIT = 64 * 1024

gone = []


def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    with socket.create_server((host, int(port))) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=run, args=(connection,), daemon=True).start()


def run(connection):
    try:
        serve(connection)
        connection.shutdown(socket.SHUT_RDWR)
    except OSError as error:
        print(error, file=sys.stderr)
    gone.append(connection)


def serve(connection):
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
