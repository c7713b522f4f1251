"""06 期限：连接、一次读、一次写、整个请求，各等多久。
06 Timeouts: how long to wait for a connection, for a read, for a write, for the whole request.

第一个终端是每秒只回一个字节的服务器，第二个终端是客户端：
The first terminal has a server that answers with one byte a second, the second the client:

    python3 examples/python/06_timeouts.py server --dribble
    python3 examples/python/06_timeouts.py client

这个文件里是一问一答。旁边的 patience.py 是期限，long_message.py 是写不完的长消息。
This file has the question and the answer. Beside it, patience.py has the deadlines, and
long_message.py the long message that cannot be written to its end.
"""
import errno
import socket
import time

from common import arguments, complain, explain, family, printable, say, start, text, usage
from long_message import receive_long, send_long
from patience import LINE_MAX, ONE_WAIT, SERVER_WAITS, WHOLE, Lines, Patience

ADDRESS = "127.0.0.1:8806"

HELP = """\
例 examples:
  python3 examples/python/06_timeouts.py                   先到当服务器 first come: server
  python3 examples/python/06_timeouts.py server --dribble  每秒回一个字节 one byte a second
  python3 examples/python/06_timeouts.py server --deaf     接受，不读 accepts, does not read
  python3 examples/python/06_timeouts.py client 127.0.0.1:8806 你好
  python3 examples/python/06_timeouts.py client --each     只有每次等待的期限 no deadline for the whole
  python3 examples/python/06_timeouts.py client --long     16 MB，给 for --deaf
  python3 examples/python/06_timeouts.py client --long --retry  （错 wrong）
  python3 examples/python/06_timeouts.py kinds             超时叫什么错误 what a timeout is called
用法 usage: [server [ADDR] [--dribble | --deaf] | client [ADDR] [--each] [QUESTION…]
  | client [ADDR] --long [--retry] | kinds]   ADDR = IP:PORT
状态 status: 0 成功 done · 1 网络出错 network error · 2 参数有错 bad argument"""


def main():
    role, address, words = arguments(ADDRESS, HELP)
    try:
        if role is None and words == ["kinds"]:
            return kinds()
        if role == "client":
            if words in (["--long"], ["--long", "--retry"]):
                return send_long(address, "--retry" in words)
            if words[:1] == ["--each"]:
                return ask(address, words[1:], None)
            return ask(address, words, WHOLE)
        if words and not (role and words in (["--dribble"], ["--deaf"])):
            usage(f"不认识的参数 unknown argument: {words[0]}")
        try:
            listener = socket.create_server(address, family=family(address))
        except OSError as error:
            # 没说当谁，地址又有人用：先到的是服务器，我们当客户端。
            # No role was named and the address is in use: the server came first, we are the client.
            if role is None and error.errno == errno.EADDRINUSE:
                say("地址有人用，我当客户端 address in use, so I am the client")
                return ask(address, [], WHOLE)
            raise
        return server(listener, words)
    except OSError as error:
        return complain(f"{explain(error)}: {text(address)}: {error}")


def server(listener, words):
    with listener:
        say(f"监听 listening on {text(listener.getsockname())}")
        connection, peer = listener.accept()
    with connection:
        try:
            if words == ["--deaf"]:
                return receive_long(connection, peer)
            return answer(connection, words == ["--dribble"])
        except OSError as error:
            return complain(f"{explain(error)}: {text(peer)}: {error}")
        except EOFError as error:
            return complain(f"出错 failed: {text(peer)}: {error}")


# ANCHOR: answer
def answer(connection, dribbling):
    lines = Lines()
    while True:
        # 每个请求有自己的截止时刻：从连上、或从上一次回答完算起，读完问题、送出回答都在它以内。
        # Each request has a deadline of its own, from the connection or from the last answer on:
        # reading the question and sending the answer both have to fit into it.
        patience = Patience(SERVER_WAITS, SERVER_WAITS)
        line = lines.next(connection, patience)
        if line is None:
            say("客户端说完了 the client is done")
            return 0
        say("客户端 client: " + printable(line.decode("utf-8", "replace")))
        if dribbling:
            dribble(connection, line + b"\n")
        else:
            patience.write_all(connection, line + b"\n")


def dribble(connection, line):
    # 每秒一个字节：每一次 recv 都等得到，一行却要等很久。
    # One byte a second: no single recv waits for long, and the line takes its time.
    say("每秒回一个字节 answering with one byte a second")
    for byte in line:
        time.sleep(1)
        Patience(SERVER_WAITS, None).write_all(connection, bytes([byte]))
# ANCHOR_END: answer


# ANCHOR: ask
def ask(address, words, whole):
    message = question(words)
    # 截止时刻在 connect 以前就定下：连接、写、读，用的是同一份时间。
    # The deadline is set before connect: connecting, writing and reading share one amount of time.
    patience = Patience(ONE_WAIT, whole)
    with patience.connect(address) as connection:
        say(f"已连接 connected to {text(address)}")
        patience.write_all(connection, message)
        lines = Lines()
        try:
            line = lines.next(connection, patience)
        except (OSError, EOFError) as error:
            # 返回，with 关闭连接：半个回答没有用，它剩下的字节更不能留给下一个问题。
            # We return, and with closes: half an answer is of no use, and what is still to come of
            # it must not be taken for the answer to the next question.
            what = explain(error) if isinstance(error, OSError) else "出错 failed"
            held = f"已收到 {len(lines.held)} 字节 after {len(lines.held)} bytes"
            return complain(f"{what}: {text(address)}，{held}: {error}")
    if line is None:
        return complain(f"没有回答就走了 left without an answer: {text(address)}")
    say("回答 answer: " + printable(line.decode("utf-8", "replace")))
    return 0
# ANCHOR_END: ask


def question(words):
    for word in words:
        if word.startswith("--"):
            usage(f"不认识的参数 unknown argument: {word}")
    message = (" ".join(words) if words else "goodbye").encode("utf-8", "surrogateescape")
    if b"\n" in message or len(message) > LINE_MAX:
        usage("问题是一行，最多 4096 字节 a question is one line of 4096 bytes at most")
    return message + b"\n"


# ANCHOR: kinds
def kinds():
    # 一条连接的两端都在我们手里：对方不说话，也不读。
    # Both ends of one connection are ours: the peer does not speak, nor does it read.
    with socket.create_server(("127.0.0.1", 0)) as listener, \
            socket.create_connection(listener.getsockname(), timeout=1) as connection, \
            listener.accept()[0]:
        connection.settimeout(0.1)
        tell("读到期 a read times out", lambda: connection.recv(1))
        tell("写到期 a write times out", lambda: connection.sendall(bytes(64 * 1024 * 1024)))
        connection.settimeout(0)
        tell("期限设成 0，再读 a timeout of 0, then a read", lambda: connection.recv(1))
    return 0


def tell(what, call):
    try:
        call()
        say(f"{what}: 没有出错 no error")
    except OSError as error:
        say(f"{what}: {type(error).__name__} · {error.errno}")
# ANCHOR_END: kinds


if __name__ == "__main__":
    start(main)
