# caught by: silent
# 八个线程的池：八位不说话的客户就把它占满。
# A pool of eight threads: eight silent clients fill it.
import socket
import sys
from concurrent.futures import ThreadPoolExecutor


def serve(connection):
    with connection, connection.makefile("rb") as lines:
        for line in lines:
            print(line.decode("utf-8", "replace"), end="", flush=True)
            connection.sendall(line)


host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)), backlog=128)
pool = ThreadPoolExecutor(max_workers=8)
while True:
    connection, _ = listener.accept()
    pool.submit(serve, connection)
