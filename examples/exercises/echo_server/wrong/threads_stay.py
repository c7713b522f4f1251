# caught by: gone
# 每位客户端一个线程，客户端走了，线程不结束。
# A thread for each client, which does not end when the client has gone.
import socket
import sys
import threading
import time


def serve(connection):
    with connection:
        try:
            while data := connection.recv(4096):
                connection.sendall(data)
        except OSError as error:
            print(error, file=sys.stderr)
    while True:
        time.sleep(60)


host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)), backlog=128)
while True:
    connection, _ = listener.accept()
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
