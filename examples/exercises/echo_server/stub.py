"""练习 echo_server：把收到的字节原样送回去，直到对方说完。
Exercise echo_server: send back every byte that comes, until the peer is done.

检查 check: cargo workbook exercise check echo_server --python
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
                    echo(connection)
                except OSError as error:
                    print(error, file=sys.stderr)


def echo(connection):
    # TODO: 读一些，写回去；recv 返回 b"" 就是对方说完了。
    # TODO: read some, write it back; when recv gives b"", the peer is done.
    pass


main()
