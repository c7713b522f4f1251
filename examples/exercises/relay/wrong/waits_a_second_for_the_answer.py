# caught by: quiet
# 一边说完以后，最多再等一秒，就把两边都关掉。
# When one side is done, it waits for a second at most, and then closes both.
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


def relay(client, target):
    with client, socket.create_connection(target, timeout=CONNECT) as server:
        server.settimeout(None)
        up = threading.Thread(target=copy, args=(client, server), daemon=True)
        up.start()
        down = threading.Thread(target=copy, args=(server, client), daemon=True)
        down.start()
        up.join()
        down.join(1)
        client.shutdown(socket.SHUT_RDWR)


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
