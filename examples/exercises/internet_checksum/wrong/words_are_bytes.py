# caught by: bad
# 按空格切开，一个词当一个字节："01 2" 有三个数字，也收下了。
# Split at spaces, a word is a number of bytes: "01 2" has three digits and is accepted.
import sys


def main():
    for line in sys.stdin:
        try:
            print(f"{checksum(read(line)):04x}", flush=True)
        except ValueError as error:
            print(f"bad: {error}", flush=True)


def read(line):
    data = b""
    for word in line.split():
        data += bytes.fromhex(word.zfill(2))
    return data


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


main()
