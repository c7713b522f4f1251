# caught by: bad
# 一行看不懂，整个程序就结束了。
# A line that makes no sense ends the whole program.
import sys


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


for line in sys.stdin:
    print(f"{checksum(bytes.fromhex(line)):04x}", flush=True)
