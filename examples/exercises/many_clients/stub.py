"""练习 many_clients：同时接待许多客户；每来一行，打印它，再送回给说它的人。
Exercise many_clients: serve many clients at once; print every line that comes, and send it
back to the one who said it.

检查 check: cargo workbook exercise check many_clients --python
"""
import socket
import sys


def main():
    # 地址是最后一个参数：监听它，不要自己另选。
    # The address is the last argument: listen there, and nowhere else.
    host, port = sys.argv[-1].rsplit(":", 1)
    with socket.create_server((host, int(port)), backlog=128) as listener:
        while True:
            connection, _ = listener.accept()
            # TODO: 现在要等这一位走了，才会 accept 下一位。让每一位有自己的线程。
            # TODO: the next one is accepted when this one has gone. Give each a thread of its own.
            serve(connection)


def serve(connection):
    with connection:
        try:
            # TODO: 一行一行地读：打印它（flush），再原样送回去；一行最多 64 KiB。
            # TODO: read line by line: print it (flush), and send it back; at most 64 KiB.
            pass
        except OSError as error:
            print(error, file=sys.stderr)


main()
