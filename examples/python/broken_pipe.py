"""对方已经走了，第一次发送仍然“成功”；第二次才出错。
The peer has gone, and the first send still "works"; the second one fails.

    python3 examples/python/broken_pipe.py server
    python3 examples/python/broken_pipe.py client
"""
import socket
import sys

from common import arguments, complain, explain, family, say, start, text, usage

ADDRESS = "127.0.0.1:9995"
DEADLINE = 5
HELP = """\
用法 usage: server [ADDR] | client [ADDR]    ADDR = IP:PORT
客户端每行发一次 the client sends each line"""


def main():
    role, address, words = arguments(ADDRESS, HELP)
    if words:
        usage(f"不认识的参数 unknown argument: {words[0]}")
    try:
        client(address) if role == "client" else server(address)
        return 0
    except OSError as error:
        return complain(f"{explain(error)}: {text(address)}: {error}")


def server(address):
    with socket.create_server(address, family=family(address)) as listener:
        say(f"监听 listening on {text(listener.getsockname())}")
        # 接受，什么也没读，就关闭：没有剩下的数据，所以发 FIN。
        # Accept, read nothing, close: nothing is left unread, so FIN goes out.
        listener.accept()[0].close()
    say("已关闭 closed")


# ANCHOR: client
def client(address):
    with socket.create_connection(address, timeout=DEADLINE) as connection:
        say(f"已连接 connected to {text(address)}")
        for line in sys.stdin:
            # FIN 只说“对方不再发”；它还读不读，我们不知道，所以内核照发。
            # FIN says "I send no more"; whether the peer still reads is unknown: the kernel sends.
            # 对方内核回 RST；从此以后，发送就是 BrokenPipeError。
            # The peer's kernel answers with RST; from then on, sending is a BrokenPipeError.
            sent = connection.send(line.encode("utf-8", "surrogateescape"))
            say(f"send 返回 returned {sent}")
# ANCHOR_END: client


if __name__ == "__main__":
    start(main)
