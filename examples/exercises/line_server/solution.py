"""练习 line_server 的一种解法。
A solution of the exercise line_server.
"""
import socket
import sys

# 一行最多这么长，不算 \n：对方不能让我们无限地存。
# A line is no longer than this, its \n not counted: a peer cannot make us keep without end.
LIMIT = 64 * 1024


def main():
    # 地址是最后一个参数：监听它，不要自己另选。
    # The address is the last argument: listen there, and nowhere else.
    host, port = sys.argv[-1].rsplit(":", 1)
    with socket.create_server((host, int(port))) as listener:
        while True:
            connection, _ = listener.accept()
            with connection:
                # 一个客户端出错，不该让服务器结束。
                # An error with one client must not end the server.
                try:
                    serve(connection)
                except OSError as error:
                    print(error, file=sys.stderr)


def serve(connection):
    held = b""
    # recv 返回 b""：对方说完了。
    # recv gives b"": the peer is done.
    while data := connection.recv(4096):
        # 一次可能读到半行，也可能读到好几行；最后一段还没完，留着。
        # One read may bring half a line, or several; the last part is not whole yet: keep it.
        *lines, held = (held + data).split(b"\n")
        for line in lines:
            if len(line) > LIMIT:
                return
            answer(connection, line)
        if len(held) > LIMIT:
            return
    if held:
        answer(connection, held)


def answer(connection, line):
    # 整行都在了才解码；坏字节变成 U+FFFD，不崩溃。
    # Decode now that the whole line is here; bad bytes become U+FFFD, and nothing crashes.
    text = line.decode("utf-8", "replace").removesuffix("\r")
    connection.sendall(f"{len(text)}\n".encode())


main()
