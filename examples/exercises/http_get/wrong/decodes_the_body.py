# caught by: binary
# 正文收齐了，解码成文字，再写出来。
# Decodes the body to text, when it has all of it, and writes that.
import socket
import string
import sys

PATIENCE = 10
HEAD = 64 * 1024
BODY = bytearray()


class Wrong(Exception):
    pass


def main():
    path, address = sys.argv[1:]
    try:
        get(path, address)
        print(BODY.decode("utf-8", "replace"), end="", flush=True)
    except (OSError, Wrong) as error:
        sys.exit(str(error))


def get(path, address):
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as server:
        request = f"GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
        server.sendall(request.encode())
        reader = server.makefile("rb")
        status, length, chunked = read_head(reader)
        if not status.split(" ")[1].startswith("2"):
            raise Wrong(status)
        if status.split(" ")[1] == "204":
            return
        if chunked:
            chunks(reader)
        elif length is not None:
            exactly(reader, length)
        else:
            while data := reader.read1(65536):
                write(data)


def read_head(reader):
    left = HEAD
    status, length, chunked = None, None, False
    while True:
        line = read_line(reader, left)
        left -= len(line)
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if status is None:
            if not text.startswith("HTTP/1.") or text.count(" ") < 1:
                raise Wrong("不是 HTTP 的回答 not an answer in HTTP")
            status = text
            continue
        if not text:
            return status, length, chunked
        name, _, value = text.partition(":")
        if name.lower() == "content-length":
            length = number(value.strip(), 10)
        elif name.lower() == "transfer-encoding":
            chunked = True


def read_line(reader, limit):
    line = reader.readline(max(limit, 1))
    if not line.endswith(b"\n"):
        raise Wrong("首部没有完 the head has no end")
    return line


def exactly(reader, length):
    while length > 0:
        data = reader.read1(min(length, 65536))
        if not data:
            raise Wrong("正文断了 the body was cut off")
        write(data)
        length -= len(data)


def chunks(reader):
    while True:
        size = read_line(reader, 1024).split(b";")[0]
        size = number(size.decode("latin-1").strip(), 16)
        if size == 0:
            return
        exactly(reader, size)
        if read_line(reader, 2) != b"\r\n":
            raise Wrong("块的大小不对 the size of a chunk is wrong")


def number(text, base):
    digits = string.digits if base == 10 else string.hexdigits
    if not text or not set(text) <= set(digits):
        raise Wrong("长度不是数 the length is not a number")
    return int(text, base)


def write(data):
    BODY.extend(data)


main()
