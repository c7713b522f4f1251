"""00 套接字：连接由内核建立，由两端的地址和端口认定。
00 Sockets: the kernel makes a connection; the addresses and ports of both ends identify it.

    python3 examples/python/00_socket.py
"""
import os
import socket

from common import arguments, complain, explain, family, printable, say, start, text, usage

HELP = """\
用法 usage:
  python3 examples/python/00_socket.py               一个端口，三条连接 one port, three connections
  python3 examples/python/00_socket.py server ADDR   换一个地址 another address, such as 127.0.0.1:6667"""


def main():
    _, address, rest = arguments("127.0.0.1:6666", HELP)
    if rest:
        usage(f"不认识的参数 unknown argument: {rest[0]}")
    clients = []
    try:
        with listen(address) as listener:
            for number in (1, 2, 3):
                clients.append(connect(listener.getsockname(), number))
            say("现在才调用 accept now accept is called")
            for _ in clients:
                accept(listener)
        return 0
    except OSError as error:
        return complain(f"{explain(error)}: {text(address)}: {error}")
    finally:
        for client in clients:
            client.close()


# ANCHOR: listen
def listen(address):
    # socket 要一个描述符，bind 占下地址和端口，listen 让它等待连接。从 listen 起，握手由内核完成：
    # 连接建立好了，排进这个套接字的队列，等程序来取（listen(2)）。
    # socket gets a descriptor, bind takes the address and port, listen makes it wait for
    # connections. From listen on, the kernel does the handshakes: an established connection waits
    # in this socket's queue until the program takes it (listen(2)).
    listener = socket.socket(family(address), socket.SOCK_STREAM)
    # 上一次的连接还在 TIME-WAIT，也允许绑定（socket(7)）；在 Windows 上，它的意思不同。
    # Bind even while connections of the last run are in TIME-WAIT (socket(7)); on Windows it means
    # something else.
    if os.name == "posix":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(address)
    listener.listen()
    say(f"监听 listening: {text(listener.getsockname())}")
    return listener
# ANCHOR_END: listen


# ANCHOR: connect
def connect(address, number):
    # 没有指定本地端口：内核挑一个临时端口。对方的内核答应了，connect 就返回，不管它的程序有没有
    # 调用 accept。
    # No local port is named: the kernel picks an ephemeral port. connect returns when the other
    # kernel has agreed, whether or not its program has called accept.
    client = socket.create_connection(address, timeout=5)
    say(f"已连接 connected: 本地 local {text(client.getsockname())}, 对端 peer {text(client.getpeername())}")
    # 写也成功：字节停在服务器一侧的接收缓冲区里，等程序来读。
    # Writing succeeds too: the bytes wait in the receive buffer on the server's side.
    client.sendall(f"我是 I am {number}".encode())
    # 内核在这些字节后面发 FIN：“我不再发了。”
    # The kernel sends FIN after these bytes: "I will send no more."
    client.shutdown(socket.SHUT_WR)
    return client
# ANCHOR_END: connect


# ANCHOR: accept
def accept(listener):
    # 从队列里取一条已建立的连接，得到新的套接字；它的本地端口就是监听的端口。
    # Takes one established connection from the queue as a new socket, whose local port is the one
    # that we listen on.
    connection, peer = listener.accept()
    with connection:
        # 来的也可能是别的程序，它可以一直不说话，也可以说个没完：最多等 5 秒，最多读 64 字节。
        # It could be some other program, which says nothing at all, or never ends: wait at most 5
        # seconds, read at most 64 bytes.
        connection.settimeout(5)
        with connection.makefile("rb") as reader:
            said = printable(reader.read(64).decode("utf-8", "replace"))
        local = text(connection.getsockname())
        say(f"接受 accepted: 本地 local {local}, 对端 peer {text(peer)}: {said}")
# ANCHOR_END: accept


if __name__ == "__main__":
    start(main)
