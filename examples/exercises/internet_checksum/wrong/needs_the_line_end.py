# caught by: last_line
# 没有 \n 的最后一行丢了。
# The last line, which has no \n, is lost.
import sys


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


for line in sys.stdin:
    if not line.endswith("\n"):
        break
    try:
        print(f"{checksum(bytes.fromhex(line)):04x}", flush=True)
    except ValueError as error:
        print(f"bad: {error}", flush=True)
