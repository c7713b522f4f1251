# unusual: iterates over a buffered file, answers in two writes, a thread for each client
import socket
import sys
import threading

LIMIT = 65536


def serve(client):
    with client, client.makefile("rb") as lines:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while line := lines.readline(LIMIT + 1):
            text = line.removesuffix(b"\n")
            if len(text) > LIMIT:
                return
            text = text.removesuffix(b"\r")
            client.send(str(len(text.decode(errors="replace"))).encode())
            client.send(b"\n")


def quietly(client):
    try:
        serve(client)
    except OSError as error:
        print("lost a client:", error)


host, port = sys.argv[-1].rsplit(":", 1)
with socket.create_server((host, int(port))) as listener:
    print("listening on", listener.getsockname())
    while True:
        threading.Thread(target=quietly, args=[listener.accept()[0]], daemon=True).start()
