"""01 一次通信：客户端发一条消息就走，服务器读到结束再打印。
01 One shot: the client sends one message and leaves; the server reads to the end, then prints.

两个终端里运行同一条命令：先到的当服务器，后到的当客户端。
Run the same command in two terminals: the first is the server, the second the client.

    python3 examples/python/01_one_shot.py
"""
import errno
import socket
import sys

from common import arguments, colour, complain, explain, family, printable, say, start, text, usage

ADDRESS = "127.0.0.1:9999"
# 对方能让我们等、能让我们存，所以两样都要有上限。
# The peer can make us wait and make us store, so both have a bound.
PATIENCE = 10
LIMIT = 1024 * 1024

HELP = """\
例 examples:
  python3 examples/python/01_one_shot.py             先到当服务器 first come: server
  python3 examples/python/01_one_shot.py server
  python3 examples/python/01_one_shot.py client
  python3 examples/python/01_one_shot.py client 127.0.0.1:9999 你好
  python3 examples/python/01_one_shot.py client 127.0.0.1:9999 - < letter.txt
用法 usage: [server [ADDR] | client [ADDR] [MESSAGE…]]   ADDR = IP:PORT
  MESSAGE 是 -：读标准输入 is -: read standard input
状态 status: 0 成功 done · 1 网络出错 network error · 2 参数有错 bad argument"""


def main():
    role, address, words = arguments(ADDRESS, HELP)
    try:
        if role == "client":
            return client(address, words)
        if words:
            usage(f"不认识的参数 unknown argument: {words[0]}")
        # ANCHOR: first_come
        # 一个地址只给一个程序：bind 成功就是先到，“地址被占用”就是后到。
        # One address, one program: if bind works we came first; "in use" means we came second.
        try:
            # create_server = socket + bind + listen；在 Unix 上还设了 SO_REUSEADDR。
            # create_server = socket + bind + listen; on Unix it sets SO_REUSEADDR as well.
            listener = socket.create_server(address, family=family(address))
        except OSError as error:
            if role is None and error.errno == errno.EADDRINUSE:
                say("地址有人用，我当客户端 address in use, so I am the client")
                return client(address, [])
            raise
        # ANCHOR_END: first_come
        return server(listener)
    except OSError as error:
        return complain(f"{explain(error)}: {text(address)}: {error}")


# ANCHOR: server
def server(listener):
    # with 结束时一定关闭：监听的套接字和接来的套接字是两个，都要关。
    # `with` always closes: the listening socket and the accepted one are two, and both must close.
    with listener:
        say(f"监听 listening on {text(listener.getsockname())}")
        connection, peer = listener.accept()
    message = bytearray()
    with connection:
        try:
            read_to_end(connection, message)
        except OSError as error:
            place = f"{text(peer)}，已收到 {len(message)} 字节 after {len(message)} bytes"
            return complain(f"{explain(error)}: {place}: {error}")
    if len(message) > LIMIT:
        return complain(f"消息超过 1 MiB，拒收 message over 1 MiB, refused: {text(peer)}")
    # 到齐了才解码：一个字可能断在两次 recv 之间。坏字节显示成 U+FFFD：一条坏消息不该让服务器崩溃。
    # Decode when all is here: a character may be cut between two recv calls. Bad bytes appear as
    # U+FFFD: a bad message must not crash a server.
    say(colour("客户端 client:", 36) + " " + printable(message.decode("utf-8", "replace")))
    say(f"收到 {len(message)} 字节 received {len(message)} bytes")
    return 0
# ANCHOR_END: server


# ANCHOR: read_to_end
def read_to_end(connection, message):
    connection.settimeout(PATIENCE)
    while len(message) <= LIMIT:
        # recv(4096) 给 1 到 4096 字节，多少由网络决定；只有 b"" 是结束：对方发来了 FIN。
        # recv(4096) gives 1 to 4096 bytes, as the network has it; only b"" is the end: a FIN.
        data = connection.recv(4096)
        if not data:
            break
        message += data
# ANCHOR_END: read_to_end


# ANCHOR: client
def client(address, words):
    # 先备好消息再连接，服务器就不必等我们的键盘。
    # The message is ready before we connect, so the server never waits for our keyboard.
    message = " ".join(words).encode("utf-8", "surrogateescape") if words else b"Hello, Server"
    if words == ["-"]:
        message = sys.stdin.buffer.read()
    with socket.create_connection(address, timeout=5) as connection:
        say(f"已连接 connected to {text(address)}")
        connection.settimeout(PATIENCE)
        # send 可能只收下一部分，返回收下的字节数；sendall 发到一个不剩。
        # send may take only a part and returns how much; sendall goes on until nothing is left.
        connection.sendall(message)
        # 写完只说明字节进了本机内核，不说明对方已读。
        # Written means: in our kernel's buffer. It does not mean the peer has read it.
        say(f"已发送 {len(message)} 字节 sent {len(message)} bytes")
    return 0
# ANCHOR_END: client


if __name__ == "__main__":
    start(main)
