# caught by: leftovers
# 客户端走了，它的线程还睡着。
# When a client has gone, its thread sleeps on.
import socket
import sys
import threading

CONNECT = 5
SEATS = threading.BoundedSemaphore(200)
BUFFER = 16 * 1024


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
        threading.Event().wait()


def relay(client, target):
    with client, socket.create_connection(target, timeout=CONNECT) as server:
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
