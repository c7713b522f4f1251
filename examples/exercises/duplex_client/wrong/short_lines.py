# caught by: as_typed
# 一次最多读 1024 字节，就当成一行。
# It reads at most 1024 bytes at a time, and takes them for a line.
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
    while line := sys.stdin.buffer.readline(1024):
        connection.sendall(line.rstrip(b"\r\n") + b"\n")
    connection.shutdown(socket.SHUT_WR)


def listen(connection):
    while data := connection.recv(4096):
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


main()
