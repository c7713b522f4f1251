# caught by: silence
# 两秒没来东西，就关闭连接。
# Closes after two seconds of silence.
import codecs
import socket
import sys


def serve(connection):
    connection.settimeout(2)
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
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
