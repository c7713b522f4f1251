"""UDP：没有连接，一个数据报就是一次 recvfrom，边界都在；送没送到，没有人说。
UDP: no connection; one datagram is one recvfrom, with its boundaries; nobody says whether it arrived.

    python3 examples/python/udp.py server
    python3 examples/python/udp.py client 127.0.0.1:9992 你好 再见
"""
import socket

from common import arguments, complain, explain, family, printable, say, start, text

ADDRESS = "127.0.0.1:9992"
DEADLINE = 5
LARGEST = 65535
HELP = """\
用法 usage: server [ADDR] | client [ADDR] [MESSAGE…]    ADDR = IP:PORT
服务器按 Ctrl-C 结束 end the server with Ctrl-C"""


def main():
    role, address, words = arguments(ADDRESS, HELP)
    try:
        with socket.socket(family(address), socket.SOCK_DGRAM) as udp:
            client(udp, address, words or ["你好"]) if role == "client" else server(udp, address)
        return 0
    except OSError as error:
        return complain(f"{explain(error)}: {text(address)}: {error}")


# ANCHOR: server
def server(udp, address):
    # 没有 listen，没有 accept：一个套接字收所有人的数据报。
    # No listen, no accept: one socket receives the datagrams of everyone.
    udp.bind(address)
    say(f"等数据报 waiting for datagrams on {text(udp.getsockname())}")
    while True:
        try:
            data, peer = udp.recvfrom(LARGEST)
        except ConnectionResetError:
            # Windows 在这里报告：上一个回答没有人收。别的客户端不该受影响。
            # Windows reports here that nobody took the last answer: no matter for other clients.
            continue
        say(f"{text(peer)}: {printable(data.decode('utf-8', 'replace'))}")
        answer = f"收到 {len(data)} 字节 received {len(data)} bytes"
        try:
            udp.sendto(answer.encode(), peer)
        except OSError as error:
            say(f"! {text(peer)}: {error}")
# ANCHOR_END: server


# ANCHOR: client
def client(udp, address, words):
    # UDP 的 connect 不发包，只记下对方；这样内核才能把 ICMP 错误交给我们。
    # connect on UDP sends nothing, it notes the peer; so the kernel can hand us ICMP errors.
    udp.connect(address)
    udp.settimeout(DEADLINE)
    for word in words:
        sent = udp.send(word.encode("utf-8", "surrogateescape"))
        say(f"send 返回 returned {sent}")
    for _ in words:
        say(f"服务器 server: {printable(udp.recv(LARGEST).decode('utf-8', 'replace'))}")
# ANCHOR_END: client


if __name__ == "__main__":
    start(main)
