# caught by: gone
# shutdown 之后，连接还留在列表里，没有关闭。
# After shutdown the connection stays in a list, and is never closed.
import codecs
import socket
import sys

clients = []


def serve(connection):
    clients.append(connection.dup())
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while data := connection.recv(4096):
        for character in decoder.decode(data):
            print(character, flush=True)
    for character in decoder.decode(b"", True):
        print(character, flush=True)
    connection.shutdown(socket.SHUT_RDWR)


host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
while True:
    connection, _ = listener.accept()
    with connection:
        try:
            serve(connection)
        except OSError as error:
            print(error, file=sys.stderr)
