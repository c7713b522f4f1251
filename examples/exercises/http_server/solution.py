"""练习 http_server 的一种解法：每条连接一个线程，请求一个接一个。
A solution of the exercise http_server: a thread a connection, one request after another.
"""
import socket
import sys
import threading

# 对方能让我们等、让我们存、让我们开线程：三样都有上限。
# Peers can make us wait, make us store, and make us start threads: each has a bound.
PATIENCE = 10
HEAD = 16 * 1024
CONNECTIONS = threading.BoundedSemaphore(200)

PAGES = {
    "/": "首页\n",
    "/hello.txt": "你好，世界\nHello, world\n",
    "/empty": "",
}


def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    # 许多人同时来，先在内核的队列里等 accept：队列要够长。
    # Many who come at once wait in the kernel's queue for accept: it must be long enough.
    with socket.create_server((host, int(port)), backlog=128) as listener:
        while True:
            stream, _ = listener.accept()
            # 在线程里回答：浏览器多开的、不说话的连接，挡不住别人。
            # Answer in a thread: a spare connection that says nothing holds up nobody.
            if CONNECTIONS.acquire(blocking=False):
                threading.Thread(target=serve, args=(stream,), daemon=True).start()
            else:
                stream.close()


def serve(stream):
    try:
        # 不说话的，不读的，等到期限就放手：settimeout 管读也管写。
        # A client that does not speak, or does not read, is let go in time: settimeout is for both.
        stream.settimeout(PATIENCE)
        # 同一个 reader 读所有的请求：一次 recv 可能带来好几个，多出来的留在里面。
        # One reader for all requests: one recv may bring several, and the rest stays in it.
        with stream, stream.makefile("rb") as reader:
            last = False
            while not last and (head := read_head(reader)) is not None:
                response, last = answer(head)
                stream.sendall(response)
    except OSError as error:
        print(error, file=sys.stderr)
    finally:
        CONNECTIONS.release()


def read_head(reader):
    """一个请求的首部，到空行为止；[] 是太长，None 是没有了。
    The head of one request, up to its empty line; [] is too long, None is no more.
    """
    # 整个首部共用一个上限。
    # One bound for the whole head.
    left, lines = HEAD, []
    while left > 0:
        # readline 自己会读很多次；没有 \n 就回来了，是到了上限，或者连接完了。
        # readline reads as often as it takes; no \n: at the bound, or the connection has ended.
        line = reader.readline(left)
        left -= len(line)
        if not line.endswith(b"\n"):
            return None if left > 0 else []
        # 空行：首部完了。第一行之前的空行不算（RFC 9112 §2.2）。
        # An empty line: the head is done. One before the first line does not count (§2.2).
        text = line.rstrip(b"\r\n").decode("utf-8", "replace")
        if text:
            lines.append(text)
        elif lines:
            return lines
    return []


def answer(lines):
    """纯函数：首部的行进来，响应的字节出去，和写完要不要关。
    A pure function: the lines of a head come in; the bytes of a response go out, and whether to
    close after them.
    """
    if not lines:
        return refuse("431 Request Header Fields Too Large")
    # 恰好三个词；不猜少了哪一个。
    # Exactly three words; do not guess which one is missing.
    words = lines[0].split(" ")
    # 一个地址可以有许多网站，Host 说要哪一个：必须有，而且只有一个（RFC 9112 §3.2）。
    # One address may have many sites, and Host says which: there must be one (RFC 9112 §3.2).
    if len(words) != 3 or words[2] != "HTTP/1.1" or len(values(lines, "host")) != 1:
        return refuse("400 Bad Request")
    method, path, _ = words
    # 只会 GET 和 HEAD。别的请求可能有正文，我们不读它，所以答完就关：
    # 不关，正文就会被当成下一个请求。
    # GET and HEAD are all we do. Another request may have a body, which we do not read: close
    # after the answer, or the body would be taken for the next request.
    if method not in ("GET", "HEAD"):
        return refuse("501 Not Implemented")
    # GET 也可能带正文，同样没有人读它。
    # A GET may carry a body as well, and nobody reads that, either.
    bodies = values(lines, "content-length") + values(lines, "transfer-encoding")
    close = [value.lower() for value in values(lines, "connection")]
    last = "close" in close or any(value != "0" for value in bodies)
    # 404 也是完整的响应，连接不关。
    # A 404 is a whole response, too, and the connection stays.
    if path in PAGES:
        return respond("200 OK", PAGES[path], method == "HEAD", last)
    return respond("404 Not Found", "没有这一页 no such page\n", method == "HEAD", last)


def values(lines, wanted):
    # 比整个名字，不分大小写；值的两边可以有空格。
    # Compare the whole name, ignoring case; spaces may stand around the value.
    fields = (line.partition(":") for line in lines[1:])
    return [value.strip() for name, colon, value in fields if colon and name.lower() == wanted]


def refuse(status):
    # 对方不守规定：下一个请求从哪里开始也靠不住了，答完就关。
    # The peer breaks the rules: where its next request begins is not certain, so close.
    return respond(status, "", False, True)


def respond(status, body, head_only, last):
    # 长度是字节数，不是字数：先编码，再数。HEAD 也照样说长度。
    # The length is in bytes, not characters: encode first, then count. HEAD tells it too.
    body = body.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n"
    head += f"Content-Length: {len(body)}\r\n" + "Connection: close\r\n" * last + "\r\n"
    return head.encode() + (b"" if head_only else body), last


main()
