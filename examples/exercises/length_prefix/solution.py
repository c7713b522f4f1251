"""练习 length_prefix 的一种解法。
A solution of the exercise length_prefix.
"""
import socket
import struct
import sys

# 正文最长这么多：长度是对方写的，不能它写多少就信多少。
# A body has at most this many bytes: the peer writes the length, and may write anything.
LIMIT = 64 * 1024


def main():
    # 地址是最后一个参数：监听它，不要自己另选。
    # The address is the last argument: listen there, and nowhere else.
    host, port = sys.argv[-1].rsplit(":", 1)
    with socket.create_server((host, int(port))) as listener:
        while True:
            connection, _ = listener.accept()
            with connection:
                # 一位客户出错，不该让服务器结束：OSError 是网络的，ValueError 是内容的。
                # An error with one client must not end the server: OSError is the network's,
                # ValueError the content's.
                try:
                    serve(connection)
                except (OSError, ValueError) as error:
                    print(error, file=sys.stderr)


def serve(connection):
    # 两条消息之间的 b""：对方说完了，这是正常的结束。
    # b"" between two messages: the peer is done, and that is a proper end.
    while first := connection.recv(1):
        # ">I"：大端序，4 字节，没有符号。
        # ">I": big-endian, 4 bytes, no sign.
        (length,) = struct.unpack(">I", first + exactly(connection, 3))
        # 先看上限，再去读。
        # The bound comes first, the reading after it.
        if length > LIMIT:
            raise ValueError(f"太长 too long: {length}")
        # 整条都在了才解码：没有断在中间的字。
        # Decode now that all is here: no character is cut in two.
        text = exactly(connection, length).decode("utf-8")
        body = text[::-1].encode("utf-8")
        # 数的是字节，不是字；一次写出长度和正文。
        # Bytes are counted, not characters; length and body go in one write.
        connection.sendall(struct.pack(">I", len(body)) + body)


def exactly(connection, count):
    data = b""
    while len(data) < count:
        # recv 最多给这么多，常常更少；b"" 是对方中途结束。
        # recv gives at most this much, often less; b"": the peer has ended in the middle.
        more = connection.recv(count - len(data))
        if not more:
            raise ValueError("消息断在中间 the message breaks off")
        data += more
    return data


main()
