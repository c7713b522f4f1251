"""练习 say_hello 的一种解法。
A solution of the exercise say_hello.
"""
import socket
import sys


def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    with socket.create_connection((host, int(port))) as connection:
        # 网络上只有字节：先编码；sendall 送到一个不剩。
        # The network carries bytes: encode first; sendall leaves nothing.
        connection.sendall("你好\n".encode("utf-8"))
        # 字节原样写出去，不解码，就不会切坏一个字。
        # The bytes are written as they are: without decoding, no character breaks.
        while data := connection.recv(4096):
            sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


# 网络出错都是 OSError；sys.exit 打印一句话，用状态 1 结束。
# Errors of the network are OSError; sys.exit prints a message and ends with status 1.
try:
    main()
except OSError as error:
    sys.exit(f"错误 error: {error}")
