# caught by: as_it_is
# splitlines 在 \r、U+2028、U+0085 的地方也分行。
# splitlines begins a new line at \r, U+2028 and U+0085, too.
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
                line = line.removesuffix(b"\n")
                for text in line.decode("utf-8", "replace").splitlines() or [""]:
                    print(text + "\n", end="", flush=True)
                    connection.sendall(text.encode() + b"\n")
    except OSError as error:
        print(error, file=sys.stderr)
    finally:
        seats.release()


main()
