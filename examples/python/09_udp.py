"""09 UDP：一个数据报读一次，丢了、来了两次都没有人说；在它上面做停止等待。
09 UDP: one datagram, one read; nobody tells what is lost or comes twice. Stop-and-wait on top.

    python3 examples/python/09_udp.py
    python3 examples/python/09_udp.py server
    python3 examples/python/09_udp.py client
"""
import secrets
import socket
import struct
import time

from common import arguments, colour, complain, explain, family, printable, say, start, text, usage

ADDRESS = "127.0.0.1:8809"
# 第一次等 1 秒，每次加倍（RFC 6298 §2、§5）：1、2、4、8 秒。四次都没有确认，就不再试。
# The first wait is 1 s, and each doubles (RFC 6298 §2, §5): 1, 2, 4, 8 s. Then we give up.
FIRST_WAIT = 1
TRIES = 4
# 装得下任何一个 UDP 数据报：太长的也看得出来，不会被悄悄截断。
# Holds any UDP datagram: one that is too long is seen as such, and not cut silently.
LARGEST = 65536
# 一个数据报最多 1200 字节，装得进 1280 字节的 IPv6 包；再大，路上就可能要分片，丢一片等于全丢
# （RFC 8085 §3.2）。
# A datagram has at most 1200 bytes and fits into an IPv6 packet of 1280: a larger one may be
# fragmented on the path, and one lost fragment loses all of it (RFC 8085 §3.2).
LIMIT = 1200
# ! 是高位在前，B 是 1 字节，I 是 4 字节：种类、会话、编号，后面是文字。
# `!` is high byte first, B is 1 byte, I is 4: kind, conversation, number, and then text.
HEADER = struct.Struct("!BII")
DATA, ACK = 1, 2
CONVERSATIONS = 64

HELP = """\
例 examples:
  python3 examples/python/09_udp.py                  五件事 five facts
  python3 examples/python/09_udp.py server
  python3 examples/python/09_udp.py client
  python3 examples/python/09_udp.py client 127.0.0.1:8809 你好 再见
用法 usage: [server [ADDR] | client [ADDR] [MESSAGE…]]   ADDR = IP:PORT
  一个 MESSAGE 是一个数据报 each MESSAGE is one datagram
状态 status: 0 成功 done · 1 网络出错 network error · 2 参数有错 bad argument"""


def main():
    role, address, words = arguments(ADDRESS, HELP)
    if role != "client" and words:
        usage(f"不认识的参数 unknown argument: {words[0]}")
    try:
        if role is None:
            return facts()
        return client(address, words) if role == "client" else server(address)
    except OSError as error:
        return complain(f"{explain(error)}: {text(address)}: {error}")


# ANCHOR: facts
def facts():
    sender, receiver = pair()
    hello, bye = "你好".encode(), "再见了".encode()

    # 两次 send 是两个数据报：不粘在一起，也不分开。
    # Two sends are two datagrams: never glued, never split.
    sent = [sender.send(hello), sender.send(bye)]
    got = [len(receiver.recv(2000)), len(receiver.recv(2000))]
    say(f"1 边界 boundaries: send {sent} → recv {got}")

    # 空的数据报也是数据报。UDP 没有 FIN，recv 得到 b"" 不是结束。
    # An empty datagram is a datagram. UDP has no FIN: a recv of b"" is not the end.
    sent = [sender.send(b""), sender.send(hello)]
    got = [len(receiver.recv(2000)), len(receiver.recv(2000))]
    say(f"2 空的 empty: send {sent} → recv {got}")

    # 缓冲区只有 4 字节：POSIX 说多的丢掉；Windows 还报错误 10040。下一次 recv 是下一个数据报。
    # A buffer of 4 bytes: POSIX drops the rest; Windows reports error 10040 as well. The next recv
    # is the next datagram.
    sent = [sender.send(bye), sender.send(hello)]
    cut = outcome(receiver, 4)
    say(f"3 缓冲区 a buffer of 4: send {sent} → recv {cut}, {len(receiver.recv(2000))}")

    # 关掉收的一方：send 照样成功，对方的内核回 ICMP，下一次调用才得到错误。
    # The receiver closes: send still works, that kernel answers with ICMP, and the next call fails.
    receiver.close()
    sent = sender.send(hello)
    say(f"4 没有人收 nobody receives: send {sent} → recv {outcome(sender, 2000)}")

    # 收的一方不读：接收缓冲区满了，后来的丢掉。每次 send 都成功。
    # The receiver does not read: its buffer is full, what comes later is dropped. Every send works.
    sender, receiver = pair()
    sent = count(lambda: sender.send(b"x" * 1000))
    receiver.setblocking(False)
    got = count(lambda: receiver.recv(2000))
    say(f"5 来不及读 too slow: send {sent} 次 times → recv {got} 次 times")
    return 0
