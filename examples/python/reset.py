"""没读完就关闭：内核不发 FIN，而发 RST。
Closing with unread input: the kernel sends no FIN but RST.

    python3 examples/python/reset.py server
    python3 examples/python/reset.py client
"""
import socket

from common import arguments, complain, explain, family, printable, say, start, text, usage

ADDRESS = "127.0.0.1:9996"
DEADLINE = 5
HELP = """\
用法 usage: server [ADDR] | client [ADDR]    ADDR = IP:PORT"""


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
    with socket.create_server(address, family=family(address)) as listener:
        say(f"监听 listening on {text(listener.getsockname())}")
        connection, _ = listener.accept()
    with connection:
        connection.settimeout(DEADLINE)
        # 来了 18 个字节，只读 6 个：另外 12 个留在接收缓冲区里。
        # 18 bytes came and we read 6: the other 12 stay in the receive buffer.
        data = connection.recv(6)
        say(f"只读 6 字节 read 6 bytes only: {printable(data.decode('utf-8', 'replace'))}")
        connection.sendall("够了\n".encode())
    # 关闭时还有没读的数据：内核用 RST 告诉对方“你的话没有读完”（RFC 9293 §3.6.1）。
    # Unread data at close: the kernel says so with RST (RFC 9293 section 3.6.1).
    say("没读完就关闭 closed with unread input")
# ANCHOR_END: server


# ANCHOR: client
def client(address):
    with socket.create_connection(address, timeout=DEADLINE) as connection:
        connection.sendall("你好，服务器".encode())
        say("已发送 18 字节 sent 18 bytes")
        while True:
            # 先读到回答；再读就是 ConnectionResetError，而不是结束（b""）。
            # First comes the answer; the next read raises ConnectionResetError: it is no end (b"").
            data = connection.recv(1024)
            if not data:
                break
            say(f"服务器 server: {printable(data.decode('utf-8', 'replace')).rstrip()}")
# ANCHOR_END: client


if __name__ == "__main__":
    start(main)
