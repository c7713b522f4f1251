# caught by: forgets
# 为每位客户开一个管闹钟的线程，客户走了，闹钟没有人关。
# Each client gets a thread with an alarm clock, and nobody stops the clock when the client is gone.
import socket
import sys
import threading

LIMIT = 64 * 1024
CLIENTS = 200


def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    seats = threading.Semaphore(CLIENTS)
    with socket.create_server((host, int(port)), backlog=128) as listener:
        while True:
            connection, _ = listener.accept()
            if not seats.acquire(blocking=False):
                connection.close()
                continue
            threading.Thread(target=serve, args=(connection, seats), daemon=True).start()


def serve(connection, seats):
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    try:
        with connection, connection.makefile("rb") as lines:
            while line := lines.readline(LIMIT + 1):
                if not line.endswith(b"\n"):
                    return
                line = line.removesuffix(b"\n")
                print(line.decode("utf-8", "replace") + "\n", end="", flush=True)
                connection.sendall(line + b"\n")
    except OSError as error:
        print(error, file=sys.stderr)
    finally:
        seats.release()


main()
