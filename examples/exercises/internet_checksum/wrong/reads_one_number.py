# caught by: bad
# 整行交给 int：它还收下 0x、下划线和全角数字。
# The whole line goes to int, which takes 0x, underscores and wide digits as well.
import sys


def main():
    for line in sys.stdin:
        try:
            print(f"{checksum(read(line)):04x}", flush=True)
        except ValueError as error:
            print(f"bad: {error}", flush=True)


def read(line):
    digits = "".join(line.split())
    if len(digits) % 2:
        raise ValueError("odd")
    return int(digits or "0", 16).to_bytes(len(digits) // 2, "big")


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


main()
