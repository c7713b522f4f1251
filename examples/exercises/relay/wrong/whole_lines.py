# caught by: bytes
# 按行转发：没有换行就一直等。
# It relays lines: with no line end, it waits.
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
        for line in source.makefile("rb"):
            sink.sendall(line)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


main()
