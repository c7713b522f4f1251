"""08 地址：一个名字有几个地址，每个是哪一种，监听哪一个，先连哪一个。
08 Addresses: how many a name has, of which kind each is, where to listen, which to try first.

    python3 examples/python/08_addresses.py what localhost 192.168.1.23 ::1
"""
import ipaddress
import queue
import socket
import sys
import threading
import time

from common import complain, explain, family, printable, say, start, text, usage

# 对方能让我们等、让我们存、占住我们的线程：三样都有上限。
# The peer can make us wait, store, and keep threads busy: all three have a bound.
PATIENCE = 5
LIMIT = 1024
CLIENTS = 64
# 一个还没有结果，就过这么久再试下一个（RFC 8305 §5 建议 250 毫秒）。
# How long one may stay without a result before the next one starts (RFC 8305 §5 recommends 250 ms).
DELAY = 0.25
# 名字服务器可以给一大串地址：只用前几个。
# A name server may give a long list: only the first ones are used.
ADDRESSES = 16

HELP = """\
例 examples:
  python3 examples/python/08_addresses.py mine
  python3 examples/python/08_addresses.py what localhost 10.1.2.3
  python3 examples/python/08_addresses.py server 127.0.0.1:8808 [::1]:8808
  python3 examples/python/08_addresses.py client localhost:8808
用法 usage: mine | what NAME… | server ADDR… | client HOST:PORT… [--in-turn]
  ADDR = IP:PORT；IPv6 写在方括号里 IPv6 in brackets: [::1]:8808
  --in-turn：一个失败了才试下一个 the next address only after one has failed
状态 status: 0 成功 done · 1 网络出错 network error · 2 参数有错 bad argument"""

# ANCHOR: kinds
# 前缀，谁连得到。前面的先算（IANA 的特殊用途地址表，RFC 6890）。
# A prefix, and who can reach it. The first match counts (the special-purpose addresses of IANA,
# RFC 6890).
KINDS = [(ipaddress.ip_network(prefix), prefix, words) for prefix, words in [
    ("0.0.0.0/32", "未指定：监听时是所有网卡 unspecified: to listen, all of them"),
    ("0.0.0.0/8", "不能用 not usable"),
    ("127.0.0.0/8", "环回：只有本机 loopback: this machine alone"),
    ("10.0.0.0/8", "私有：自己的网络里 private: inside your network"),
    ("172.16.0.0/12", "私有：自己的网络里 private: inside your network"),
    ("192.168.0.0/16", "私有：自己的网络里 private: inside your network"),
    ("100.64.0.0/10", "运营商的 NAT 后面 behind the NAT of a provider"),
    ("169.254.0.0/16", "链路本地：没有拿到地址 link-local: got no address"),
    ("192.0.2.0/24", "文档用 documentation"),
    ("198.51.100.0/24", "文档用 documentation"),
    ("203.0.113.0/24", "文档用 documentation"),
    ("224.0.0.0/4", "组播 multicast"),
    ("255.255.255.255/32", "广播 broadcast"),
    ("240.0.0.0/4", "保留 reserved"),
    ("::/128", "未指定：监听时是所有网卡 unspecified: to listen, all of them"),
    ("::1/128", "环回：只有本机 loopback: this machine alone"),
    ("::ffff:0:0/96", "IPv4 写成 IPv6 IPv4 written as IPv6"),
    ("fe80::/10", "链路本地：同一条链路 link-local: on this link"),
    ("fc00::/7", "唯一本地：自己的网络里 unique local: inside your network"),
    ("2001:db8::/32", "文档用 documentation"),
    ("ff00::/8", "组播 multicast"),
    ("0.0.0.0/0", "公网 public"),
    ("2000::/3", "公网 public"),
    ("::/0", "保留 reserved"),
]]


def described(ip):
    # fe80::1%eth0 里 % 后面是网卡：它不属于地址。
    # In fe80::1%eth0, what follows % is a network card: it is not part of the address.
    address = ipaddress.ip_address(ip.partition("%")[0])
    # `in`：前几个比特一样，就是这一种，和路由表用的是同一个办法。
    # `in`: the same first bits, the same kind. A routing table works in this way too.
    _, prefix, words = next(row for row in KINDS if address in row[0])
    shown = f"::ffff:{address.ipv4_mapped}" if getattr(address, "ipv4_mapped", None) else address
    return f"{shown}  {words}  [{prefix}]"
# ANCHOR_END: kinds


