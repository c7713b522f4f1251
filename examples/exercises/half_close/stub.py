"""练习 half_close：读到对方说完，把所有的行排好序送回去。
Exercise half_close: read until the peer is done, then send all its lines back, sorted.

    cargo workbook exercise check half_close -- python3 FILE.py
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
    # TODO: 读到 recv 返回 b""；最多存 LIMIT 字节。
    # TODO: read until recv gives b""; keep LIMIT bytes at most.
    # TODO: 没超过：按字节排序，每行一个 \n，送回去，再关闭自己的方向。
    # TODO: within it: sort by bytes, a \n after each line, send them, then close your direction.
    # TODO: 超过了：马上回答一行 too long，关闭自己的方向，把剩下的读掉，读到 b""。
    # TODO: beyond it: answer the line `too long` at once, close your direction, read on up to b"".
    pass


main()
