"""17 的旁注：同样的内容，几种字节。文字的编码、整数的字节次序、压缩。
Beside 17: the same content in different bytes. Encodings of text, byte order, compression.

不带参数：列出来看。两个终端：服务器先读 4 字节的长度，再读消息。
With no argument: look at them. Two terminals: the server reads a length of 4 bytes, then a message.

    python3 examples/python/17_byte_order.py
    python3 examples/python/17_byte_order.py server
    python3 examples/python/17_byte_order.py client --little
"""
import socket
import sys
import zlib

from common import arguments, complain, explain, family, printable, say, start, text, usage

ADDRESS = "127.0.0.1:9917"
PATIENCE = 10
LIMIT = 1024 * 1024
HELP = """\
例 examples:
  python3 examples/python/17_byte_order.py                             列出来看 look at them
  python3 examples/python/17_byte_order.py server
  python3 examples/python/17_byte_order.py client 127.0.0.1:9917 hello
  python3 examples/python/17_byte_order.py client --little hello       次序反了 in the wrong order
用法 usage: [server [ADDR] | client [ADDR] [--little] [MESSAGE…]]   ADDR = IP:PORT
状态 status: 0 成功 done · 1 网络出错 network error · 2 参数有错 bad argument"""


def main():
    role, address, words = arguments(ADDRESS, HELP)
    little = words[:1] == ["--little"]
    words = words[1:] if little else words
    if role != "client" and (words or little):
        usage(f"不认识的参数 unknown argument: {(words or ['--little'])[0]}")
    try:
        if role == "server":
            return server(address)
        if role == "client":
            return client(address, " ".join(words) or "hello", "little" if little else "big")
    except OSError as error:
        return complain(f"{explain(error)}: {text(address)}: {error}")
    return table()


# ANCHOR: table
def table():
    # 字符是抽象的；线上只有字节。用哪张表换，两边要说好。
    # Characters are abstract, the wire has bytes. Both ends must agree on the table between them.
    for encoding in ["utf-8", "gbk", "utf-16-be", "utf-16-le"]:
        say(f"你好 {encoding}: {'你好'.encode(encoding).hex(' ')}")
    say(f"UTF-8 的字节当 GBK 读 UTF-8 bytes read as GBK: {'你好'.encode().decode('gbk')}")
    # 整数 5 在内存里的次序看机器，在线上的次序看协议：互联网协议用大端。
    # In memory the order is the machine's, on the wire the protocol's: big-endian on the Internet.
    for order in ["big", "little"]:
        say(f"5 {order}-endian: {(5).to_bytes(4, order).hex(' ')}")
    say(f"这台机器 this machine: {sys.byteorder}-endian")
    # 压缩靠的是重复。没有重复的，压了反而更长。
    # Compression lives on repetition. What does not repeat becomes longer.
    for name, data in [("你好", "你好".encode()), ("你好 × 1000", "你好".encode() * 1000)]:
        say(f"zlib {name}: {len(data)} → {len(zlib.compress(data))} 字节 bytes")
    return 0
# ANCHOR_END: table


# ANCHOR: server
def server(address):
    with socket.create_server(address, family=family(address)) as listener:
        say(f"监听 listening on {text(listener.getsockname())}")
        connection, _ = listener.accept()
    with connection:
        connection.settimeout(PATIENCE)
        length = exactly(connection, 4)
        big, little = int.from_bytes(length, "big"), int.from_bytes(length, "little")
        say(f"4 字节 bytes: {length.hex(' ')} = {big} (big-endian) = {little} (little-endian)")
        # 长度是对方说的。不设上限，一个写反的 5 就能让我们等 80 MiB。
        # The length is the peer's word. Without a bound, a 5 in the wrong order is 80 MiB to us.
        if big > LIMIT:
            return complain(f"长度超过 1 MiB，拒收 length over 1 MiB, refused: {big}")
        say(f"消息 message: {printable(exactly(connection, big).decode('utf-8', 'replace'))}")
    return 0


def exactly(connection, count):
    # recv 可能只给一部分，读够为止。
    # recv may give a part only: read until all is here.
    data = bytearray()
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            raise ConnectionError(f"{len(data)}/{count}")
        data += piece
    return bytes(data)
# ANCHOR_END: server


# ANCHOR: client
def client(address, message, order):
    data = message.encode("utf-8", "surrogateescape")
    # struct.pack("I", …) 或者 C 里直接发一个 int，在这类机器上就是 "little"。
    # struct.pack("I", …), or an int sent straight from C, is "little" on most machines.
    length = len(data).to_bytes(4, order)
    with socket.create_connection(address, timeout=5) as connection:
        connection.settimeout(PATIENCE)
        connection.sendall(length + data)
    say(f"长度 length {len(data)}: {length.hex(' ')} ({order}-endian)")
    return 0
# ANCHOR_END: client


if __name__ == "__main__":
    start(main)
