"""保活问内核，心跳问程序：连上 06_timeouts 的服务器，两样都用。
Keepalive asks the kernel, a heartbeat asks the program: connects to a server of 06_timeouts, and
uses both.

    python3 examples/python/06_timeouts.py server --deaf
    python3 examples/python/06_heartbeat.py client
"""
import socket
import sys

from common import arguments, complain, explain, say, start, text, usage

ADDRESS = "127.0.0.1:8806"
HELP = """\
用法 usage: python3 examples/python/06_heartbeat.py client [ADDR]   ADDR = IP:PORT
按回车送一次心跳，Ctrl-D 结束 Enter sends a heartbeat, Ctrl-D ends
状态 status: 0 都有回应 all answered · 1 网络出错 network error · 2 参数有错 bad argument"""


def main():
    role, address, words = arguments(ADDRESS, HELP)
    if role != "client" or words:
        usage("用法 usage: client [ADDR]")
    try:
        with socket.create_connection(address, timeout=3) as connection:
            keep_alive(connection)
            say(f"已连接 connected to {text(address)}")
            while sys.stdin.readline():
                heartbeat(connection)
                say("程序有回应 the program answers")
    except OSError as error:
        return complain(f"{explain(error)}: {text(address)}: {error}")
    return 0


# ANCHOR: both
def keep_alive(connection):
    # 3 秒没有动静，内核就发探测段，由对方的内核回答。各系统的选项名不同，没有的就用默认值。
    # After 3 s without a segment our kernel sends a probe, and the other kernel answers it. The
    # names of the options differ between systems; where one is missing, its default holds.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 3), ("TCP_KEEPINTVL", 1), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def heartbeat(connection):
    # 心跳是一个小问题，答案没有用，只看它来不来：空行送出去，程序原样送回。
    # A heartbeat is a small question whose answer matters only by coming: an empty line, which the
    # program sends back.
    connection.settimeout(2)
    connection.sendall(b"\n")
    if connection.recv(1) != b"\n":
        raise ConnectionAbortedError("对方说完了 the peer is done")
# ANCHOR_END: both


if __name__ == "__main__":
    start(main)
