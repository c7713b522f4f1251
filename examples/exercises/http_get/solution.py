"""练习 http_get 的一种解法。
A solution of the exercise http_get.
"""
import socket
import string
import sys

# 服务器可以让我们等，也可以让我们存：两样都有上限。
# The server can make us wait, and make us store: both have a bound.
PATIENCE = 10
HEAD = 64 * 1024


class Wrong(Exception):
    """对方的回答不合规定。
    The answer breaks the rules.
    """


def main():
    path, address = sys.argv[1:]
    try:
        get(path, address)
    except (OSError, Wrong) as error:
        sys.exit(str(error))


def get(path, address):
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as server:
        # sendall 写到一个不剩。
        # sendall leaves nothing.
        request = f"GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
        server.sendall(request.encode())
        # 首部和正文用同一个 reader：它读首部时，可能已经带进了正文的开头。
        # One reader for head and body: reading the head may have brought the body's beginning.
        reader = server.makefile("rb")
        status, length, chunked = read_head(reader)
        if not status.split(" ")[1].startswith("2"):
            raise Wrong(status)
        # 204 没有正文，不管首部说什么（RFC 9112 §6.3）。
        # 204 has no body, whatever the head says (RFC 9112 §6.3).
        if status.split(" ")[1] == "204":
            return
        if chunked:
            chunks(reader)
        elif length is not None:
            exactly(reader, length)
        else:
            # b"" 才是结束；RST 是异常，不会走到这里。
            # b"" is the end; RST is an exception and does not come here.
            while data := reader.read1(65536):
                write(data)


def read_head(reader):
    # 整个首部共用一个上限：一行接一行，也不能没完没了。
    # One bound for the whole head: it must not go on line after line, either.
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
        # 字段名不分大小写，值的两边可以有空格。
        # Names ignore case; spaces may stand around the value.
        name, _, value = text.partition(":")
        if name.lower() == "content-length":
            length = number(value.strip(), 10)
        elif name.lower() == "transfer-encoding":
            chunked = True


def read_line(reader, limit):
    # readline 自己会读很多次；没有 \n 就完了，是断了，或者太长。
    # readline reads as often as it takes; no \n: cut off, or too long.
    line = reader.readline(max(limit, 1))
    if not line.endswith(b"\n"):
        raise Wrong("首部没有完 the head has no end")
    return line


def exactly(reader, length):
    # 边读边写，不按对方说的长度分配内存。
    # Read and write as it comes: no memory is set aside for a length that the peer claims.
    while length > 0:
        data = reader.read1(min(length, 65536))
        if not data:
            raise Wrong("正文断了 the body was cut off")
        write(data)
        length -= len(data)


def chunks(reader):
    # 大小（十六进制）、数据、空行；大小 0 是最后一块（RFC 9112 §7.1）。
    # A size (hexadecimal), data, a line end; size 0 is the last chunk (RFC 9112 §7.1).
    while True:
        size = read_line(reader, 1024).split(b";")[0]
        size = number(size.decode("latin-1").strip(), 16)
        if size == 0:
            return
        exactly(reader, size)
        if read_line(reader, 2) != b"\r\n":
            raise Wrong("块的大小不对 the size of a chunk is wrong")


def number(text, base):
    # 只要数字：int 还会接受 +5、1_000 和 0x5。
    # Digits alone: int would take +5, 1_000 and 0x5 as well.
    digits = string.digits if base == 10 else string.hexdigits
    if not text or not set(text) <= set(digits):
        raise Wrong("长度不是数 the length is not a number")
    return int(text, base)


def write(data):
    # 正文是字节，不用 print：它要文字，还会多写一个换行。
    # A body is bytes, so no print: it wants text, and adds a line end.
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


main()
