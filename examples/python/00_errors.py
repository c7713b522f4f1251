"""在这台机器上真的造出套接字的错误，打印它们的名字、编号和 Python 的异常。
Really makes errors of sockets on this machine, and prints their names, numbers and Python's exception.

    python3 examples/python/00_errors.py

只用 127.0.0.1；别的系统上，编号会不同，有几种造不出来。
Only 127.0.0.1 is used; on other systems the numbers differ, and a few errors cannot be made.
"""
import ctypes
import errno
import os
import signal
import socket

from common import say, start, usage
from sys import argv

HERE = "127.0.0.1"
PATIENCE = 5


def main():
    if argv[1:]:
        usage("用法 usage: 00_errors.py")
    for words, make in CASES:
        try:
            make()
            say(f"没有出错 no error · {words}")
        except (AttributeError, ImportError):
            say(f"这个系统没有 not on this system · {words}")
        except OSError as error:
            name = errno.errorcode.get(error.errno, "")
            number = f"{name} {error.errno}" if name else "没有编号 no number"
            say(f"{number} · {type(error).__name__} · {words}")
    return 0


def tcp():
    connection = socket.socket()
    connection.settimeout(PATIENCE)
    return connection


def pair():
    # 环回上的一条真的 TCP 连接。
    # A real TCP connection on loopback.
    with socket.create_server((HERE, 0)) as listener:
        client = socket.create_connection(listener.getsockname(), PATIENCE)
        server, _ = listener.accept()
    server.settimeout(PATIENCE)
    return client, server


# ANCHOR: refused
def refused():
    # 绑定了，没有 listen：端口是我们的，但没有人监听。
    # Bound, but no listen: the port is ours and nobody listens on it.
    with tcp() as idle, tcp() as client:
        idle.bind((HERE, 0))
        client.connect(idle.getsockname())


def udp(connected):
    # 要一个端口，再还回去：那里就没有人收了。
    # Take a port and give it back: now nobody receives there.
    with socket.socket(type=socket.SOCK_DGRAM) as nobody:
        nobody.bind((HERE, 0))
        address = nobody.getsockname()
    with socket.socket(type=socket.SOCK_DGRAM) as client:
        client.settimeout(0.2)
        # 内核用 ICMP 说“没有人收”。套接字记着对方，内核才知道这话该交给谁。
        # The kernel says with ICMP that nobody takes it; a socket that notes its peer hears it.
        if connected:
            client.connect(address)
            client.send(b"anyone?")
        else:
            client.sendto(b"anyone?", address)
        client.recv(1)
# ANCHOR_END: refused


# ANCHOR: timed_out
def deadline():
    client, server = pair()
    with client, server:
        client.settimeout(0.1)
        client.recv(1)


def timed_out():
    # 队列里只坐得下一位，又没有人 accept：后来的 SYN 被丢掉，没有回答。
    # The queue has room for one and nobody accepts: later SYNs are dropped, without an answer.
    with socket.create_server((HERE, 0), backlog=0) as listener:
        with socket.create_connection(listener.getsockname()), socket.socket() as late:
            # 平常内核要试两分钟左右；这里让它只等 1 秒。
            # The kernel tries for about two minutes as a rule; here it may wait 1 second.
            late.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1000)
            late.connect(listener.getsockname())
# ANCHOR_END: timed_out


# ANCHOR: gone
def reset():
    client, server = pair()
    with client:
        client.sendall(b"unread")
        # 等数据到了再关：没读完就关闭，内核发 RST。
        # Close when the data is there: with unread input, the kernel sends RST.
        server.recv(1, socket.MSG_PEEK)
        server.close()
        client.recv(1)


def broken_pipe():
    client, server = pair()
    with client:
        server.close()
        client.recv(1)
        client.send(b"first")
        # 第一次发送换来 RST；等它到了，第二次才知道。
        # The first send brings back RST; the second one learns of it.
        while True:
            client.send(b"second")
# ANCHOR_END: gone


# ANCHOR: address
def in_use():
    with socket.create_server((HERE, 0)) as first:
        socket.create_server(first.getsockname()).close()


