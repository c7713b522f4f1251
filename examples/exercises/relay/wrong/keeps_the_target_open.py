# caught by: leftovers
# 只关客户端的连接，目标的连接从来不关。
# Closes the client's connection, and never the target's.
import socket
import sys
import threading

CONNECT = 5
SEATS = threading.BoundedSemaphore(200)
BUFFER = 16 * 1024


OPEN = []


def main():
    listen, target = (address.rsplit(":", 1) for address in sys.argv[1:])
    target = (target[0], int(target[1]))
    with socket.create_server((listen[0], int(listen[1])), backlog=128) as listener:
        while True:
            client, _ = listener.accept()
            if SEATS.acquire(blocking=False):
                threading.Thread(target=serve, args=(client, target), daemon=True).start()
            else:
                client.close()


def serve(client, target):
    try:
        relay(client, target)
    except OSError as error:
        print(error, file=sys.stderr)
    finally:
        SEATS.release()


def relay(client, target):
    with client:
        server = socket.create_connection(target, timeout=CONNECT)
        OPEN.append(server)
        server.settimeout(None)
        up = threading.Thread(target=copy, args=(client, server), daemon=True)
        up.start()
        copy(server, client)
        up.join()


def copy(source, sink):
    try:
        while data := source.recv(BUFFER):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


main()
