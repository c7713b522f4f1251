# caught by: largest
# 一行最多读 64 KiB 个字符。
# Reads at most 64 KiB of characters of a line.
import socket
import struct
import sys


class Stop(Exception):
    pass


def main():
    while line := sys.stdin.readline(65536):
        try:
            ethernet(bytes.fromhex(line))
        except Stop as last:
            print(last)
        except ValueError:
            print("bad hex")
        sys.stdout.flush()


def ethernet(frame):
    target, source, kind = struct.unpack("!6s6sH", front(frame, 14, "eth"))
    print(f"eth {source.hex(':')} > {target.hex(':')} type {kind:04x}")
    if kind != 0x0800:
        raise Stop(f"other {kind:04x}")
    ipv4(frame[14:])


def ipv4(data):
    fields = struct.unpack("!BBHHHBBH4s4s", front(data, 20, "ip"))
    first, _, total, _, fragment, ttl, protocol, _, source, target = fields
    header = (first & 15) * 4
    if first >> 4 != 4 or header < 20 or total < header:
        raise Stop("bad at ip")
    payload = front(data, total, "ip")[header:]
    offset, more = (fragment & 0x1FFF) * 8, " more" if fragment & 0x2000 else ""
    print(
        f"ip {socket.inet_ntoa(source)} > {socket.inet_ntoa(target)} ttl {ttl} protocol {protocol}"
        f" header {header} data {len(payload)} at {offset}{more}"
    )
    if offset:
        raise Stop("fragment")
    if protocol != 6:
        raise Stop(f"other protocol {protocol}")
    tcp(payload)


def tcp(segment):
    fields = struct.unpack("!HHIIBB", front(segment, 20, "tcp")[:14])
    source, target, sequence, acknowledgement, offset, bits = fields
    header = (offset >> 4) * 4
    if header < 20:
        raise Stop("bad at tcp")
    front(segment, header, "tcp")
    names = ["FIN", "SYN", "RST", "PSH", "ACK", "URG"]
    flags = ",".join(name for bit, name in enumerate(names) if bits >> bit & 1)
    print(
        f"tcp {source} > {target} seq {sequence} ack {acknowledgement} flags {flags or '-'}"
        f" header {header} data {len(segment) - header}"
    )


def front(data, length, layer):
    if len(data) < length:
        raise Stop(f"short at {layer}")
    return data[:length]


main()
