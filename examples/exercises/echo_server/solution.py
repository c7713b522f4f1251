"""练习 echo_server 的一种解法。
A solution of the exercise echo_server.
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
    # recv 给 1 到 16384 字节；b"" 只有一个意思：对方说完了。
    # recv gives 1 to 16384 bytes; b"" means one thing: the peer is done.
    while data := connection.recv(16384):
        # sendall 写到一个不剩。不解码：回声不必懂文字。
        # sendall leaves nothing. No decoding: an echo needs no text.
        connection.sendall(data)


main()
