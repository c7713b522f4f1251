# caught by: bad
# 像 parseInt 和 sscanf 那样，读到看不懂的字符就停："1g" 当成 1。
# As parseInt and sscanf do, a number ends where it cannot be read on: "1g" is taken for 1.
import re
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
    return bytes(number(digits[at : at + 2]) for at in range(0, len(digits), 2))


def number(pair):
    known = re.match("[0-9a-fA-F]+", pair)
    if not known:
        raise ValueError(pair)
    return int(known[0], 16)


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


main()
