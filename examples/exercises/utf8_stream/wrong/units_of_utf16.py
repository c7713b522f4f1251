# caught by: widths
# 打印的是 UTF-16 的单元：😀 成了两个。
# Prints units of UTF-16: 😀 becomes two.
import codecs
import socket
import sys


def serve(connection):
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while data := connection.recv(4096):
        for character in decoder.decode(data):
            for unit in memoryview(character.encode("utf-16-le", "replace")).cast("H"):
                print("�" if 0xD800 <= unit < 0xE000 else chr(unit), flush=True)
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