# ANCHOR_END: facts


def pair():
    # 只在本机；什么也不来，也只等 1 秒。
    # On this machine only, and where nothing comes, the wait is 1 second.
    sender, receiver = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    receiver.bind(("127.0.0.1", 0))
    sender.connect(receiver.getsockname())
    for udp in (sender, receiver):
        udp.settimeout(1)
    return sender, receiver


def outcome(udp, size):
    try:
        return len(udp.recv(size))
    except OSError as error:
        return f"错误 error: {error}"


def count(call):
    for times in range(1000):
        try:
            call()
        except OSError:
            return times
    return 1000


# ANCHOR: parse
def parse(datagram):
    # 边界由数据报给，不用写长度。看不懂的是 None。
    # The datagram itself is the boundary, so no length is written. What is not understood is None.
    if not HEADER.size <= len(datagram) <= LIMIT:
        return None
    kind, conversation, number = HEADER.unpack_from(datagram)
    words = datagram[HEADER.size :]
    # 从 1 开始编号：0 是“还一条也没有”。
    # Numbers begin with 1: 0 is "none so far".
    if number == 0 or not (kind == DATA or kind == ACK and not words):
        return None
    return kind, conversation, number, words
# ANCHOR_END: parse


# ANCHOR: server
def server(address):
    with socket.socket(family(address), socket.SOCK_DGRAM) as udp:
        # 没有 listen，没有 accept：一个套接字收所有人的数据报。
        # No listen, no accept: one socket gets everybody's datagrams.
        udp.bind(address)
        say(f"等数据报 waiting for datagrams on {text(udp.getsockname())}")
        heard, strays = {}, 0
        while True:
            try:
                datagram, peer = udp.recvfrom(LARGEST)
            except ConnectionResetError:
                # Windows 在这里报告：上一个确认没有人收（ICMP）。不关下一个数据报的事。
                # Windows reports here that nobody took our last ACK (ICMP). The next one is fine.
                continue
            ack = take(heard, peer, datagram)
            if ack:
                try:
                    # 确认也是一个会丢的数据报：丢了，客户端会再发一次。
                    # The ACK is a datagram, too: if it is lost, the client sends again.
                    udp.sendto(ack, peer)
                except OSError:
                    pass
                continue
            # 谁都能发来任何东西。不答；也只说三次：灌水的人不能刷满我们的屏幕。
            # Anyone may send anything. No answer, and only three lines: a flood must not fill our
            # screen.
            strays += 1
            if strays <= 3:
                say(f"{text(peer)} 不是下一条，不理 not the next one, ignored")


