"""16 HTTP：标准库里的服务器和客户端，和 Rust 的 16_http 说同一种话。
16 HTTP: the server and the client of the standard library speak the same as 16_http in Rust.

    python3 examples/python/16_http.py serve examples/16_http/site
    python3 examples/python/16_http.py get http://127.0.0.1:8080/
"""
import functools
import http.client
import http.server
import os
import sys
import urllib.parse

from common import complain, explain, printable, say, start, usage

HELP = """\
例 examples:
  python3 examples/python/16_http.py serve examples/16_http/site 127.0.0.1:8080
  python3 examples/python/16_http.py get http://127.0.0.1:8080/你好.txt
用法 usage: serve DIR [ADDR] | get URL    ADDR = IP:PORT
状态 status: 0 收到回答 an answer came · 1 网络出错 network error · 2 参数有错 bad argument"""
# 对方能让我们等、能让我们存，所以两样都要有上限。
# The peer can make us wait and make us store, so both have a bound.
PATIENCE = 10
LIMIT = 1024 * 1024


def main():
    match sys.argv[1:]:
        case ["serve", folder]:
            return serve(folder, "127.0.0.1:8080")
        case ["serve", folder, address]:
            return serve(folder, address)
        case ["get", url]:
            return get(url)
        case ["--help" | "-h"]:
            say(HELP)
            return 0
    usage("看不懂 not understood: " + " ".join(sys.argv[1:]))


# ANCHOR: serve
class Handler(http.server.SimpleHTTPRequestHandler):
    # 默认是 HTTP/1.0，每个回答之后就关闭；1.1 才接着用同一条连接。
    # The default is HTTP/1.0, which closes after each answer; 1.1 goes on with the connection.
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE

    def log_message(self, form, *words):
        say(printable(f"{self.client_address[0]} {form % words}"))


def serve(folder, address):
    host, _, port = address.rpartition(":")
    if not os.path.isdir(folder) or not port.isdecimal():
        usage(f"不是文件夹，或者地址写错 not a folder, or a bad address: {folder} {address}")
    handler = functools.partial(Handler, directory=folder)
    try:
        server = http.server.ThreadingHTTPServer((host, int(port)), handler)
    except OSError as error:
        return complain(f"{explain(error)}: {address}: {error}")
    say(f"监听 listening on {host}:{server.server_port}")
    server.serve_forever()
# ANCHOR_END: serve


# ANCHOR: get
def get(url):
    parts = urllib.parse.urlsplit(url)
    if parts.scheme != "http" or not parts.netloc:
        usage(f"只会 only http://HOST[:PORT]/PATH: {url}")
    try:
        connection = http.client.HTTPConnection(parts.netloc, timeout=PATIENCE)
        connection.request("GET", urllib.parse.quote(parts.path or "/", safe="/%"))
        response = connection.getresponse()
        say(f"状态 status: {response.status} {printable(response.reason)}")
        # 库替我们找到正文的末尾：Content-Length、分块、或者 FIN。
        # The library finds the end of the body: Content-Length, chunks, or the FIN.
        content = response.read(LIMIT)
    except http.client.HTTPException as error:
        return complain(f"看不懂回答 answer not understood: {url}: {error!r}")
    except OSError as error:
        return complain(f"{explain(error)}: {url}: {error}")
    say(printable(content.decode("utf-8", "replace")).rstrip("\n"))
    return 0
# ANCHOR_END: get


if __name__ == "__main__":
    start(main)
