# unusual: one thread, with asyncio; each request is read in one go by readuntil
import asyncio
import re
import sys

PAGES = {b"/": "首页\n", b"/hello.txt": "你好，世界\nHello, world\n", b"/empty": ""}


def response(status, body, head=False, close=False):
    body = body.encode()
    top = f"HTTP/1.1 {status} -\r\nContent-Length: {len(body)}\r\n"
    if close:
        top += "Connection: close\r\n"
    return top.encode() + b"\r\n" + (b"" if head else body)


def answer(head):
    line, _, rest = head.partition(b"\r\n")
    words = line.split(b" ")
    hosts = re.findall(rb"(?im)^host:", rest)
    if len(words) != 3 or len(hosts) != 1:
        return response(400, "", close=True), True
    method, path, _ = words
    if method not in (b"GET", b"HEAD"):
        return response(501, "", close=True), True
    close = re.search(rb"(?im)^connection:[ \t]*close[ \t]*\r$", rest) is not None
    body = PAGES.get(path)
    status = 404 if body is None else 200
    return response(status, body or "", method == b"HEAD", close), close


async def serve(reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            reply, close = answer(head)
            writer.write(reply)
            await writer.drain()
            if close:
                break
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
        pass
    finally:
        writer.close()


async def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    server = await asyncio.start_server(serve, host, int(port), limit=16 * 1024, backlog=128)
    await server.serve_forever()


asyncio.run(main())
