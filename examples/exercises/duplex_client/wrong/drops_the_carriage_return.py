# caught by: as_it_comes
# 写到屏幕以前，去掉每个 \r。
# Every \r is taken away before it goes to the screen.
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
    while data := connection.recv(4096):
        sys.stdout.buffer.write(data.replace(b"\r", b""))
        sys.stdout.buffer.flush()


main()
