"""练习 whole_message 的一种解法。
A solution of the exercise whole_message.
"""
import socket
import sys

# 一条消息最多这么长：对方不能让我们无限地存。
# A message is no longer than this: a peer cannot make us keep without end.
LIMIT = 64 * 1024


def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    with socket.create_server((host, int(port))) as listener:
        while True:
            connection, _ = listener.accept()
            with connection:
                # 一个客户端出错，不该让服务器结束。
                # An error with one client must not end the server.
                try:
                    message = whole_message(connection)
                    # 字节到齐了才解码：不会有半个字；flush 让这一行马上出去。
                    # Decode when all bytes are here: no half characters; flush lets the line leave at once.
                    print(message.decode("utf-8", "replace"), flush=True)
                except OSError as error:
                    print(error, file=sys.stderr)


def whole_message(connection):
    message = bytearray()
    # 对方停一下，recv 就等着；返回 b"" 只有一个意思：对方说完了。
    # While the peer pauses, recv waits; b"" means one thing: the peer is done.
    while data := connection.recv(4096):
        message += data
        if len(message) > LIMIT:
            raise OSError("message longer than 64 KiB")
    return message


main()
