# caught by: cut
# 每次 recv 都解码：断在中间的字让这个线程崩溃。
# Each recv is decoded: a character cut in two crashes the thread.
import socket
import sys
import threading


def serve(connection):
    text = ""
    with connection:
        while data := connection.recv(1024):
            text += data.decode("utf-8")
            *lines, text = text.split("\n")
            for line in lines:
                print(line, flush=True)
                connection.sendall(f"{line}\n".encode())


host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)), backlog=128)
while True:
    connection, _ = listener.accept()
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
