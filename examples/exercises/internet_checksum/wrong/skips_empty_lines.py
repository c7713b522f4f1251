# caught by: empty
# 空行没有回答。
# An empty line gets no answer.
import sys


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


for line in sys.stdin:
    if not line.strip():
        continue
    try:
        print(f"{checksum(bytes.fromhex(line)):04x}", flush=True)
    except ValueError as error:
        print(f"bad: {error}", flush=True)
