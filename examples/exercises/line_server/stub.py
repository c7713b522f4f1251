"""练习 line_server：每来一行，回答这一行有几个字。
Exercise line_server: for every line that comes, answer how many characters it has.

检查 check: cargo workbook exercise check line_server --python
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
                    serve(connection)
                except OSError as error:
                    print(error, file=sys.stderr)


def serve(connection):
    # TODO: 存下读到的字节；每有一个 \n，就解码那一行，数一数，回答一行。
    # TODO: keep the bytes that you read; for each \n decode that line, count, answer one line.
    # TODO: 一行最多 64 KiB；最后一行可能没有 \n。
    # TODO: a line has at most 64 KiB; the last one may have no \n.
    pass


main()
