# caught by: unfinished
# 对方说完时剩下的半个字，悄悄丢了。
# The half character that is left at the end is dropped silently.
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
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while data := connection.recv(1024):
        for character in decoder.decode(data):
            print(character, flush=True)


main()
