"""练习 http_get：用 HTTP/1.1 取一个文件，把正文原样写到标准输出。
Exercise http_get: get a file with HTTP/1.1, and write its body, as it is, to standard output.

检查 check: cargo workbook exercise check http_get --python
"""
import socket
import sys


def main():
    # 两个参数：路径，例如 /hello.txt；服务器的地址。
    # Two arguments: a path, such as /hello.txt, and the address of the server.
    path, address = sys.argv[1:]
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=10) as server:
        # TODO: 发送请求：三行和一个空行，每行以 \r\n 结尾。
        # TODO: send the request: three lines and an empty one, each ended by \r\n.
        # TODO: 读首部，到空行为止；它可能分很多次来，也可能永远不完。
        # TODO: read the head, up to the empty line; it may come in many reads, or never end.
        # TODO: 正文到哪里为止？看首部：长度、分块，或者一直到连接关闭。
        # TODO: where does the body end? The head says: a length, chunks, or the end of the connection.
        pass


main()
