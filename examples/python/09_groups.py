"""09 一份发给许多人：多播和广播，都留在这台机器上。
09 One datagram for many: multicast and broadcast, both kept on this machine.

    python3 examples/python/09_groups.py
"""
import os
import socket

from common import arguments, complain, explain, say, start, usage

# 239.255.0.0/16 是本地范围的组（RFC 2365）；127.255.255.255 是环回网络的广播地址。
# Groups of local scope are 239.255.0.0/16 (RFC 2365); 127.255.255.255 is the broadcast address of loopback.
GROUP = "239.255.88.9"
EVERYBODY = "127.255.255.255"
LOOPBACK = socket.inet_aton("127.0.0.1")
HELP = """\
用法 usage: python3 examples/python/09_groups.py
状态 status: 0 都收到了 all received · 1 网络出错 network error · 2 参数有错 bad argument
  77 这个系统上收不到 nothing comes on this system"""


def main():
    role, _, words = arguments("127.0.0.1:0", HELP)
    if role or words:
        usage(f"不认识的参数 unknown argument: {role or words[0]}")
    try:
        everywhere = [multicast(), broadcast()]
        return 0 if all(everywhere) else 77
    except OSError as error:
        return complain(f"{explain(error)}: {error}")


# ANCHOR: multicast
def multicast():
    receivers = two_at(GROUP)
    for udp in receivers:
        # 加入：哪个组，从哪个接口收。
        # Join: which group, on which interface.
        membership = socket.inet_aton(GROUP) + LOOPBACK
        udp.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        # 从环回接口发，TTL 是 0：不出这台机器。
        # Sent on loopback with TTL 0: it does not leave this machine.
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, LOOPBACK)
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 0)
        sender.sendto("你好".encode(), receivers[0].getsockname())
    say("多播 multicast: send 1 次 once")
    return received(receivers)
# ANCHOR_END: multicast


def broadcast():
    receivers = two_at(EVERYBODY)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        # 广播会打扰所有人，所以要先声明。
        # A broadcast disturbs everybody, so one has to ask for it first.
        to = receivers[0].getsockname()
        try:
            sender.sendto("你好".encode(), to)
        except PermissionError as error:
            say(f"广播 broadcast: 没有 without SO_BROADCAST: {error}")
            sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            sender.sendto("你好".encode(), to)
    say("广播 broadcast: send 1 次 once")
    return received(receivers)


def two_at(address):
    # Linux 上绑定组的地址：只收发往这个组的。Windows 不许绑定它，这里绑定 127.0.0.1。
    # On Linux we bind to the group's address, and get only what is sent to the group. Windows does
    # not allow this, so there it is 127.0.0.1.
    place, port, receivers = "127.0.0.1" if os.name == "nt" else address, 0, []
    for _ in range(2):
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        # 两个套接字收同一个端口，两个都要先同意。
        # Two sockets receive on one port, and both have to agree.
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        udp.bind((place, port))
        udp.settimeout(1)
        port = udp.getsockname()[1]
        receivers.append(udp)
    return receivers


def received(receivers):
    came = 0
    for number, udp in enumerate(receivers, 1):
        with udp:
            try:
                got = f"{len(udp.recv(2000))} 字节 bytes"
                came += 1
            except socket.timeout:
                got = "没有收到 nothing"
        say(f"  接收者 receiver {number}: recv {got}")
    return came == len(receivers)


if __name__ == "__main__":
    start(main)
