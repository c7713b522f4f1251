# 练习 parse_headers：一行十六进制是一个以太网帧，打印每一层首部说了什么。
# Exercise parse_headers: a line of hexadecimal is an Ethernet frame; print what its headers say.
#
# 检查：cargo workbook exercise check parse_headers --python
# Check: cargo workbook exercise check parse_headers --python
import sys


class Stop(Exception):
    """走不下去时的最后一行。 The last line, where there is no going on."""


def main():
    for line in sys.stdin:
        try:
            ethernet(bytes.fromhex(line))
        except Stop as last:
            print(last)
        except ValueError:
            print("bad hex")
        # 输出不是终端时 Python 会攒着：每一帧之后送出去。
        # Python keeps output back where it is no terminal: send it after each frame.
        sys.stdout.flush()


def ethernet(frame):
    # TODO: 14 个字节：目的 MAC、源 MAC、类型。不够就 raise Stop("short at eth")。
    # TODO: 14 bytes: destination MAC, source MAC, type. Fewer: raise Stop("short at eth").
    # TODO: 类型 0800 交给 IPv4，再由它交给 TCP；别的是 Stop("other …")。
    # TODO: type 0800 goes to IPv4, and from there to TCP; others are Stop("other …").
    raise Stop("TODO")


main()
