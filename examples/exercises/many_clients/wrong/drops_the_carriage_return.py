# caught by: as_it_is
# 像许多 readLine 那样，行末的 \r 也去掉了。
# As many a readLine does, it drops the \r at the end of a line, too.
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
            while line := lines.readline(LIMIT + 1):
                if not line.endswith(b"\n"):
                    return
                line = line.removesuffix(b"\n").removesuffix(b"\r")
                print(line.decode("utf-8", "replace") + "\n", end="", flush=True)
                connection.sendall(line + b"\n")
    except OSError as error:
        print(error, file=sys.stderr)
    finally:
        seats.release()


main()
