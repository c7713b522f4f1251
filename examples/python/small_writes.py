"""两次小的发送，再等回答：Nagle 算法和延迟确认互相等；--nodelay 不等。
Two small sends, then wait for the answer: Nagle and delayed ACKs wait for each other; --nodelay does not.

    python3 examples/python/small_writes.py server
    python3 examples/python/small_writes.py client
    python3 examples/python/small_writes.py client 127.0.0.1:9993 --nodelay
"""
import socket
import time

from common import arguments, complain, explain, family, say, start, text, usage

ADDRESS = "127.0.0.1:9993"
DEADLINE = 5
ROUNDS = 2
HELP = """\
用法 usage: server [ADDR] | client [ADDR] [--nodelay]    ADDR = IP:PORT"""


def main():
    role, address, words = arguments(ADDRESS, HELP)
    if words not in ([], ["--nodelay"]):
        usage(f"不认识的参数 unknown argument: {words[0]}")
    try:
        client(address, bool(words)) if role == "client" else server(address)
        return 0
    except OSError as error:
        return complain(f"{explain(error)}: {text(address)}: {error}")


def server(address):
    with socket.create_server(address, family=family(address)) as listener:
        say(f"监听 listening on {text(listener.getsockname())}")
        connection, _ = listener.accept()
    with connection:
        connection.settimeout(DEADLINE)
        with connection.makefile("rb") as stream:
            # 读完一整行才回答；只来了半行，就没有话可以带上确认。
            # Answers whole lines only; with half a line there is no answer to carry the ACK.
            for line in iter(lambda: stream.readline(64), b""):
                connection.sendall(line)


# ANCHOR: client
def client(address, nodelay):
    with socket.create_connection(address, timeout=DEADLINE) as connection:
        if nodelay:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection.makefile("rb") as stream:
            for number in range(1, ROUNDS + 1):
                begin = time.perf_counter()
                connection.sendall("你".encode())
                # 前一段还没有被确认，这一段又小：Nagle 算法把它留住（RFC 9293 §3.7.4）。
                # The last segment is not acknowledged, this one is small: Nagle holds it back
                # (RFC 9293 section 3.7.4).
                connection.sendall("好\n".encode())
                if not stream.readline(64):
                    raise ConnectionAbortedError("没有回答 no answer")
                spent = (time.perf_counter() - begin) * 1000
                say(f"第 {number} 次 round {number}: {spent:.1f} ms")
# ANCHOR_END: client


if __name__ == "__main__":
    start(main)