def main():
    words = sys.argv[1:]
    mode, rest = (words[0], words[1:]) if words else ("mine", [])
    hosts = [word for word in rest if word != "--in-turn"]
    try:
        if mode in ("--help", "-h"):
            say(HELP)
        elif mode == "mine" and not rest:
            mine()
        elif mode == "what" and rest:
            what(rest)
        elif mode == "server" and rest:
            server([bound(word) for word in rest])
        elif mode == "client" and hosts:
            client([endpoint(word) for word in hosts], "--in-turn" in rest)
        else:
            usage(f"参数有错 bad arguments: {' '.join(words)}")
    except (OSError, ValueError) as error:
        return complain(str(error))
    return 0


# ANCHOR: mine
def mine():
    # 我去外面时用哪个地址？UDP 的 connect 什么也不发，只让内核查路由表、选源地址（udp(7)）。
    # 目的地址留给文档用（RFC 5737、RFC 3849）：不属于任何人，走的是默认路由。
    # Which address do I use on my way out? connect on UDP sends nothing: the kernel looks up the
    # route and picks the source (udp(7)). These destinations are for documentation (RFC 5737,
    # RFC 3849): nobody has them, so the default route it is.
    for name, kind, far in [("IPv4", socket.AF_INET, "192.0.2.1"),
                            ("IPv6", socket.AF_INET6, "2001:db8::1")]:
        try:
            with socket.socket(kind, socket.SOCK_DGRAM) as udp:
                udp.connect((far, 9))
                say(f"{name}: {described(udp.getsockname()[0])}")
        except OSError as error:
            say(f"{name}: 出不去 no way out: {error}")
# ANCHOR_END: mine


def what(names):
    for name in names:
        try:
            say(described(str(ipaddress.ip_address(name))))
            continue
        except ValueError:
            pass
        for address in resolve(name, 0):
            say(f"{printable(name)} → {described(address[0])}")


# ANCHOR: endpoint
def endpoint(word):
    # 从最后一个冒号分开。IPv6 地址里也有冒号，所以要写在方括号里，和 URL 一样（RFC 3986 §3.2.2）；
    # 没有方括号，`::1:8808` 自己就是一个地址。
    # Cut at the last colon. IPv6 addresses have colons too, so they stand in brackets, as in a URL
    # (RFC 3986 §3.2.2). Without them, `::1:8808` is an address by itself.
    host, _, port = word.rpartition(":")
    inside = host[1:-1] if host[:1] == "[" and host[-1:] == "]" else None
    good = inside if inside is not None else host and ":" not in host
    if not good or not port.isdecimal() or not port.isascii() or int(port) > 65535:
        usage(f"地址写错 bad address: {word}（[::1]:8808？）")
    return inside or host, int(port)
# ANCHOR_END: endpoint


def bound(word):
    host, port = endpoint(word)
    try:
        return str(ipaddress.ip_address(host)), port
    except ValueError:
        usage(f"地址写错 bad address: {word}（[::1]:8808？）")


# ANCHOR: server
def server(addresses):
    # 每个地址一个监听的套接字。写 127.0.0.1 就只听 IPv4 的环回；要听 ::1，再写一个。
    # One listening socket for each address. 127.0.0.1 is the loopback of IPv4 alone; ::1 is another.
    busy = threading.Semaphore(CLIENTS)
    ends = queue.Queue()
    for address in addresses:
        try:
            listener = socket.create_server(address, family=family(address))
        except OSError as error:
            raise OSError(f"{explain(error)}: {text(address)}: {error}") from error
        say(f"监听 listening on {text(listener.getsockname())}")
        threading.Thread(target=accept, args=(listener, busy, ends), daemon=True).start()
    raise ends.get()
# ANCHOR_END: server


def accept(listener, busy, ends):
    while True:
        try:
            stream, peer = listener.accept()
        except ConnectionAbortedError:
            # 排队时对方已经断开，只是这一条没了。
            # The peer has aborted it while it was in the queue: this one is gone, that is all.
            continue
        except OSError as error:
            return ends.put(error)
        if busy.acquire(blocking=False):
            threading.Thread(target=attend, args=(stream, peer, busy), daemon=True).start()
        else:
            stream.close()


def attend(stream, peer, busy):
    try:
        with stream:
            answer(stream, peer)
        say(f"客户端 client {described(peer[0])}")
    except (OSError, ValueError) as error:
        say(f"客户端 client {text(peer)}: {error}")
    finally:
        busy.release()


# ANCHOR: answer
def answer(stream, peer):
    # 用 HTTP 说一句“你是谁”，好让同学的浏览器也能来试。
    # Says "you are …" in HTTP, so that a classmate can try it with a browser.
    read(stream, lambda request: request.endswith(b"\r\n\r\n"))
    head = "HTTP/1.0 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
    words = f"你是 you are {text(peer)}, 我是 I am {text(stream.getsockname())}\n"
    stream.settimeout(PATIENCE)
    stream.sendall((head + words).encode())
