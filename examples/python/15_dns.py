"""15 DNS：问名字的地址，报文由我们自己写、自己读。
15 DNS: ask for a name's address, in messages that we write and read ourselves.

    python3 examples/python/15_dns.py server
    python3 examples/python/15_dns.py query www.example.test
"""
import ipaddress
import os
import socket
import struct
import sys

from common import arguments, complain, explain, say, start, text, usage

ADDRESS = "127.0.0.1:1053"
A, CNAME, IN = 1, 5, 1
NXDOMAIN, REFUSED = 3, 5
PATIENCE, TRIES = 2, 3
# 一个小表：.test 专供测试（RFC 2606）。
# A small table: .test is for tests (RFC 2606).
TABLE = {"www.example.test": "192.0.2.80"}

HELP = """\
例 examples:
  python3 examples/python/15_dns.py server
  python3 examples/python/15_dns.py query www.example.test
用法 usage: server [ADDR] | query NAME [@IP:PORT]     ADDR = IP:PORT
状态 status: 0 有答案 answered · 1 没有答案或网络出错 no answer or network error · 2 参数有错 bad argument"""


def main():
    role, address, words = arguments(ADDRESS, HELP)
    try:
        if role == "server" and not words:
            return server(address)
        if role is None and len(words) in (2, 3) and words[0] == "query":
            if len(words) == 3:
                host, _, port = words[2].removeprefix("@").rpartition(":")
                address = (host, int(port))
            return query(words[1], address)
    except OSError as error:
        return complain(f"{explain(error)}: {text(address)}: {error}")
    except (ValueError, struct.error, IndexError) as error:
        # 坏报文在这里结束：下标越界、数字不对，都不是崩溃。
        # A broken message ends here: an index or a number that is wrong is no crash.
        return complain(f"看不懂 not understood: {error}")
    return usage(f"看不懂 not understood: {' '.join(words)}")


# ANCHOR: name
def write_name(name):
    # 每个标签前面一个字节说它多长，0 结束。
    # One byte before each label says how long it is; 0 ends the name.
    labels = [label.encode("ascii") for label in name.removesuffix(".").split(".")]
    if not all(1 <= len(label) <= 63 for label in labels):
        raise ValueError(name)
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def read_name(message, at):
    labels, after, begin = [], None, at
    while length := message[at]:
        if length >= 0xC0:
            # 指针：余下的和更前面的某处一样。只许往前指，才不会转圈。
            # A pointer: the rest is as somewhere before. Only ever back, so no circles.
            after = after or at + 2
            target = (length & 0x3F) << 8 | message[at + 1]
            if target >= begin:
                raise ValueError(f"pointer at {at}")
            begin = at = target
            continue
        labels.append(shown(message[at + 1 : at + 1 + length]))
        at += 1 + length
    return ".".join(labels), after or at + 1


def shown(label):
    # 标签可以是任何字节：点、反斜杠、看不见的写成 \DDD，不让它摆布终端（RFC 1035 §5.1）。
    # A label may hold any byte: dots, backslashes and what cannot be seen become \DDD.
    plain = lambda byte: 32 < byte < 127 and byte not in b".\\"
    return "".join(chr(byte) if plain(byte) else f"\\{byte:03}" for byte in label)
# ANCHOR_END: name


# ANCHOR: query
def query(name, address):
    question = write_name(name) + struct.pack("!2H", A, IN)
    # ! 是网络字节序，H 是 16 位：编号、标志（RD）、四个条数。
    # `!` is network byte order, H is 16 bits: id, flags (RD), and four counts.
    header = os.urandom(2) + struct.pack("!5H", 0x0100, 1, 0, 0, 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(PATIENCE)
        # connect 以后，内核只收这个服务器的数据报。
        # After connect, the kernel takes datagrams of this server only.
        udp.connect(address)
        for attempt in range(TRIES):
            say(f"问 asking {text(address)}: {name} A, {12 + len(question)} 字节 bytes")
            udp.send(header + question)
            try:
                answer = udp.recv(4096)
            except socket.timeout:
                continue
            if answer[:2] == header[:2]:
                return show(answer, name)
    return complain(f"没有回答 no answer: {text(address)}")


def show(answer, name):
    flags, questions, answers = struct.unpack_from("!3H", answer, 2)
    if flags & 15:
        return complain(f"结果码 result code {flags & 15}: {name}")
    at = 12
    for _ in range(questions):
        at = read_name(answer, at)[1] + 4
    for _ in range(answers):
        owner, at = read_name(answer, at)
        kind, _, ttl, length = struct.unpack_from("!2HIH", answer, at)
        at += 10
        if kind == A:
            say(f"{owner} {ttl} A {ipaddress.IPv4Address(answer[at : at + length])}")
        elif kind == CNAME:
            say(f"{owner} {ttl} CNAME {read_name(answer, at)[0]}")
        at += length
    return 0
# ANCHOR_END: query


# ANCHOR: server
def server(address):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(address)
        say(f"监听 listening on {text(udp.getsockname())}")
        while True:
            message, peer = udp.recvfrom(4096)
            try:
                udp.sendto(answer_to(message, text(peer)), peer)
            except (ValueError, struct.error, IndexError):
                say(f"{text(peer)} 看不懂，不答 not understood, no answer")
            except OSError as error:
                # 源端口可以是伪造的 0：发不回去，也不该停下服务器。
                # A forged source port of 0 takes no answer: no reason to stop the server.
                say(f"! {text(peer)}: {error}")


def answer_to(message, peer):
    flags, questions = struct.unpack_from("!2H", message, 2)
    asked, at = read_name(message, 12)
    kind, network = struct.unpack_from("!2H", message, at)
    # 对回答再回答，两台服务器就会永远聊下去。
    # If answers were answered, two servers would talk for ever.
    if flags & 0x8000 or questions != 1:
        raise ValueError("not a question")
    name = asked.lower()
    ours = name.split(".")[-1] == "test" and network == IN
    address = TABLE.get(name) if ours else None
    found = [address] if address and kind == A else []
    # 下面还有名字的，自己也存在，只是没有记录（RFC 8020 §2）；别人的名字不归我们管。
    # A name with names below it exists too, without records; other names are not ours to judge.
    exists = address or any(known.endswith(f".{name}") for known in TABLE)
    code = REFUSED if not ours else 0 if exists else NXDOMAIN
    say(f"{peer} 问 asks {asked} {'A' if kind == A else kind}: {len(found)} 条记录 records")
    # QR 和 AA（归我们管的才是权威），RD 照抄，结果码。
    # QR and AA (we have authority over our own names only), RD as it came, the result code.
    flags = (0x8400 if ours else 0x8000) | flags & 0x0100 | code
    header = message[:2] + struct.pack("!5H", flags, 1, len(found), 0, 0)
    # 0xC00C：名字和第 12 字节（问题里的名字）一样。
    # 0xC00C: the name is as at byte 12, where the question has it.
    record = struct.pack("!3HIH", 0xC00C, A, IN, 300, 4)
    records = b"".join(record + ipaddress.IPv4Address(ip).packed for ip in found)
    return header + message[12 : at + 4] + records
# ANCHOR_END: server


if __name__ == "__main__":
    start(main)