def not_available():
    # 192.0.2.0/24 留给文档举例（RFC 5737），不会是这台机器的地址。
    # 192.0.2.0/24 is for documentation (RFC 5737), so it is no address of this machine.
    with tcp() as server:
        server.bind(("192.0.2.1", 0))


def unreachable():
    # TCP 只能一对一：多播地址没有路可走。
    # TCP is one to one: there is no way to a multicast address.
    with tcp() as client:
        client.connect(("224.0.0.1", 9))
# ANCHOR_END: address


# ANCHOR: nonblocking
def would_block():
    client, server = pair()
    with client, server:
        client.setblocking(False)
        client.recv(1)


def in_progress():
    with socket.create_server((HERE, 0)) as listener, tcp() as client:
        client.setblocking(False)
        client.connect(listener.getsockname())
# ANCHOR_END: nonblocking


# ANCHOR: interrupted
def interrupted():
    # Python 遇到 EINTR 会自己重来（PEP 475），所以直接调用 C 的 recv。
    # Python itself tries again after EINTR (PEP 475), so we call C's recv.
    recv = ctypes.CDLL(None, use_errno=True).recv if os.name == "posix" else None
    client, server = pair()
    with client, server:
        client.settimeout(None)
        signal.signal(signal.SIGALRM, lambda *_: None)
        # 每 0.1 秒一个信号，recv 正等着；没有数据，被信号叫醒的 recv 就返回错误。
        # A signal each 0.1 s while recv waits; with no data, a recv woken by a signal fails.
        signal.setitimer(signal.ITIMER_REAL, 0.1, 0.1)
        result = recv(client.fileno(), ctypes.create_string_buffer(1), 1, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        if result < 0:
            raise OSError(ctypes.get_errno(), "recv")
# ANCHOR_END: interrupted


# ANCHOR: too_many
def too_many():
    import resource

    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, limit[1]))
    held = []
    try:
        # 每个套接字占一个描述符；用完了，连 accept 都会失败。
        # Each socket takes a descriptor; without one, even accept fails.
        while True:
            held.append(socket.socket())
    finally:
        for one in held:
            one.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, limit)
# ANCHOR_END: too_many


# ANCHOR: misuse
def not_connected():
    with tcp() as connection:
        connection.recv(1)


def too_long():
    with socket.socket(type=socket.SOCK_DGRAM) as udp:
        udp.sendto(bytes(65508), (HERE, 9))


def not_permitted():
    # 广播要先声明（SO_BROADCAST），免得误发。
    # Broadcast must be asked for (SO_BROADCAST), so that nobody does it by mistake.
    with socket.socket(type=socket.SOCK_DGRAM) as udp:
        udp.sendto(b"everyone", ("255.255.255.255", 9))


def closed():
    connection = tcp()
    connection.close()
    connection.send(b"")
# ANCHOR_END: misuse


CASES = [
    ("没有人监听 nobody listens", refused),
    ("UDP，没有人收 UDP, and nobody takes it", lambda: udp(connected=True)),
    (
        "UDP，没有 connect 就听不到 UDP without connect does not hear of it",
        lambda: udp(connected=False),
    ),
    ("程序自己的期限到了 the program's own deadline", deadline),
    ("内核等不到回答 the kernel got no answer", timed_out),
    ("对方没读完就关闭 the peer closed with unread input", reset),
    ("对方走了还在发 sending to a peer that has gone", broken_pipe),
    ("地址有人监听 someone listens there", in_use),
    ("不是本机的地址 not an address of this machine", not_available),
    ("没有路 no way there", unreachable),
    ("现在没有数据 no data now", would_block),
    ("连接还在建立 still connecting", in_progress),
    ("信号打断了等待 a signal ended the wait", interrupted),
    ("描述符用完了 out of descriptors", too_many),
    ("还没有连接 not connected", not_connected),
    ("数据报太长 datagram too long", too_long),
    ("没有允许广播 broadcast not permitted", not_permitted),
    ("套接字已关闭 the socket is closed", closed),
]

if __name__ == "__main__":
    start(main)
