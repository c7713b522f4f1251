"""07 选项：套接字生来是什么样，你设了什么，内核记下了什么。
07 Options: what a socket is born with, what you set, and what the kernel made of it.

一个终端就能看：
One terminal is enough to see:

    python3 examples/python/07_options.py

要看选项对连接做了什么，就开两个终端：server … 和 client …，参数见 --help。
To see what options do to a connection, open two terminals: server … and client …; the arguments
are in --help.
"""
import errno
import os
import socket
import sys
import time

from common import arguments, colour, complain, explain, family, say, start, text, usage

ADDRESS = "127.0.0.1:8807"
# 连接等 5 秒；对方读得慢，发送一共等 10 秒。
# Connecting may take 5 seconds; if the peer reads slowly, sending may take 10 in all.
TO_CONNECT = 5
TO_SEND = 10
# 我们只数，不存；可是对方能发个不停。
# We only count, and keep nothing; but the peer could send without end.
LIMIT = 64 * 1024 * 1024

HELP = """\
例 examples:
  python3 examples/python/07_options.py              默认值，读回来的值 defaults, and what is read back
  python3 examples/python/07_options.py server
  python3 examples/python/07_options.py server 127.0.0.1:8807 --backlog 0 --clients 2
  python3 examples/python/07_options.py client 127.0.0.1:8807 --keepalive 1 1 3
用法 usage: [server [ADDR] | client [ADDR]] [OPTION…]   ADDR = IP:PORT
  --nodelay                           TCP_NODELAY
  --keepalive IDLE INTERVAL COUNT     SO_KEEPALIVE，空闲几秒、隔几秒、几次 seconds, seconds, times
  --rcvbuf BYTES   --sndbuf BYTES     SO_RCVBUF, SO_SNDBUF
服务器 server:
  --backlog N      listen 的队列 queue of listen (128)       --v6only 0|1    IPV6_V6ONLY
  --clients N      接待几个 how many to serve (1)            --bytes N       发几字节 to send (16)
客户端 client:
  --wait SECONDS   一共最多等几秒 to wait in all (60)
状态 status: 0 成功 done · 1 网络出错 network error · 2 参数有错 bad argument · 77 没有 IPv6 no IPv6"""

# ANCHOR: knobs
# macOS 把空闲时间叫 TCP_KEEPALIVE。
# macOS calls the idle time TCP_KEEPALIVE.
IDLE = getattr(socket, "TCP_KEEPIDLE", None) or getattr(socket, "TCP_KEEPALIVE", None)
# 每个选项：名字，它在哪一层，内核用的号码，是开关还是数。
# Each option: its name, its level, the kernel's number for it, and whether it is a switch or a number.
KNOBS = [
    ("SO_REUSEADDR", socket.SOL_SOCKET, socket.SO_REUSEADDR, bool),
    ("TCP_NODELAY", socket.IPPROTO_TCP, socket.TCP_NODELAY, bool),
    ("SO_KEEPALIVE", socket.SOL_SOCKET, socket.SO_KEEPALIVE, bool),
    ("TCP_KEEPIDLE", socket.IPPROTO_TCP, IDLE, int),
    ("TCP_KEEPINTVL", socket.IPPROTO_TCP, getattr(socket, "TCP_KEEPINTVL", None), int),
    ("TCP_KEEPCNT", socket.IPPROTO_TCP, getattr(socket, "TCP_KEEPCNT", None), int),
    ("SO_RCVBUF", socket.SOL_SOCKET, socket.SO_RCVBUF, int),
    ("SO_SNDBUF", socket.SOL_SOCKET, socket.SO_SNDBUF, int),
    ("IPV6_V6ONLY", socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, bool),
]


# ANCHOR: set
def set_knobs(sock, knobs):
    for name, level, option, _ in KNOBS:
        if name in knobs and option is not None:
            sock.setsockopt(level, option, knobs[name])
# ANCHOR_END: set


def read_knob(sock, level, option, kind):
    if option is None:
        return "?"
    # 开着的开关，读回来不一定是 1；是 0 才是关。
    # A switch that is on may read as another number than 1; only 0 is off.
    return int(kind(sock.getsockopt(level, option)))
# ANCHOR_END: knobs


def report(sock, knobs):
    """设了多少 → 内核说多少。What we asked for → what the kernel says."""
    for name, *knob in KNOBS:
        if name in knobs:
            say(f"  {name} {knobs[name]} → {read_knob(sock, *knob)}")


