# caught by: refused
# 连不上就再试，没有尽头，也不说一句话。
# It tries again and again, without end and without a word.
import os
import socket
import sys
import threading
import time

host, port = sys.argv[-1].rsplit(":", 1)
while True:
    try:
        connection = socket.create_connection((host, int(port)))
        break
    except OSError:
        time.sleep(0.1)


def speak():
    for line in sys.stdin.buffer:
        connection.sendall(line)
    connection.shutdown(socket.SHUT_WR)


keyboard = threading.Thread(target=speak, daemon=True)
keyboard.start()
try:
    while data := connection.recv(4096):
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
except OSError as error:
    print(error, file=sys.stderr, flush=True)
    os._exit(1)
keyboard.join()
