# caught by: bad_bytes
# 严格解码：坏字节抛出异常，服务器跟着崩溃。
# Strict decoding: bad bytes raise, and the server crashes with it.
import codecs
import socket
import sys


def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    with socket.create_server((host, int(port))) as listener:
        while True:
            connection, _ = listener.accept()
            with connection:
                try:
                    print_characters(connection)
                except OSError as error:
                    print(error, file=sys.stderr)


def print_characters(connection):
    decoder = codecs.getincrementaldecoder("utf-8")()
    while data := connection.recv(1024):
        for character in decoder.decode(data):
            print(character, flush=True)


main()
