# unusual: right and slow: 8,000 bytes, and then a rest of 5 ms
import socket
import sys
import threading
import time

BLOCK = b"0123456789" * 800


def serve(connection):
    with connection, connection.makefile("rb") as lines:
        while (line := lines.readline(33)).endswith(b"\n"):
            if not line[:-1].isdigit() or int(line) > 16777216:
                return
            left = int(line)
            while left > 0:
                connection.sendall(BLOCK[:left])
                left -= len(BLOCK[:left])
                time.sleep(0.005)


host, port = sys.argv[-1].rsplit(":", 1)
with socket.create_server((host, int(port)), backlog=128) as listener:
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()
