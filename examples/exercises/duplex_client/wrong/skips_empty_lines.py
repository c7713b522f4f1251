# caught by: empty_line
# 空行没有字，就什么也不发。
# An empty line has no characters, so nothing is sent.
import os
import socket
import sys
import threading

host, port = sys.argv[-1].rsplit(":", 1)
connection = socket.create_connection((host, int(port)))


def speak():
    for line in sys.stdin.buffer:
        if line.strip():
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
