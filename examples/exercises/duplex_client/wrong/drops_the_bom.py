# caught by: as_it_comes
# 用 utf-8-sig 解码：开头的 U+FEFF 没有了。
# It decodes as utf-8-sig: the U+FEFF at the beginning is gone.
import codecs
import os
import socket
import sys
import threading


def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    try:
        connection = socket.create_connection((host, int(port)))
    except OSError as error:
        sys.exit(f"连不上 cannot connect: {error}")
    with connection:
        keyboard = threading.Thread(target=or_end, args=(speak, connection), daemon=True)
        keyboard.start()
        or_end(listen, connection)
        keyboard.join()


def or_end(direction, connection):
    try:
        direction(connection)
    except OSError as error:
        print(error, file=sys.stderr, flush=True)
        os._exit(1)


def speak(connection):
    for line in sys.stdin.buffer:
        connection.sendall(line.rstrip(b"\r\n") + b"\n")
    connection.shutdown(socket.SHUT_WR)


def listen(connection):
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    while data := connection.recv(4096):
        sys.stdout.buffer.write(decoder.decode(data).encode())
        sys.stdout.buffer.flush()


main()
