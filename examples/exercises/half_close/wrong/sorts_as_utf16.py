# caught by: bytes
# 按 UTF-16 的单元排序，像 Java 和 JavaScript 的字符串：😀 排到～前面。
# It sorts by the units of UTF-16, as strings in Java and JavaScript do: 😀 comes before ～.
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
        if len(held) > LIMIT:
            refuse(connection)
            return
    lines = bytes(held).split(b"\n")
    if not lines[-1]:
        lines.pop()
    lines.sort(key=lambda line: line.decode("utf-8", "surrogateescape").encode("utf-16-be", "surrogatepass"))
    connection.sendall(b"".join(line + b"\n" for line in lines))


def refuse(connection):
    connection.sendall(b"too long\n")
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(65536):
        pass


main()
