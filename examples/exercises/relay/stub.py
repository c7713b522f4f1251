"""练习 relay：在客户端和目标之间，两个方向同时转发字节。
Exercise relay: copy bytes between a client and a target, in both directions at once.

检查 check: cargo workbook exercise check relay --python
"""
import socket
import sys


def main():
    # 两个参数：在哪里监听；替客户端去连哪里。
    # Two arguments: where to listen, and where to connect to for each client.
    listen, target = (address.rsplit(":", 1) for address in sys.argv[1:])
    with socket.create_server((listen[0], int(listen[1]))) as listener:
        while True:
            client, _ = listener.accept()
            # 一个客户端出错，不该让别人断线。
            # An error with one client must not cut off the others.
            try:
                relay(client, (target[0], int(target[1])))
            except OSError as error:
                print(error, file=sys.stderr)


def relay(client, target):
    with client, socket.create_connection(target) as server:
        # TODO: 两个方向同时复制，谁也不等谁；每个客户端都这样，所以也不能等一个说完才接下一个。
        # TODO: copy both directions at once, neither waiting for the other; and do so for every
        # client, so do not wait for one to be done before taking the next.
        # TODO: 一个方向说完了，只关另一边的同一个方向；一边出错，两边都要关。
        # TODO: where one direction is done, close that direction alone; after an error, close both.
        pass


main()
