# caught by: endless
# 一行到齐了才看长度：没有 \n 的一行永远到不齐，一直存下去。
# It looks at the length of a whole line: one without \n is never whole, and all of it is kept.
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
    try:
        with connection, connection.makefile("rb") as lines:
            while line := lines.readline():
                if not line.endswith(b"\n") or len(line) > LIMIT + 1:
                    return
                line = line.removesuffix(b"\n")
                print(line.decode("utf-8", "replace") + "\n", end="", flush=True)
                connection.sendall(line + b"\n")
    except OSError as error:
        print(error, file=sys.stderr)
    finally:
        seats.release()


main()
