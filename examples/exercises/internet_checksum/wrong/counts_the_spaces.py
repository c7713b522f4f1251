# caught by: long
# 一行的上限把空格也数进去了。
# The bound of a line counts its spaces, too.
import sys


def main():
    while line := sys.stdin.readline(131075):
        try:
            print(f"{checksum(bytes.fromhex(line)):04x}", flush=True)
        except ValueError as error:
            print(f"bad: {error}", flush=True)


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


main()