def main():
    role, address, words = arguments(ADDRESS, HELP)
    asks = read_arguments(role, words)
    try:
        if ":" in address[0]:
            socket.socket(socket.AF_INET6).close()
    except OSError:
        # 77：“这台机器上看不到”，和“试了，不行”是两回事。检查程序见到它就跳过。
        # 77 says "this machine cannot show it", which is not "tried and failed". Checks skip on it.
        say("这台机器没有 IPv6 no IPv6 on this machine")
        return 77
    try:
        if role is None:
            born_with()
            read_back()
            return 0
        return client(address, asks) if role == "client" else server(address, asks)
    except OSError as error:
        return complain(f"{explain(error)}: {text(address)}: {error}")


# ANCHOR: born_with
def born_with():
    with socket.socket() as fresh, socket.create_server(("127.0.0.1", 0)) as listener:
        with socket.create_connection(listener.getsockname(), timeout=TO_CONNECT) as connected:
            with listener.accept()[0] as accepted:
                say("                新的 fresh  监听 listener  接来的 accepted  连接的 connected")
                # 每个数都问自内核。监听的和新的不同，就是 create_server 设过。
                # Each number is the kernel's answer. Where the listener differs from the new one,
                # create_server has set something.
                for name, *knob in KNOBS[:8]:
                    values = [read_knob(s, *knob) for s in (fresh, listener, accepted, connected)]
                    say("{:<16}{:<12}{:<15}{:<17}{}".format(name, *values))
# ANCHOR_END: born_with


# ANCHOR: read_back
def read_back():
    say("设了多少 → 读回多少 what is set → what is read back")
    # setsockopt 成功，不等于照你的数办：Linux 记下两倍，太小的换成下限，太大的换成上限（socket(7)）。
    # setsockopt may succeed and use another number: Linux keeps twice as much, raises what is too
    # small and cuts what is too large (socket(7)).
    for size in (1, 20_000, 1_000_000_000):
        knobs = {"SO_RCVBUF": size, "SO_SNDBUF": size}
        with socket.socket() as sock:
            try:
                set_knobs(sock, knobs)
                report(sock, knobs)
            except OSError as error:
                say(f"  {size}: {error}")
# ANCHOR_END: read_back


# ANCHOR: listen
def listen(address, asks):
    listener = socket.socket(family(address))
    try:
        # create_server 会替我们设；自己调用 bind，就要自己设。在 Windows 上不要设：那里它允许另一个
        # 程序强占正在使用的端口。
        # create_server does this for us; if we call bind, we have to. Not on Windows, where it lets
        # another program take over a port that is in use.
        if os.name != "nt":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # 都在 listen 以前设：SYN 一来，内核就替我们回答，窗口按那时的接收缓冲区报。
        # All of it before listen: when a SYN comes the kernel answers for us, with a window that fits
        # the receive buffer as it is then.
        set_knobs(listener, asks["knobs"])
        listener.bind(address)
        # backlog：已经建立、还没有 accept 的连接，最多让几条排队。
        # The backlog: how many connections may be established and wait for accept.
        listener.listen(asks["--backlog"])
    except OSError:
        listener.close()
        raise
    return listener
# ANCHOR_END: listen


# ANCHOR: server
def server(address, asks):
    with listen(address, asks) as listener:
        say(f"监听 listening on {text(listener.getsockname())}")
        report(listener, asks["knobs"])
        for _ in range(asks["--clients"]):
            # 程序停在键盘上，不 accept。握手、探测、窗口，这时都由内核应付。
            # We wait at the keyboard and do not accept. Handshakes, probes and windows are all the
            # kernel's work now.
            say("按回车接受一个 Enter accepts one")
            if sys.stdin is None or not sys.stdin.buffer.readline():
                break
            serve(listener, asks)
    return 0


