# caught by: glue
# 一次 read 当成一行。
# One read is taken for one line.
import os


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


while text := os.read(0, 1 << 20):
    try:
        print(f"{checksum(bytes.fromhex(text.decode())):04x}", flush=True)
    except ValueError as error:
        print(f"bad: {error}", flush=True)
