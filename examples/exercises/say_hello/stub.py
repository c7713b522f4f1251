"""练习 say_hello：连上去，说一行“你好”，把回答读完，打印出来。
Exercise say_hello: connect, say the line 你好, read the whole answer, print it.

检查 check: cargo workbook exercise check say_hello --python
"""
import socket
import sys


def main():
    # 地址是最后一个参数，像 127.0.0.1:8888。
    # The address is the last argument, such as 127.0.0.1:8888.
    host, port = sys.argv[-1].rsplit(":", 1)
    with socket.create_connection((host, int(port))) as connection:
        # TODO: 送出 "你好\n"，读到对方说完，把读到的打印出来。
        # TODO: send "你好\n", read until the peer is done, print what you read.
        pass


# 网络出错都是 OSError；sys.exit 打印一句话，用状态 1 结束。
# Errors of the network are OSError; sys.exit prints a message and ends with status 1.
try:
    main()
except OSError as error:
    sys.exit(f"错误 error: {error}")