def take(heard, peer, datagram):
    message = parse(datagram)
    if not message or message[0] != DATA:
        return None
    kind, conversation, number, words = message
    last = heard.get((peer, conversation), 0)
    if number > last + 1:
        return None
    # 来过的不再打印，但要确认：对方再发，正是因为没有收到上一个确认。
    # What has come before is not shown again, but acknowledged: the peer sends it again because our
    # last ACK has not come.
    if number > last:
        # 对方的换行会冒充我们的下一行。
        # A line end of the peer would pass for a line of ours.
        line = printable(words.decode("utf-8", "replace")).replace("\n", " ")
        say(f"{text(peer)} " + colour(f"#{number} {line}", 36))
    else:
        say(f"{text(peer)} #{number} 又来一次，只确认 again, only acknowledged")
    remember(heard, (peer, conversation), max(last, number))
    return HEADER.pack(ACK, conversation, number)


def remember(heard, key, number):
    # 会话是对方开的，所以要有上限：满了，忘掉最久没有动静的。dict 记得先后。
    # Peers open conversations, so there is a bound: when it is reached, we forget the one that has
    # been silent for longest. A dict keeps its order.
    heard.pop(key, None)
    if len(heard) == CONVERSATIONS:
        del heard[next(iter(heard))]
    heard[key] = number
# ANCHOR_END: server


# ANCHOR: client
def client(address, words):
    words = words or ["一 one", "二 two", "三 three"]
    texts = [word.encode("utf-8", "surrogateescape") for word in words]
    for line in texts:
        if HEADER.size + len(line) > LIMIT:
            limit = LIMIT - HEADER.size
            usage(f"一个数据报装不下 too long for one datagram: {len(line)} > {limit} 字节 bytes")
    # 随机选一个会话号：以前的数据报迟到了，也不会当成这一次的；别人也难猜中。
    # A random conversation: a late datagram of an earlier run is not taken for one of this run, and
    # a forger has to guess.
    conversation = secrets.randbits(32)
    with socket.socket(family(address), socket.SOCK_DGRAM) as udp:
        # UDP 的 connect 不发包：内核记下对方，只收它的数据报，也把 ICMP 错误交给我们。
        # connect sends nothing in UDP: the kernel notes the peer, takes only its datagrams, and
        # hands us ICMP errors.
        udp.connect(address)
        for number, line in enumerate(texts, 1):
            if not deliver(udp, conversation, number, line):
                where = f"sent {TRIES} times: {text(address)}"
                return complain(f"发了 {TRIES} 次，没有确认 no acknowledgment, {where}")
    say("全部确认 all acknowledged")
    return 0
# ANCHOR_END: client


# ANCHOR: deliver
def deliver(udp, conversation, number, line):
    wait = FIRST_WAIT
    for attempt in range(1, TRIES + 1):
        say(f"#{number} 发出 sent ({attempt}/{TRIES})")
        udp.send(HEADER.pack(DATA, conversation, number) + line)
        if is_acknowledged(udp, conversation, number, time.monotonic() + wait):
            say(f"#{number} 已确认 acknowledged")
            return True
        # 消息丢了、确认丢了、只是慢：从这里看都一样。只能再发，而且等得更久。
        # Message lost, ACK lost, or only slow: it looks the same from here. All we can do is send
        # again, and wait longer.
        wait *= 2
    return False


def is_acknowledged(udp, conversation, number, end):
    # 期限是一个时刻：不相干的数据报再多，也不能让我们等得更久。
    # The deadline is a moment: stray datagrams cannot make us wait longer.
    while (left := end - time.monotonic()) > 0:
        udp.settimeout(left)
        try:
            if parse(udp.recv(LARGEST)) == (ACK, conversation, number, b""):
                return True
        except socket.timeout:
            return False
        # 旧的确认又来一次：什么也不发，接着等，只有等到期限才再发。若每个重复的确认都让我们再发一份，
        # 后面的每一条就都发两份（RFC 1123 §4.2.3.1）。
        # An old ACK once more: send nothing and wait on; only the deadline makes us send again. If
        # every repeated ACK made us send a copy, all later messages would go out twice (RFC 1123
        # §4.2.3.1).
    return False
# ANCHOR_END: deliver


if __name__ == "__main__":
    start(main)
