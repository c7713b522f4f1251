"""练习 whole_message：收下对方说的全部字节，直到说完，再打印成一行。
Exercise whole_message: take every byte until the peer is done, then print one line.

检查 check: cargo workbook exercise check whole_message --python
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
                    message = whole_message(connection)
                    # 坏字节显示成 �；flush 让这一行马上出去。
                    # Bad bytes show as �; flush lets the line leave at once.
                    print(message.decode("utf-8", "replace"), flush=True)
                except OSError as error:
                    print(error, file=sys.stderr)


def whole_message(connection):
    # 这里像许多教程一样只读一次：此刻到了多少，就只有多少。
    # This reads once, like many tutorials: what has arrived by now is all it gets.
    data = connection.recv(1024)
    # TODO: 一直读，接在后面，直到 recv 返回 b""；超过 64 KiB 就抛出 OSError。
    # TODO: keep reading and append until recv gives b""; beyond 64 KiB, raise OSError.
    return data


main()
