#!/usr/bin/env python3
"""一次只接待一个客户端的回声服务器：后来的人连得上，却没有回音。
An echo server for one client at a time: a later one connects, and hears nothing.

    python3 examples/python/03_one_at_a_time.py [PORT]
    cargo run --example 02_duplex -- client 127.0.0.1:7776
"""

import socket
import sys

# 一个不说话的客户端不能永远占住服务器。
# A silent client must not hold the server for ever.
PATIENCE = 60


# ANCHOR: loop
def serve(server):
    while True:
        sock, _ = server.accept()
        # 第一个客户端没走，程序就停在 echo 里，回不到 accept。
        # Until the first client leaves, the program stays in echo and never returns to accept.
        with sock:
            echo(sock)
# ANCHOR_END: loop


def echo(sock):
    sock.settimeout(PATIENCE)
    try:
        while data := sock.recv(1024):
            sock.sendall(data)
    except OSError as error:
        print("连接结束 connection ended:", error, file=sys.stderr)


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 7776
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", port))
        server.listen()
        print(f"监听 listening on 127.0.0.1:{port}")
        try:
            serve(server)
        except KeyboardInterrupt:
            print("停止 stopped")


if __name__ == "__main__":
    main()