# ANCHOR_END: answer


def read(stream, whole):
    # 读到 whole 说够了，或者对方说完。总共最多等 PATIENCE，最多收 LIMIT 字节。
    # Reads until whole says so, or the peer is done. PATIENCE in all, and at most LIMIT bytes.
    end = time.monotonic() + PATIENCE
    data = b""
    while not whole(data):
        left = end - time.monotonic()
        if left <= 0:
            raise socket.timeout("等得太久 waited too long")
        stream.settimeout(left)
        try:
            block = stream.recv(LIMIT)
        except OSError as error:
            raise OSError(f"{explain(error)}: {error}") from error
        if not block:
            break
        data += block
        if len(data) > LIMIT:
            raise ValueError(f"太长 more than {LIMIT} bytes")
    return data


# ANCHOR: client
def client(hosts, in_turn):
    addresses = [address for host, port in hosts for address in resolve(host, port)]
    # 一个名字常有两种地址。轮流排好，再让它们赛跑（RFC 8305 §4、§5）。
    # A name often has addresses of both kinds. They take turns, then they race (RFC 8305 §4, §5).
    address, stream = race(interleave(addresses), in_turn)
    there = text(address)
    with stream:
        stream.settimeout(PATIENCE)
        try:
            stream.sendall(f"GET / HTTP/1.0\r\nHost: {there}\r\n\r\n".encode())
        except OSError as error:
            raise OSError(f"{explain(error)}: {there}: {error}") from error
        answer = read(stream, lambda _: False).decode("utf-8", "replace")
    _, empty, body = answer.partition("\r\n\r\n")
    if not empty:
        raise ValueError("不是 HTTP not HTTP")
    say(f"服务器 server: {printable(body.rstrip())}")
# ANCHOR_END: client


def resolve(host, port):
    # 查名字的调用没有期限，所以让另一个线程去等。
    # The call that looks a name up has no deadline: another thread waits for it.
    found = queue.Queue()
    threading.Thread(target=look_up, args=(host, port, found), daemon=True).start()
    try:
        result = found.get(timeout=PATIENCE)
    except queue.Empty:
        raise OSError(f"查名字太久 no answer for the name: {printable(host)}") from None
    if isinstance(result, Exception):
        raise OSError(f"没有这个名字 no such name: {printable(host)}: {result}")
    # 同一个地址可能来几遍：dict 去掉重复，次序不变。
    # An address may come several times: dict removes repeats and keeps the order.
    return list(dict.fromkeys(address[:2] for *_, address in result[:ADDRESSES]))


def look_up(host, port, found):
    try:
        found.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError) as error:
        found.put(error)


def interleave(addresses):
    # 两种地址轮流，从系统排在最前面的那种开始（RFC 8305 §4）。
    # The two kinds take turns, from the kind that the system puts first (RFC 8305 §4).
    first = addresses and family(addresses[0])
    same = [address for address in addresses if family(address) == first]
    other = [address for address in addresses if family(address) != first]
    mixed = []
    for place in range(len(addresses)):
        mixed += same[place:place + 1] + other[place:place + 1]
    return mixed


# ANCHOR: race
def race(addresses, in_turn):
    # 第一个连上的赢。失败了，立刻试下一个；没有动静，过 250 毫秒也试下一个，前面的不放弃。
    # The first one that connects wins. After a failure the next one starts at once; after 250 ms of
    # silence it starts as well, and the earlier ones go on.
    begin = time.monotonic()
    results = queue.Queue()
    running = 0
    waiting = list(addresses)
    while True:
        if waiting:
            address = waiting.pop(0)
            told(begin, "试 trying", text(address))
            running += 1
            threading.Thread(target=attempt, args=(address, results), daemon=True).start()
        elif not running:
            raise OSError("一个也连不上 none of them could be reached")
        # 还有别的可试，只等 250 毫秒；没有了，等到有结果。`--in-turn` 每次都等到有结果。
        # With more to try, wait for 250 ms; with none left, for a result. `--in-turn` always does.
        try:
            address, result = results.get(timeout=DELAY if waiting and not in_turn else 2 * PATIENCE)
        except queue.Empty:
            continue
        if isinstance(result, socket.socket):
            told(begin, "连上 connected", text(address))
            return address, result
        running -= 1
        told(begin, "不通 failed", f"{explain(result)}: {text(address)}: {result}")


def attempt(address, results):
    try:
        results.put((address, socket.create_connection(address, timeout=PATIENCE)))
    except OSError as error:
        results.put((address, error))
# ANCHOR_END: race


def told(begin, what, whom):
    say(f"{int((time.monotonic() - begin) * 1000):>5} ms  {what} {whom}")


if __name__ == "__main__":
    start(main)
