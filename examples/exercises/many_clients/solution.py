"""练习 many_clients 的一种解法。
A solution of the exercise many_clients.
"""
import socket
import sys
import threading

# 一行最多这么长（\n 不算），同时最多这么多位：两个上限相乘，就是对方能让我们存的。
# The most bytes of a line, its \n not counted, and the most clients at once: the product is what
# peers can make us keep.
LIMIT = 64 * 1024
CLIENTS = 200


def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    seats = threading.Semaphore(CLIENTS)
    # 许多人同时来，先在内核的队列里等 accept：队列要够长。
    # Many who come at once wait in the kernel's queue for accept: it must be long enough.
    with socket.create_server((host, int(port)), backlog=128) as listener:
        while True:
            # 这里只管 accept；等某一位开口的，是他自己的线程。
            # This loop only accepts; each client's own thread waits for that client to speak.
            connection, _ = listener.accept()
            # 坐满了：马上关闭，比让他空等好。
            # No seat left: close at once, which is better than to let them wait for nothing.
            if not seats.acquire(blocking=False):
                connection.close()
                continue
            threading.Thread(target=serve, args=(connection, seats), daemon=True).start()


def serve(connection, seats):
    # 一位客户出错，只结束他的线程。
    # An error with one client ends that client's thread alone.
    try:
        with connection, connection.makefile("rb") as lines:
            # readline 返回 b""：对方说完了。最多读 LIMIT + 1 字节，不会无限地存。
            # readline gives b"": the peer is done. It reads at most LIMIT + 1 bytes, and keeps no more.
            while line := lines.readline(LIMIT + 1):
                # 没有 \n：一行太长，或者说了半行就走了。都不回答。
                # No \n: the line is too long, or only half of it was said. Neither is answered.
                if not line.endswith(b"\n"):
                    return
                line = line.removesuffix(b"\n")
                # 整行只写一次：两个线程的行不会混在一起。
                # One write for the whole line: those of two threads do not mix.
                print(line.decode("utf-8", "replace") + "\n", end="", flush=True)
                connection.sendall(line + b"\n")
    except OSError as error:
        print(error, file=sys.stderr)
    finally:
        seats.release()


main()
