# caught by: spaces
# 只认连在一起的小写数字。
# Only small digits in one piece are read.
import sys


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


for line in sys.stdin:
    line = line.removesuffix("\n")
    if len(line) % 2 or set(line) - set("0123456789abcdef"):
        print("bad", flush=True)
    else:
        print(f"{checksum(bytes.fromhex(line)):04x}", flush=True)
