"""练习 utf8_stream：每到齐一个字就打印一行，不管它的字节分几次到。
Exercise utf8_stream: print each character as soon as it is whole, in however many reads it came.

检查 check: cargo workbook exercise check utf8_stream --python
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
                # 一个客户端出错，不该让服务器结束。
                # An error with one client must not end the server.
                try:
                    print_characters(connection)
                except OSError as error:
                    print(error, file=sys.stderr)


def print_characters(connection):
    while data := connection.recv(1024):
        # 这里每次 recv 都解码：半个字变成了 �。
        # This decodes each recv by itself: half a character becomes �.
        # TODO: 只打印到齐的字，没完的字节留给下一次；说完时剩下的显示成一个 �。
        # TODO: print whole characters only, keep the rest for the next recv; at the end it shows as one �.
        for character in data.decode("utf-8", "replace"):
            print(character, flush=True)


main()
