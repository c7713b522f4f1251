# caught by: bad_edges
# 只看第一个字节说的长度，不看第二个字节的范围。
# Goes by the length that the first byte tells, and ignores the range of the second.
import socket
import sys


def serve(connection):
    held = b""
    while data := connection.recv(4096):
        held += data
        while held:
            first = held[0]
            size = 1 if first < 0x80 else 2 if 0xC2 <= first < 0xE0 else 3 if 0xE0 <= first < 0xF0 else 4
            size = size if first < 0x80 or 0xC2 <= first < 0xF5 else 1
            good = 1
            while good < min(size, len(held)) and 0x80 <= held[good] < 0xC0:
                good += 1
            if good == len(held) < size:
                break
            character, held = held[:good], held[good:]
            text = character.decode("utf-8", "replace")
            print(text if len(text) == 1 else "�", flush=True)
    if held:
        print("�", flush=True)


host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
while True:
    connection, _ = listener.accept()
    with connection:
        try:
            serve(connection)
        except OSError as error:
            print(error, file=sys.stderr)
