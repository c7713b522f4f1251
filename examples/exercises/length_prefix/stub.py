"""练习 length_prefix：每条消息是 4 字节大端序的长度加正文；把正文的字颠倒，同样装好送回去。
Exercise length_prefix: a message is 4 bytes of length, big-endian, and a body; send the
body's characters back reversed, in the same frame.

检查 check: cargo workbook exercise check length_prefix -- python3 FILE.py
"""
import socket
import sys


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
    # TODO: 读满 4 个字节，得到长度；超过 64 KiB 就断开。
    # TODO: read all 4 bytes, which give the length; beyond 64 KiB, end the connection.
    # TODO: 读满正文，解码，把字颠倒；回答也是长度加正文。一直到对方结束。
    # TODO: read all of the body, decode it, reverse its characters; answer with length and body.
    #       Go on until the peer ends.
    pass


main()
