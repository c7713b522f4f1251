# caught by: incoming
# 发一句，等一句：等键盘的时候看不见网络。
# Send one, wait for one: at the keyboard the network is not seen.
import socket
import sys

host, port = sys.argv[-1].rsplit(":", 1)
connection = socket.create_connection((host, int(port)))
while True:
    try:
        text = input()
    except EOFError:
        break
    connection.sendall(f"{text}\n".encode())
    print(connection.recv(1024).decode("utf-8"), end="", flush=True)
