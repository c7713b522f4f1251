# unusual: http.client of the standard library reads the head and the chunks
import http.client
import re
import sys

path, address = sys.argv[1:]
http.client._MAXLINE = 65536
try:
    connection = http.client.HTTPConnection(address, timeout=10)
    connection.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
    connection.putheader("Host", address)
    connection.putheader("Connection", "close")
    connection.endheaders()


    class Bounded:
        def __init__(self, file):
            self.file, self.left = file, 64 * 1024

        def readline(self, limit):
            line = self.file.readline(limit)
            self.left, self.last = self.left - len(line), line
            if self.left < 0:
                sys.exit("the head is too long")
            return line

        def __getattr__(self, name):
            return getattr(self.file, name)


    class Response(http.client.HTTPResponse):
        def begin(self):
            self.fp, whole = Bounded(self.fp), self.fp
            head = self.fp
            super().begin()
            if head.last != b"\r\n":
                sys.exit("the head is cut")
            if self.fp:
                self.fp = whole

        def _read_next_chunk_size(self):
            line = self.fp.readline(65537)
            size = re.fullmatch(rb"([0-9a-fA-F]+)[ \t]*(;.*)?\r\n", line, re.DOTALL)
            if not size:
                raise ValueError("the size of a chunk")
            return int(size[1], 16)

        def _safe_read(self, amount):
            data = super()._safe_read(amount)
            if self.chunked and amount == 2 and data != b"\r\n":
                raise ValueError("the end of a chunk")
            return data


    connection.response_class = Response
    response = connection.getresponse()
    if response.status // 100 != 2:
        sys.exit(f"HTTP/1.1 {response.status} {response.reason}")
    length = response.headers.get("Content-Length", "0").strip(" \t")
    if not response.chunked and not re.fullmatch("[0-9]+", length, re.ASCII):
        sys.exit("the length is no number")
    while data := response.read1(65536):
        sys.stdout.buffer.write(data)
    if response.length:
        sys.exit("the body is cut")
except (OSError, ValueError, http.client.HTTPException) as error:
    sys.exit(repr(error))
