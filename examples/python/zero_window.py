"""对方不读，窗口就关到 0：发送方停下，隔一会儿问一次“有空地了吗”。
A peer that does not read closes its window to 0: the sender stops, and asks now and then for room.

    python3 examples/python/zero_window.py server
    python3 examples/python/zero_window.py client
"""
import socket
import sys

from common import arguments, complain, explain, family, say, start, text, usage

ADDRESS = "127.0.0.1:9994"
DEADLINE = 10
# 向内核要很小的接收缓冲区，几个段就满。给多少由内核定：Linux 给两倍。
# Ask for a very small receive buffer: a few segments fill it. The kernel decides: Linux doubles it.
BUFFER = 2048
MESSAGE = b"0123456789abcde\n" * 135
HELP = """\
用法 usage: server [ADDR] | client [ADDR]    ADDR = IP:PORT
服务器按回车才读 the server reads when you press Enter"""


def main():
    role, address, words = arguments(ADDRESS, HELP)
    if words:
        usage(f"不认识的参数 unknown argument: {words[0]}")
    try:
        client(address) if role == "client" else server(address)
        return 0
    except OSError as error:
        return complain(f"{explain(error)}: {text(address)}: {error}")


# ANCHOR: server
def server(address):
    with socket.socket(family(address)) as listener:
        # 要在 listen 以前设：连接建立时，窗口的大小就告诉对方了。
        # Before listen: the size of the window is told when the connection is made.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        listener.bind(address)
        listener.listen()
        say(f"监听 listening on {text(listener.getsockname())}")
        connection, _ = listener.accept()
    with connection:
        connection.settimeout(DEADLINE)
        say("已接受，还不读 accepted, not reading yet")
        sys.stdin.readline()
        # 一读，缓冲区就有了空地；内核告诉对方新的窗口。
        # Reading makes room in the buffer; the kernel tells the peer the new window.
        total = 0
        while data := connection.recv(65536):
            total += len(data)
    say(f"收到 {total} 字节 received {total} bytes")
# ANCHOR_END: server


def client(address):
    with socket.create_connection(address, timeout=DEADLINE) as connection:
        # sendall 马上返回：字节在我们内核的发送缓冲区里，多数还没有上路。
        # sendall returns at once: the bytes are in our kernel's send buffer, most not yet on the way.
        connection.sendall(MESSAGE)
        say(f"sendall 返回 returned: {len(MESSAGE)} 字节 bytes")


if __name__ == "__main__":
    start(main)
