# caught by: large_head
# 首部的一行最多 1 KiB。
# A line of the head has at most 1 KiB.
import socket
import sys
import threading

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
    with socket.create_server((host, int(port)), backlog=128) as listener:
        while True:
            stream, _ = listener.accept()
            if CONNECTIONS.acquire(blocking=False):
                threading.Thread(target=serve, args=(stream,), daemon=True).start()
            else:
                stream.close()


def serve(stream):
    try:
        stream.settimeout(PATIENCE)
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
    left, lines = HEAD, []
    while left > 0:
        line = reader.readline(min(left, 1024))
        left -= len(line)
        if not line.endswith(b"\n"):
            return None if left > 0 else []
        text = line.rstrip(b"\r\n").decode("utf-8", "replace")
        if text:
            lines.append(text)
        elif lines:
            return lines
    return []


def answer(lines):
    if not lines:
        return refuse("431 Request Header Fields Too Large")
    words = lines[0].split(" ")
    if len(words) != 3 or words[2] != "HTTP/1.1" or len(values(lines, "host")) != 1:
        return refuse("400 Bad Request")
    method, path, _ = words
    if method not in ("GET", "HEAD"):
        return refuse("501 Not Implemented")
    bodies = values(lines, "content-length") + values(lines, "transfer-encoding")
    close = [value.lower() for value in values(lines, "connection")]
    last = "close" in close or any(value != "0" for value in bodies)
    if path in PAGES:
        return respond("200 OK", PAGES[path], method == "HEAD", last)
    return respond("404 Not Found", "没有这一页 no such page\n", method == "HEAD", last)


def values(lines, wanted):
    fields = (line.partition(":") for line in lines[1:])
    return [value.strip() for name, colon, value in fields if colon and name.lower() == wanted]


def refuse(status):
    return respond(status, "", False, True)


def respond(status, body, head_only, last):
    body = body.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n"
    head += f"Content-Length: {len(body)}\r\n" + "Connection: close\r\n" * last + "\r\n"
    return head.encode() + (b"" if head_only else body), last


main()
