"""练习 slow_reader 的一种解法。
A solution of the exercise slow_reader.
"""
import socket
import sys
import threading

# 一次最多要这么多字节。
# Nobody gets more bytes than this at once.
MOST = 16 * 1024 * 1024

# 一块。长度是 10 的倍数：每一块都从 0 开始，接得上。
# A block. Its length is a multiple of 10: each block begins with 0, and the digits go on.
BLOCK = b"0123456789" * 4000

# 一行最多这么多位数字，\n 不算。
# A line has at most this many digits, its \n not counted.
DIGITS = 32


def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    # 许多人同时来，先在内核的队列里等 accept：队列要够长。
    # Many who come at once wait in the kernel's queue for accept: it must be long enough.
    with socket.create_server((host, int(port)), backlog=128) as listener:
        while True:
            connection, _ = listener.accept()
            # 一位一个线程：sendall 停住的时候，停的只是这一位的线程。
            # A thread each: where sendall waits, only the thread of this one client waits.
            threading.Thread(target=run, args=(connection,), daemon=True).start()


def run(connection):
    with connection:
        try:
            serve(connection)
        except OSError as error:
            print(error, file=sys.stderr)


def serve(connection):
    with connection.makefile("rb") as lines:
        # readline 返回 b""：对方说完了。最多读 DIGITS + 1 字节，不会无限地存。
        # readline gives b"": the peer is done. It reads at most DIGITS + 1 bytes, and keeps no more.
        while line := lines.readline(DIGITS + 1):
            left = number(line)
            while left > 0:
                # 对方不读，缓冲区满了，sendall 就等着；对方断开，它抛出 OSError。
                # If the peer does not read and buffers are full, sendall waits; if it leaves, it
                # raises OSError.
                connection.sendall(BLOCK[:left])
                left -= min(left, len(BLOCK))


def number(line):
    digits = line.removesuffix(b"\n")
    # bytes 的 isdigit 只认 0 到 9；int 自己还会收下空格、正负号、下划线。
    # isdigit of bytes knows 0 to 9 alone; int by itself would take spaces, signs, underscores, too.
    if digits == line or not digits.isdigit() or int(digits) > MOST:
        raise OSError("不是 0 到 16777216 的数 no number from 0 to 16777216")
    return int(digits)


main()
