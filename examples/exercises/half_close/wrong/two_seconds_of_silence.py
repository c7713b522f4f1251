# caught by: silence
# 两秒没有声音，就断开：客户还没说完。
# Two seconds of silence, and it breaks off: the client was not done.
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
    connection.settimeout(2)
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
