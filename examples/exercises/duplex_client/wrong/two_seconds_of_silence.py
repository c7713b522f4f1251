# caught by: silence
# 连接时设的两秒期限，recv 也带着：安静两秒就结束。
# The timeout of two seconds for connecting stays for recv: after two seconds of silence it ends.
import os
import socket
import sys
import threading


def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    try:
        connection = socket.create_connection((host, int(port)), timeout=2)
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
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


main()
