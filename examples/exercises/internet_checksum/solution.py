# 练习 internet_checksum 的一种解法。
# A solution of the exercise internet_checksum.
import sys


def main():
    # 这个程序不用网络：字节从键盘来，结果写到屏幕上。
    # No network here: bytes come from the keyboard, results go to the screen.
    for line in sys.stdin:
        # fromhex 自己跳过空格，坏的一行抛 ValueError：说一声，接着读下一行。
        # fromhex skips spaces and raises ValueError for a bad line: say so, read the next one.
        try:
            print(f"{checksum(bytes.fromhex(line)):04x}", flush=True)
        except ValueError as error:
            print(f"bad: {error}", flush=True)


def checksum(data):
    # 单数个字节：后面当作有一个 0。
    # An odd number of bytes: as if a 0 followed.
    data += bytes(len(data) % 2)
    # 每两个字节是一个数，线上高位在前。
    # Two bytes are a number, and the high byte comes first on the wire.
    total = sum(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))
    # 超出 16 位的是进位，加回来；加回来又可能进位，所以要循环。
    # What exceeds 16 bits are carries: add them back. That may carry again, hence a loop.
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    # Python 的 ~ 给出负数：只要低 16 位。
    # ~ gives a negative number in Python: only 16 bits are wanted.
    return ~total & 0xFFFF


main()
