# caught by: bad_cut
# 半个字后面来的不是后半个：把新来的字也一起扔了。
# Half a character is followed by something else: the new character is thrown away with it.
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
    held = b""
    while data := connection.recv(1024):
        held += data
        text, held = decode(held)
        for character in text:
            print(character, flush=True)
    if held:
        print("\ufffd", flush=True)


def decode(data):
    """The text, and the bytes of a character that is not whole yet."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    text = decoder.decode(data)
    held = decoder.getstate()[0]
    if data[:1] >= b"\xe0" and text.startswith("\ufffd") and data[1:2] < b"\xc0":
        return "\ufffd", b""
    return text, held


main()
