# caught by: outgoing
# 听用了另一个线程，可是每发一行都等一句回答。
# Another thread listens, but each line that goes out waits for an answer.
import socket
import sys
import threading

host, port = sys.argv[-1].rsplit(":", 1)
connection = socket.create_connection((host, int(port)))
answered = threading.Event()


def listen():
    while data := connection.recv(4096):
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        answered.set()


threading.Thread(target=listen, daemon=True).start()
for line in sys.stdin.buffer:
    connection.sendall(line)
    answered.wait()
    answered.clear()
