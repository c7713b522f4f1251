#!/usr/bin/env python3
"""谁先关闭，谁留下 TIME-WAIT：马上重启服务器，有时绑定失败。
Who closes first keeps TIME-WAIT: restarted at once, a server sometimes cannot bind.

    python3 examples/python/02_time_wait.py

每一行先结束一次通信，再立刻绑定同一个端口；on、off 是旧、新服务器的 SO_REUSEADDR。
Each line ends one exchange, then binds the same port at once; on and off are SO_REUSEADDR
of the old and the new server.

结果在 Linux 上检查过，别的系统可能不同。
Checked on Linux; other systems may differ.
"""

import errno
import socket

DEADLINE = 5


# ANCHOR: listen
def listen(reuse, port=0):
    server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if reuse:
        # 必须在 bind 之前设置。
        # This must come before bind.
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        server.bind(("127.0.0.1", port))
    except OSError:
        server.close()
        raise
    server.listen()
    server.settimeout(DEADLINE)
    return server
# ANCHOR_END: listen


# ANCHOR: exchange
def exchange(server, server_closes_first):
    client = socket.create_connection(server.getsockname(), timeout=DEADLINE)
    accepted, _ = server.accept()
    accepted.settimeout(DEADLINE)
    first, second = (accepted, client) if server_closes_first else (client, accepted)
    # 先关的一端发出第一个 FIN，最后停在 TIME-WAIT。
    # The end that closes first sends the first FIN and finishes in TIME-WAIT.
    first.close()
    # 读到 0 字节，就是收到了那个 FIN；然后这一端才关。
    # Reading 0 bytes means that FIN has come; only then does this end close.
    second.recv(1)
    second.close()
# ANCHOR_END: exchange


def attempt(server_closes_first, old_reuse, new_reuse):
    with listen(old_reuse) as server:
        port = server.getsockname()[1]
        exchange(server, server_closes_first)
    # 旧服务器到此结束，新服务器马上来。
    # The old server ends here, and the new one comes at once.
    try:
        listen(new_reuse, port).close()
        return "成功 ok"
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))


def main():
    for server_first, old, new in [
        (False, False, False),
        (True, False, False),
        (True, False, True),
        (True, True, False),
        (True, True, True),
    ]:
        who = "服务器先关 server first" if server_first else "客户端先关 client first"
        set_to = {False: "off", True: "on"}
        result = attempt(server_first, old, new)
        print(f"{who} · 旧 old {set_to[old]} · 新 new {set_to[new]} · {result}")


if __name__ == "__main__":
    main()
