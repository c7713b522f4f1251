# caught by: forgets
# shutdown 了，却没有 close：客户看到了结束，描述符还占着。
# It calls shutdown and never close: the client sees the end, and the descriptor stays taken.
import socket
import sys
import threading

LIMIT = 64 * 1024
CLIENTS = 200

gone = []


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
        gone.append(connection)
        with connection.makefile("rb") as lines:
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
        hang_up(connection)


def hang_up(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError as error:
        print(error, file=sys.stderr)


main()
