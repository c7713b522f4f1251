# caught by: tail
# 读到的都先存下，写放在另一个线程里；读到 0 以后只等 0.05 秒就结束那个方向：没写完的丢了。
# Keeps what it reads, writes in a thread of its own, and ends the direction 0.05 s after a read of 0: the rest is lost.
import queue
import socket
import sys
import threading
import time

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
        copy(server, client)
        up.join()


def write(waiting, sink):
    try:
        while True:
            sink.sendall(waiting.get())
    except OSError:
        pass


def copy(source, sink):
    try:
        waiting = queue.Queue()
        threading.Thread(target=write, args=(waiting, sink), daemon=True).start()
        while data := source.recv(BUFFER):
            waiting.put(data)
        time.sleep(0.05)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


main()
