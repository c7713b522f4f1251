"""练习 half_close 的一种解法。
A solution of the exercise half_close.
"""
import socket
import sys
import threading

# 一位客户一共最多说这么多字节。
# A client says at most so many bytes in all.
LIMIT = 64 * 1024


def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    with socket.create_server((host, int(port))) as listener:
        while True:
            connection, _ = listener.accept()
            # 一位客户一个线程：等一位说完，别人不用等。
            # A thread for each client: while one is not done yet, nobody else waits.
            threading.Thread(target=run, args=(connection,), daemon=True).start()


def run(connection):
    with connection:
        try:
            serve(connection)
        except OSError as error:
            print(error, file=sys.stderr)


def serve(connection):
    held = bytearray()
    # recv 返回 b""：对方的 FIN 到了，它说完了。
    # recv gives b"": the peer's FIN has come, it is done.
    while data := connection.recv(16384):
        held += data
        if len(held) > LIMIT:
            refuse(connection)
            return
    lines = bytes(held).split(b"\n")
    # 最后一个 \n 后面没有行；没有 \n 结尾的那一段，也是一行。
    # After the last \n there is no line; a piece that has no \n is a line, too.
    if not lines[-1]:
        lines.pop()
    # 对方的方向结束了，自己的还开着。with 结束时关闭，内核发出 FIN。
    # The peer's direction has ended, ours is open. `with` closes at its end: the kernel sends FIN.
    connection.sendall(b"".join(line + b"\n" for line in sorted(lines)))


def refuse(connection):
    # 对方还在说，我们不听了：分两步关闭，回答才到得了。
    # The peer still speaks and we do not listen: closing in two steps lets the answer arrive.
    connection.sendall(b"too long\n")
    connection.shutdown(socket.SHUT_WR)
    # 读到对方也说完，什么也不存。这时缓冲区是空的，关闭不会变成 RST。
    # Read until the peer is done, too, keeping nothing. Now no RST: nothing is unread.
    while connection.recv(65536):
        pass


main()
