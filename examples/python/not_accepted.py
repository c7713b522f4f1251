"""握手由内核完成：服务器还没调用 accept，客户端已经连上、说完、走了。
The kernel does the handshake: before the server calls accept, the client has connected, spoken, left.

    python3 examples/python/not_accepted.py server
    cargo run --example 01_one_shot -- client 127.0.0.1:9997 你好

你会看到：按回车以前，客户端就成功结束了。
You will see: the client ends with success before you press Enter here.
"""
import socket
import sys

from common import arguments, complain, explain, family, printable, say, start, text, usage

ADDRESS = "127.0.0.1:9997"
DEADLINE = 5
LIMIT = 1024
HELP = """\
用法 usage: [server [ADDR]]    ADDR = IP:PORT
按回车才接受 press Enter to accept"""


def main():
    role, address, words = arguments(ADDRESS, HELP)
    if role == "client" or words:
        usage("客户端用 01_one_shot the client is 01_one_shot")
    try:
        with socket.create_server(address, family=family(address)) as listener:
            say(f"监听，还不 accept listening, not accepting yet: {text(listener.getsockname())}")
            # 程序停在键盘上。内核照样回应握手，收下数据，替它确认。
            # The program waits at the keyboard. The kernel answers, takes data and acknowledges it.
            sys.stdin.readline()
            listener.settimeout(DEADLINE)
            accept(listener)
        return 0
    except OSError as error:
        return complain(f"{explain(error)}: {text(address)}: {error}")


# ANCHOR: accept
def accept(listener):
    # 从队列里取出早已建立的连接；客户端那边什么也不会发生。
    # Takes a connection made long ago out of the queue; nothing happens at the client.
    connection, peer = listener.accept()
    with connection:
        say(f"接受 accepted: {text(peer)}")
        connection.settimeout(DEADLINE)
        # 话在接收缓冲区里等着我们，FIN 也已经到了。
        # The words wait in the receive buffer, and the FIN has come as well.
        with connection.makefile("rb") as stream:
            message = stream.read(LIMIT)
    say(f"读到 read: {printable(message.decode('utf-8', 'replace'))}")
# ANCHOR_END: accept


if __name__ == "__main__":
    start(main)
