"""路由表：去一个地址，用哪一行，交给谁。只能在 Linux 上运行，因为要读 /proc/net/route（proc(5)）。
The routing table: which row an address takes, and who gets the packet. Linux only: it reads
/proc/net/route (proc(5)).

    python3 examples/python/routes.py 127.0.0.1 192.0.2.1
"""
import ipaddress
import socket
import struct
import sys

from common import complain, say, start, usage

HELP = """\
例 example:
  python3 examples/python/routes.py 192.0.2.1
用法 usage: [IP…]
状态 status: 0 做完了 done · 1 没有路由表 no table · 2 参数有错 bad argument"""


def main():
    words = sys.argv[1:]
    if words[:1] in (["--help"], ["-h"]):
        say(HELP)
        return 0
    try:
        addresses = [ipaddress.IPv4Address(word) for word in words]
    except ValueError as error:
        return usage(f"要写 IPv4 地址 not an IPv4 address: {error}")
    try:
        table = read_table()
    except OSError as error:
        return complain(f"读不到路由表，要在 Linux 上 no routing table, Linux only: {error}")
    for prefix, gateway, card in table:
        say(f"表 table: {prefix} {way(gateway)}, {card}")
    for address in addresses:
        say(f"去 to {address}: {choose(table, address)}")
    return 0


# ANCHOR: table
def read_table():
    rows = []
    with open("/proc/net/route") as file:
        for line in file.readlines()[1:]:
            card, network, gateway, flags, _, _, _, mask = line.split()[:8]
            # 标志的最低位是 RTF_UP：没有它的行不算。
            # The lowest bit of the flags is RTF_UP: a row without it does not count.
            if int(flags, 16) & 1:
                prefix = ipaddress.IPv4Network((ip(network), str(ip(mask))))
                rows.append((prefix, ip(gateway), card))
    # 前缀长的在前：说得越具体，越优先。
    # Longer prefixes first: the more specific row wins.
    return sorted(rows, key=lambda row: -row[0].prefixlen)


def ip(text):
    # 内核照内存里的样子打印 32 位数，所以按本机字节序读回去。
    # The kernel prints the 32 bits as they lie in memory: read them in this machine's byte order.
    return ipaddress.IPv4Address(struct.pack("=I", int(text, 16)))


def choose(table, address):
    source, error = ask_kernel(address)
    # 去自己的地址，源地址也是它：内核另有一张 local 表，先查那张。
    # To an address of this host, the source is the same: the kernel has a table `local` for these.
    if source == str(address):
        return "本机 this host"
    said = f"源地址 from {source}" if source else f"内核说 the kernel says: {error}"
    for prefix, gateway, _ in table:
        # 地址的前几位和前缀一样，就用这一行。/0 和谁都一样，所以叫默认路由。
        # The row fits if the address begins with the prefix. /0 fits all: the default route.
        if address in prefix:
            return f"{prefix}, {way(gateway)}, {said}"
    return f"表里没有 no row, {said}"
# ANCHOR_END: table


def way(gateway):
    return f"下一跳 next hop {gateway}" if int(gateway) else "直接送到 direct"


# ANCHOR: source
def ask_kernel(address):
    # UDP 的 connect 什么也不发，只让内核查一遍路由：它选的源地址就是答案。
    # connect on UDP sends nothing, but the kernel looks up the route: see which source it picks.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        try:
            udp.connect((str(address), 9))
        except OSError as error:
            return None, error.strerror
        return udp.getsockname()[0], None
# ANCHOR_END: source


if __name__ == "__main__":
    start(main)
