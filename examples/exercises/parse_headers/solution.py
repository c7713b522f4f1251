# 练习 parse_headers 的一种解法。
# A solution of the exercise parse_headers.
import socket
import struct
import sys


class Stop(Exception):
    """走不下去时的最后一行。 The last line, where there is no going on."""


def main():
    # 一行一个帧，互不相干：坏的一行，不影响下一行。
    # One frame a line, each by itself: a bad line does not concern the next one.
    for line in sys.stdin:
        try:
            ethernet(bytes.fromhex(line))
        except Stop as last:
            print(last)
        except ValueError:
            print("bad hex")
        # 输出不是终端时 Python 会攒着：每一帧之后送出去。
        # Python keeps output back where it is no terminal: send it after each frame.
        sys.stdout.flush()


def ethernet(frame):
    # “!” 是网络字节序：高位字节在前，字段之间没有空隙。
    # "!" is network byte order: high byte first, and no gaps between fields.
    target, source, kind = struct.unpack("!6s6sH", front(frame, 14, "eth"))
    print(f"eth {source.hex(':')} > {target.hex(':')} type {kind:04x}")
    # ARP、IPv6、VLAN 标签：不认识的说出类型，不猜。
    # ARP, IPv6, a VLAN tag: what is unknown is named by its type, with no guess.
    if kind != 0x0800:
        raise Stop(f"other {kind:04x}")
    ipv4(frame[14:])


def ipv4(data):
    fields = struct.unpack("!BBHHHBBH4s4s", front(data, 20, "ip"))
    first, _, total, _, fragment, ttl, protocol, _, source, target = fields
    # 首部多长，由首部自己说：低 4 位，单位是 4 字节；多出 20 的是选项。
    # The header says how long it is: the low 4 bits, in units of 4; beyond 20 are options.
    header = (first & 15) * 4
    if first >> 4 != 4 or header < 20 or total < header:
        raise Stop("bad at ip")
    # 切片短了也不报错：所以先看有没有这么多。帧里多出来的是填充，不是数据。
    # A slice may be short and raise nothing, so look first. What the frame has beyond is padding.
    payload = front(data, total, "ip")[header:]
    # 16 位里有 3 个标志，其余 13 位是片偏移，单位是 8 字节。
    # These 16 bits are 3 flags and 13 bits of fragment offset, in units of 8 bytes.
    offset, more = (fragment & 0x1FFF) * 8, " more" if fragment & 0x2000 else ""
    print(
        f"ip {socket.inet_ntoa(source)} > {socket.inet_ntoa(target)} ttl {ttl} protocol {protocol}"
        f" header {header} data {len(payload)} at {offset}{more}"
    )
    # 后面的分片从数据中间开始：那里没有 TCP 首部。
    # A later fragment begins in the middle of the data: no TCP header there.
    if offset:
        raise Stop("fragment")
    if protocol != 6:
        raise Stop(f"other protocol {protocol}")
    tcp(payload)


def tcp(segment):
    fields = struct.unpack("!HHIIBB", front(segment, 20, "tcp")[:14])
    source, target, sequence, acknowledgment, offset, bits = fields
    # 和 IP 一样：首部说自己多长，信它之前先看看。
    # As in IP: the header says how long it is, and we look before we believe it.
    header = (offset >> 4) * 4
    if header < 20:
        raise Stop("bad at tcp")
    # 20 字节以后是选项。这里不读它们，只要它们真的在。
    # Behind 20 bytes are options. They are not read here, but they must be there.
    front(segment, header, "tcp")
    # 每一位是一个开关，可以同时开几个。
    # Each bit is a switch, and several may be on.
    names = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"]
    flags = ",".join(name for bit, name in enumerate(names) if bits >> bit & 1)
    print(
        f"tcp {source} > {target} seq {sequence} ack {acknowledgment} flags {flags or '-'}"
        f" header {header} data {len(segment) - header}"
    )


def front(data, length, layer):
    # 前 length 个字节；没有这么多，就说短在哪一层。
    # The first `length` bytes; where there are fewer, at which layer it is short.
    if len(data) < length:
        raise Stop(f"short at {layer}")
    return data[:length]


main()
