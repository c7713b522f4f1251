"""练习 slow_reader：客户要多少字节就送多少，不管他读得多慢。
Exercise slow_reader: send a client as many bytes as it asks for, however slowly it reads.

检查 check: cargo workbook exercise check slow_reader --python
"""
import socket
import sys

# 一次最多要这么多字节。
# Nobody gets more bytes than this at once.
MOST = 16 * 1024 * 1024

# 一行最多这么多位数字，\n 不算。
# A line has at most this many digits, its \n not counted.
DIGITS = 32


def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    with socket.create_server((host, int(port)), backlog=128) as listener:
        while True:
            connection, _ = listener.accept()
            # TODO: 一位慢，别人不能等。
            # TODO: if one is slow, nobody else may wait.
            run(connection)


def run(connection):
    with connection:
        try:
            serve(connection)
        except OSError as error:
            print(error, file=sys.stderr)


def serve(connection):
    with connection.makefile("rb") as lines:
        # 对方让我们存的有上限：一行最多 DIGITS 字节，加上 \n。
        # What the peer makes us keep has a bound: DIGITS bytes a line, and its \n.
        left = number(lines.readline(DIGITS + 1))
        # TODO: 送 left 个字节，0123456789 反复；不要先做好整份回答。然后等下一个数。
        # TODO: send `left` bytes, 0123456789 again and again; do not make the whole answer first.
        #       Then wait for the next number.


def number(line):
    digits = line.removesuffix(b"\n")
    if digits == line or not digits.isdigit() or int(digits) > MOST:
        raise OSError("不是 0 到 16777216 的数 no number from 0 to 16777216")
    return int(digits)


main()
