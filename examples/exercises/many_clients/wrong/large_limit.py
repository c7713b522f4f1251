# caught by: limit
# 上限写成了 1 MiB：太长的一行照样送回。
# The limit is written as 1 MiB: a line that is too long goes back all the same.
import socket
import sys
import threading

LIMIT = 1024 * 1024
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
