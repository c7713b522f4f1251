# caught by: as_it_is
# 用 utf-8-sig 解码，行首的 U+FEFF 没有了。
# It decodes as utf-8-sig: the U+FEFF at the beginning of a line is gone.
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
                text = line.decode("utf-8-sig", "replace") + "\n"
                print(text, end="", flush=True)
                connection.sendall(text.encode())
    except OSError as error:
        print(error, file=sys.stderr)
    finally:
        seats.release()


main()
