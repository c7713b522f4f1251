# caught by: bytes
# 解码再编码：不合法的字节让线程崩溃。
# Decoded and encoded again: invalid bytes crash the thread.
import socket
import sys
import threading

listen, target = (address.rsplit(":", 1) for address in sys.argv[1:])


def main():
    listener = socket.create_server((listen[0], int(listen[1])), backlog=128)
    while True:
        client, _ = listener.accept()
        threading.Thread(target=relay, args=(client,), daemon=True).start()


def relay(client):
    with client, socket.create_connection((target[0], int(target[1]))) as server:
        up = threading.Thread(target=copy, args=(client, server), daemon=True)
        up.start()
        copy(server, client)
        up.join()


def copy(source, sink):
    try:
        while data := source.recv(16384):
            sink.sendall(data.decode().encode())
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


main()
