# caught by: blanks
# 以为看不见的不是字。
# Takes what cannot be seen for no character.
import codecs
import socket
import sys


def serve(connection):
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while data := connection.recv(4096):
        for character in decoder.decode(data):
            if not character.isspace():
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
