"""练习 utf8_stream 的一种解法。
A solution of the exercise utf8_stream.
"""
import codecs
import socket
import sys


def main():
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
    # 增量解码器自己留着没完的字节。每条连接有自己的一个。
    # An incremental decoder keeps the unfinished bytes itself. Each connection has its own.
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while data := connection.recv(1024):
        show(decoder.decode(data))
    # 对方说完了：还差几个字节的字再也到不齐，变成一个 �。
    # The peer is done: a character that still lacks bytes becomes one �.
    show(decoder.decode(b"", final=True))


def show(text):
    for character in text:
        # 输出不是终端时，Python 会攒着：flush 让每个字马上出去。
        # Where the output is no terminal, Python holds it back: flush lets each character go.
        print(character, flush=True)


main()
