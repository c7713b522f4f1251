"""练习 http_server：用 HTTP/1.1 回答请求，一条连接可以问很多次。
Exercise http_server: answer requests in HTTP/1.1, many on one connection.

检查 check: cargo workbook exercise check http_server --python
"""
import socket
import sys


def main():
    # 地址是最后一个参数：监听它，不要自己另选。
    # The address is the last argument: listen there, and nowhere else.
    host, port = sys.argv[-1].rsplit(":", 1)
    with socket.create_server((host, int(port)), backlog=128) as listener:
        # TODO: 浏览器会多开几条连接，一个字也不说：它们不能挡住别人。
        # TODO: a browser opens spare connections and says nothing there: they must not hold up others.
        while True:
            stream, _ = listener.accept()
            try:
                serve(stream)
            except OSError as error:
                print(error, file=sys.stderr)


def serve(stream):
    with stream:
        # TODO: 读一个请求的首部，到空行为止，最多 16 KiB；后面的字节可能是下一个请求，留着。
        # TODO: read the head of a request, up to its empty line and 16 KiB; what follows may be the
        # next request: keep it.
        # TODO: 写一个完整的回答：状态行、Content-Length、空行、正文；然后读下一个请求。
        # TODO: write a whole answer: status line, Content-Length, empty line, body; then read the next.
        # TODO: 看不懂的请求，回答 400，然后关闭。
        # TODO: answer 400 to a request that breaks the rules, then close.
        pass


main()
