# caught by: bad_bytes
# 坏字节让 decode 抛出异常，整个服务器崩溃。
# Bad bytes make decode raise, and the whole server crashes.
import socket
import sys


def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    with socket.create_server((host, int(port))) as listener:
        while True:
            connection, _ = listener.accept()
            with connection:
                try:
                    serve(connection)
                except OSError as error:
                    print(error, file=sys.stderr)


def serve(connection):
    held = b""
    while data := connection.recv(4096):
        *lines, held = (held + data).split(b"\n")
        for line in lines:
            answer(connection, line)
        if len(held) > 65536:
            return
    if held:
        answer(connection, held)


def answer(connection, line):
    text = line.decode("utf-8").removesuffix("\r")
    connection.sendall(f"{len(text)}\n".encode())


main()
