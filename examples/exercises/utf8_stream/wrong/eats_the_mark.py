# caught by: blanks
# utf-8-sig 会吃掉开头的 U+FEFF。
# utf-8-sig eats the U+FEFF at the beginning.
import codecs
import socket
import sys


def serve(connection):
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    while data := connection.recv(4096):
        for character in decoder.decode(data):
            print(character, flush=True)
    for character in decoder.decode(b"", True):
        print(character, flush=True)


host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
while True:
    connection, _ = listener.accept()
    with connection:
        try:
            serve(connection)
        except OSError as error:
            print(error, file=sys.stderr)
