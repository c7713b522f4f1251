# caught by: reset
# 一位客户断开，服务器也跟着结束。
# One client breaks off, and the server ends with it.
import codecs
import socket
import sys


def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    with socket.create_server((host, int(port))) as listener:
        while True:
            connection, _ = listener.accept()
            with connection:
                print_characters(connection)


def print_characters(connection):
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while data := connection.recv(1024):
        for character in decoder.decode(data):
            print(character, flush=True)
    for character in decoder.decode(b"", final=True):
        print(character, flush=True)


main()
