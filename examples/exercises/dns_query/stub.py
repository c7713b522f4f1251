"""练习 dns_query：dns_query NAME ADDR，向 ADDR 问 NAME 的 IPv4 地址，一行打印一个。
Exercise dns_query: dns_query NAME ADDR asks ADDR for NAME's IPv4 addresses, prints one a line.

检查 check: cargo workbook exercise check dns_query --python
"""
import sys


class Wrong(Exception):
    """没有可用的回答：为什么。
    There is no usable answer: why.
    """


def main():
    name, server = sys.argv[1:]
    # 没有地址、没有回答、回答坏了：都说一声（到标准错误），状态是 1。
    # No address, no answer, a broken answer: each is said (on standard error), with status 1.
    try:
        addresses = ask(name, server)
    except (OSError, Wrong) as error:
        sys.exit(f"{name}: {error}")
    for address in addresses:
        print(address)


def ask(name, server):
    # TODO: 发一个 UDP 数据报：12 个字节的首部，一个问题（名字、类型 A、类 IN）。
    # TODO: send one UDP datagram: a header of 12 bytes, one question (name, type A, class IN).
    # TODO: 等回答：来自 ADDR，编号和问题都对得上才算；0.5 到 1 秒没来就再问一次。
    # TODO: wait for the answer: from ADDR, with your id and question; none in 0.5 to 1 second: ask
    # once more.
    # TODO: 读回答里的记录：名字可能是指针，别名（CNAME）要跟下去。
    # TODO: read the records in it: a name may be a pointer, and an alias (CNAME) is followed.
    raise Wrong("TODO")


main()
