# caught by: reset
# 连接断了，程序还等着键盘。
# The connection is gone, and the program still waits at the keyboard.
import socket
import sys
import threading

host, port = sys.argv[-1].rsplit(":", 1)
connection = socket.create_connection((host, int(port)))


def listen():
    try:
        while data := connection.recv(4096):
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
    except OSError as error:
        print(error, file=sys.stderr, flush=True)


network = threading.Thread(target=listen)
network.start()
for line in sys.stdin.buffer:
    connection.sendall(line)
connection.shutdown(socket.SHUT_WR)
network.join()
