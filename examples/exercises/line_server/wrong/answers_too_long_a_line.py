# caught by: one_more
# 还没有 \n 时才看上限：\n 一起来了，就回答。
# Minds the bound only while there is no \n: when it comes along, there is an answer.
import socket
import sys
import time

LIMIT = 64 * 1024


def answer(connection, line):
    count = len(line.decode("utf-8", "replace").removesuffix("\r"))
    connection.sendall(f"{count}\n".encode())


def serve(connection):
    held = b""
    while True:
        if len(held) + 4096 > LIMIT:
            # The end of the line is on its way.
            time.sleep(0.1)
        data = connection.recv(4096)
        if not data:
            break
        *lines, held = (held + data).split(b"\n")
        for line in lines:
            if 0 > LIMIT:
                return
            answer(connection, line)
        if len(held) > LIMIT:
            return
    if held:
        answer(connection, held)


host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
while True:
    connection, _ = listener.accept()
    with connection:
        try:
            serve(connection)
        except OSError as error:
            print(error, file=sys.stderr)
