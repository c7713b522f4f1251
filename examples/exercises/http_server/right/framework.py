# unusual: http.server of the standard library, with what it leaves to its user
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGES = {
    "/": "首页\n",
    "/hello.txt": "你好，世界\nHello, world\n",
    "/empty": "",
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def parse_request(self):
        # The library takes two words for HTTP/0.9.
        if len(self.raw_requestline.rstrip(b"\r\n").split(b" ")) != 3:
            self.requestline, self.request_version, self.command = "", "HTTP/1.1", ""
            self.refuse(400)
            return False
        self.rfile, connection = Bounded(self.rfile, len(self.raw_requestline)), self.rfile
        try:
            if not super().parse_request():
                self.close_connection = True
                return False
        except TooLong:
            self.refuse(431)
            return False
        finally:
            self.rfile = connection
        if len(self.headers.get_all("Host", [])) != 1:
            self.refuse(400)
            return False
        if self.command not in ("GET", "HEAD"):
            self.refuse(501)
            return False
        return True

    def do_GET(self):
        body = PAGES.get(self.path)
        self.answer(404 if body is None else 200, body or "")

    do_HEAD = do_GET

    def refuse(self, status):
        self.close_connection = True
        self.answer(status, "")

    def answer(self, status, body):
        body = body.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class TooLong(Exception):
    pass


class Bounded:
    def __init__(self, file, used):
        self.file, self.left = file, 16 * 1024 - used

    def readline(self, limit):
        line = self.file.readline(limit)
        self.left -= len(line)
        if self.left < 0:
            raise TooLong
        return line


class Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


host, port = sys.argv[-1].rsplit(":", 1)
Server((host, int(port)), Handler).serve_forever()
