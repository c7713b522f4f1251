# caught by: cut
# 每次 recv 都解码：断在中间的字变成 U+FFFD。
# Each recv is decoded: a character cut in two becomes U+FFFD.
import os
import socket
import sys
import threading

host, port = sys.argv[-1].rsplit(":", 1)
connection = socket.create_connection((host, int(port)))


def speak():
    for line in sys.stdin.buffer:
        connection.sendall(line)
    connection.shutdown(socket.SHUT_WR)


keyboard = threading.Thread(target=speak, daemon=True)
keyboard.start()
try:
    while data := connection.recv(4096):
        print(data.decode("utf-8", "replace"), end="", flush=True)
except OSError as error:
    print(error, file=sys.stderr, flush=True)
    os._exit(1)
keyboard.join()
