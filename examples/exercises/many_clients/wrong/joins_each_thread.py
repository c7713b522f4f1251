# caught by: turns
# 开了线程，马上又 join：还是一位一位来。
# A thread is started and joined at once: still one client at a time.
import socket
import sys
import threading


def serve(connection):
    with connection, connection.makefile("rb") as lines:
        for line in lines:
            print(line.decode("utf-8", "replace"), end="", flush=True)
            connection.sendall(line)


host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)), backlog=128)
while True:
    connection, _ = listener.accept()
    thread = threading.Thread(target=serve, args=(connection,))
    thread.start()
    thread.join()