def serve(listener, asks):
    connection, peer = listener.accept()
    say(f"接受 accepted: {text(peer)}")
    with connection:
        # 接来的套接字，选项从监听的那个抄来（在 Linux 上试过）。
        # An accepted socket gets its options from the listening one (tried on Linux).
        report(connection, asks["knobs"])
        begin, size = time.monotonic(), asks["--bytes"]
        connection.settimeout(TO_SEND)
        try:
            # 发送缓冲区放得下，就马上返回；放不下，就等对方确认。sendall 的期限管全部。
            # If the send buffer has room this returns at once; if not, it waits for acknowledgments.
            # The deadline of sendall is for everything.
            connection.sendall(b"." * size)
        except OSError as error:
            # 一个客户端出错，不关下一个的事。
            # If one client fails, that is no concern of the next.
            say(f"{colour('错误 error:', 31)} {explain(error)}: {text(peer)}: {error}")
            return
        spent = int((time.monotonic() - begin) * 1000)
        say(f"交给内核 handed to the kernel: {size} 字节 bytes, {spent} ms")
# ANCHOR_END: server


# ANCHOR: client
def client(address, asks):
    with socket.socket(family(address)) as sock:
        # 在 connect 以前设：SYN 里的窗口，就按这时的接收缓冲区报。
        # Before connect: the window in the SYN fits the receive buffer as it is now.
        set_knobs(sock, asks["knobs"])
        sock.settimeout(TO_CONNECT)
        sock.connect(address)
        say(f"已连接 connected to {text(address)}")
        report(sock, asks["knobs"])
        return receive(sock, address, time.monotonic() + asks["--wait"])


def receive(sock, address, end):
    size, first = 0, None
    while True:
        left = end - time.monotonic()
        try:
            if left <= 0:
                raise socket.timeout("timed out")
            sock.settimeout(left)
            data = sock.recv(4096)
        except OSError as error:
            # 两种“超时”：我们自己的期限没有 errno；内核的探测没有人答，有（在 Windows 上是 ENETRESET）。
            # Two kinds of timeout: our own deadline has no errno; the kernel's, when its probes are not
            # answered, has one (on Windows it is ENETRESET).
            if error.errno in (errno.ETIMEDOUT, errno.ENETRESET):
                return complain(f"内核放弃了连接 the kernel gave the connection up: {text(address)}: {error}")
            place = f"{text(address)}，已收到 {size} 字节 after {size} bytes"
            return complain(f"{explain(error)}: {place}: {error}")
        if not data:
            break
        size += len(data)
        if size > LIMIT:
            return complain("超过 64 MiB，不收了 over 64 MiB, refused")
        first = first or time.monotonic()
    spent = int((time.monotonic() - first) * 1000) if first else 0
    say(f"收到 received: {size} 字节 bytes, {spent} ms")
    return 0
# ANCHOR_END: client


def read_arguments(role, words):
    knobs = {}
    asks = {"--backlog": 128, "--clients": 1, "--bytes": 16, "--wait": 60, "knobs": knobs}
    of_both = {"--rcvbuf": (1, 1 << 30), "--sndbuf": (1, 1 << 30)}
    of_one = {
        "server": {"--v6only": (0, 1), "--backlog": (0, 65535), "--clients": (1, 1000), "--bytes": (0, 16 << 20)},
        "client": {"--wait": (1, 3600)},
    }
    allowed = {**of_both, **of_one[role]} if role else {}
    names = {"--rcvbuf": "SO_RCVBUF", "--sndbuf": "SO_SNDBUF", "--v6only": "IPV6_V6ONLY"}
    words = list(words)
    while words:
        word = words.pop(0)
        if role and word == "--nodelay":
            knobs["TCP_NODELAY"] = 1
        elif role and word == "--keepalive":
            # Linux 的空闲和间隔最多 32767 秒，次数最多 127。
            # On Linux the idle time and the interval are at most 32767 s, the count at most 127.
            knobs["SO_KEEPALIVE"] = 1
            for name, most in (("TCP_KEEPIDLE", 32767), ("TCP_KEEPINTVL", 32767), ("TCP_KEEPCNT", 127)):
                knobs[name] = number(word, words, 1, most)
        elif word in allowed:
            value = number(word, words, *allowed[word])
            (knobs if word in names else asks)[names.get(word, word)] = value
        else:
            usage(f"不认识的参数 unknown argument: {word}")
    return asks


def number(word, words, least, most):
    given = words.pop(0) if words else ""
    if not (given.isascii() and given.isdecimal()):
        usage(f"后面要有数字 needs a number: {word}")
    # 几千位的数字，int 会拒绝。
    # int refuses a number of thousands of digits.
    value = int(given[:20])
    if not least <= value <= most:
        usage(f"{word}: {least} … {most}")
    return value


if __name__ == "__main__":
    start(main)
