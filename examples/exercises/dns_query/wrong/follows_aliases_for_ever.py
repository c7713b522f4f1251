# caught by: alias_circle
# 别名转圈，就一直跟着走。
# Where aliases go in a circle, it follows them for ever.
import secrets
import socket
import struct
import sys
import time

PATIENCE = 0.6
TRIES = 2
A, CNAME, TC = 1, 5, 0x0200


class Wrong(Exception):
    pass


def main():
    name, server = sys.argv[1:]
    try:
        addresses = ask(name, server)
    except (OSError, Wrong) as error:
        sys.exit(f"{name}: {error}")
    for address in addresses:
        print(address)


def ask(name, server):
    host, port = server.rsplit(":", 1)
    asked = question(name)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.connect((host, int(port)))
        for _ in range(TRIES):
            udp.send(asked)
            answer = wait(udp, asked)
            if answer is not None:
                return read(answer)
    raise Wrong("没有回答 no answer")


def question(name):
    header = struct.pack("!6H", secrets.randbelow(65536), 0x0100, 1, 0, 0, 0)
    labels = b""
    for label in name.removesuffix(".").split("."):
        label = label.encode()
        if not 0 < len(label) < 64:
            raise Wrong("不是域名 not a name")
        labels += bytes([len(label)]) + label
    return header + labels + b"\0" + struct.pack("!HH", A, 1)


def wait(udp, asked):
    end = time.monotonic() + PATIENCE
    while (left := end - time.monotonic()) > 0:
        udp.settimeout(left)
        try:
            datagram = udp.recv(4096)
        except TimeoutError:
            break
        if answers(datagram, asked):
            return datagram
    return None


def answers(datagram, asked):
    return (
        len(datagram) >= len(asked)
        and datagram[:2] == asked[:2]
        and datagram[2] & 0x80 != 0
        and datagram[4:6] == b"\0\1"
        and datagram[12 : len(asked)].lower() == asked[12:].lower()
    )


def read(answer):
    flags = number(answer, 2)
    if flags & 15:
        raise Wrong(f"错误码 error code {flags & 15}")
    if flags & TC:
        raise Wrong("回答不完整 the answer is truncated")
    found = follow(answer, records(answer))
    if not found:
        raise Wrong("没有地址 no address")
    return found


def records(answer):
    _, at = name_at(answer, 12)
    at += 4
    found = []
    for _ in range(number(answer, 6)):
        name, at = name_at(answer, at)
        kind, _, _, length = struct.unpack("!HHIH", take(answer, at, 10))
        at += 10
        data = take(answer, at, length)
        if kind == A and length != 4:
            raise Wrong("回答坏了 the answer is broken")
        found.append((name, kind, name_at(answer, at)[0] if kind == CNAME else data))
        at += length
    return found


def follow(answer, found):
    wanted, _ = name_at(answer, 12)
    while True:
        ours = [(kind, data) for name, kind, data in found if name == wanted]
        addresses = [socket.inet_ntoa(data) for kind, data in ours if kind == A]
        aliases = [data for kind, data in ours if kind == CNAME]
        if addresses or not aliases:
            return addresses
        wanted = aliases[0]
    return []


def name_at(message, at):
    labels, size, after, start = [], 1, None, at
    while True:
        length = take(message, at, 1)[0]
        if length >= 192:
            target = number(message, at) & 0x3FFF
            after = after or at + 2
            if target >= start:
                raise Wrong("指针转圈 pointers in a circle")
            start = at = target
        elif length == 0:
            return labels, after or at + 1
        else:
            size += 1 + length
            if length > 63 or size > 255:
                raise Wrong("名字太长 the name is too long")
            labels.append(take(message, at + 1, length).lower())
            at += 1 + length


def number(message, at):
    return int.from_bytes(take(message, at, 2), "big")


def take(message, at, length):
    data = message[at : at + length]
    if len(data) < length:
        raise Wrong("回答断了 the answer is cut")
    return data


main()
