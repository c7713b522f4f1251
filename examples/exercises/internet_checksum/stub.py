# 练习 internet_checksum：每来一行十六进制的字节，打印它们的校验和。
# Exercise internet_checksum: for every line of hexadecimal bytes, print their checksum.
#
# 检查：cargo workbook exercise check internet_checksum --python
# Check: cargo workbook exercise check internet_checksum --python
import sys


def main():
    # 这个程序不用网络：字节从键盘来，结果写到屏幕上。
    # No network here: bytes come from the keyboard, results go to the screen.
    for line in sys.stdin:
        # 坏的一行，只是这一行的事：说一声，接着读下一行。
        # A bad line is the affair of that line alone: say so, and read the next one.
        try:
            print(f"{checksum(read(line)):04x}", flush=True)
        except ValueError as error:
            print(f"bad: {error}", flush=True)


def read(line):
    # TODO: 两个十六进制数字是一个字节；字节之间可以有空格。
    # TODO: two hexadecimal digits are a byte; there may be spaces between bytes.
    return b""


def checksum(data):
    # TODO: 每两个字节是一个数，高位在前；加起来，溢出的进位加回去，最后取反。
    # TODO: two bytes are a number, high byte first; add up, add carries back, then invert.
    return 0


main()
