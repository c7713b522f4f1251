"""04 成帧：一条连接上送三条消息，接收方怎样知道每一条到哪里结束？
04 Framing: three messages on one connection. How does the receiver know where each one ends?

两个终端里运行同一条命令：先到的当服务器，后到的当客户端。服务器一直开着，按 Ctrl-C 结束。
Run the same command in two terminals: the first is the server, the second the client. The server
stays; Ctrl-C ends it.

    python3 examples/python/04_framing.py

约定在旁边的 frames.py；guess.py 是一个自己设计的协议（--game）。
The agreements are beside it in frames.py; guess.py is a protocol of our own (--game).
"""
import errno
import io
import socket
import time

import guess
from common import arguments, colour, complain, explain, family, printable, say, start, text, usage
from frames import READ, BadMessage, Timed, framed

ADDRESS = "127.0.0.1:8804"
# 对方能让我们等，所以要有期限：一条消息最多等这么久，不管它分几次来。
# The peer can make us wait, so there is a deadline: for one message, in however many pieces.
PATIENCE = 10

HELP = """\
例 examples:
  python3 examples/python/04_framing.py              先到当服务器 first come: server
  python3 examples/python/04_framing.py --by recv    错的约定 the wrong agreement
  python3 examples/python/04_framing.py client 127.0.0.1:8804 --by length 你好 第一行⏎第二行 1..400
  python3 examples/python/04_framing.py --game       猜数，自己的协议 a guessing game, our own protocol
用法 usage: [server [ADDR] | client [ADDR]] [--by line|length|end|recv] [--pause MS] [MESSAGE…]
            [server [ADDR] | client [ADDR]] --game [--secret N]   ADDR = IP:PORT
  ⏎：换行 a line end   1..400：从 1 到 400 的数 the numbers from 1 to 400
状态 status: 0 成功 done · 1 网络出错 network error · 2 参数有错 bad argument"""


def main():
    role, address, words = arguments(ADDRESS, HELP)
    options = Options(words)
    try:
        if role == "client":
            return client(address, options)
        try:
            listener = socket.create_server(address, family=family(address))
        except OSError as error:
            # 没说当谁，地址又有人用：先到的是服务器，我们当客户端。
            # No role was named and the address is in use: the server came first, we are the client.
            if role is None and error.errno == errno.EADDRINUSE:
                say("地址有人用，我当客户端 address in use, so I am the client")
                return client(address, options)
            raise
        return server(listener, options)
    except BadMessage as error:
        return complain(str(error))
    except OSError as error:
        return complain(f"{explain(error)}: {text(address)}: {error}")


def server(listener, options):
    say(f"监听 listening on {text(listener.getsockname())}")
    number = 0
    while True:
        # 一个一个接待。后来的连接已由内核建立，在队列里等。
        # One after another. The kernel has made the next connection already; it waits in the queue.
        connection, peer = listener.accept()
        with connection:
            try:
                if options.game:
                    guess.host(connection, options.secret)
                else:
                    for message in hear(connection, options.by):
                        number += 1
                        said = f"第 {number} 条 message {number}: {shown(message)}"
                        say(f"{said}（{len(message)} 字节 bytes）")
                    say("连接结束 the connection has ended")
            # 出了错的连接，后面的字节再也对不齐，只能关闭；别的客户端没有错。
            # After a fault, the bytes of this connection can never be in step again: close it. Other
            # clients did no wrong.
            except BadMessage as error:
                say(f"{colour('错误 error:', 31)} {text(peer)}: {error}")
            except OSError as error:
                say(f"{colour('错误 error:', 31)} {explain(error)}: {text(peer)}: {error}")


# ANCHOR: hear
def hear(connection, by):
    # 一次 recv 可能拿到好几条消息的字节：还没用的留在 stream 里，下一条从那里接着读。
    # One recv may bring the bytes of several messages: stream keeps those not used yet, and the next
    # message begins there.
    stream = io.BufferedReader(Timed(connection))
    while True:
        stream.raw.wait(PATIENCE)
        message = READ[by](stream)
        if message is None:
            return
        yield message
        # 按结束：读到结束才有这条消息，后面不会再有。
        # By end: this message came with the end, so nothing can follow.
        if by == "end":
            return
# ANCHOR_END: hear


# ANCHOR: client
def client(address, options):
    if options.game:
        with connect(address) as connection:
            return guess.play(connection)
    # 先装好每一条，再连接：有一条装不了，就一条也不送。
    # Frame every message before connecting: if one cannot be framed, none is sent.
    frames = [framed(options.by, message) for message in options.messages]
    # 按结束：一条消息一条连接，每一条都要重新握手。别的约定只要一条连接。
    # By end: a connection for each message, and a handshake for each. Otherwise one will do.
    connections = [[frame] for frame in frames] if options.by == "end" else [frames]
    for group in connections:
        with connect(address) as connection:
            for index, frame in enumerate(group):
                if index > 0:
                    time.sleep(options.pause)
                # 一条消息一次 sendall。写几次、写多快，都不会告诉对方。
                # One sendall for each message. How often, and how fast, the peer is not told.
                connection.sendall(frame)
            goodbye(connection)
    count = sum(len(frame) for frame in frames)
    say(f"已发送 {len(frames)} 条，{count} 字节 messages sent: {len(frames)}, {count} bytes")
    return 0
# ANCHOR_END: client


def goodbye(connection):
    # 发出 FIN，再等对方的 FIN：服务器不满意就会早早关闭，我们在这里得到错误。
    # Send FIN, then wait for the peer's: a server that is not content closes early, and here we get
    # the error.
    connection.shutdown(socket.SHUT_WR)
    if connection.recv(1):
        raise OSError("服务器不该说话 the server should not speak")


def connect(address):
    connection = socket.create_connection(address, timeout=5)
    connection.settimeout(PATIENCE)
    say(f"已连接 connected to {text(address)}")
    return connection


def shown(message):
    # ⏎ 是里面的换行，太长就只留两头。
    # ⏎ is a line end inside it; of a long one, both ends.
    string = printable(message.decode("utf-8", "replace")).replace("\n", "⏎")
    return string if len(string) <= 60 else f"{string[:24]} … {string[-24:]}"


class Options:
    def __init__(self, words):
        self.by, self.pause, self.game, self.secret, self.messages = "line", 0, False, None, []
        words = iter(words)
        for word in words:
            if word == "--game":
                self.game = True
            elif word == "--by":
                self.by = next(words, "")
                if self.by not in READ:
                    usage(f"--by line|length|end|recv: {self.by}")
            elif word == "--pause":
                self.pause = number("--pause", next(words, ""), 0, 5000) / 1000
            elif word == "--secret":
                self.secret = number("--secret", next(words, ""), 1, guess.HIGH)
            elif word.startswith("--"):
                usage(f"不认识的参数 unknown argument: {word}")
            else:
                self.messages.append(message_of(word))
        self.messages = self.messages or ["你好".encode(), b"Hello", "再见".encode()]


def number(name, word, low, high):
    good = word.isascii() and word.isdecimal() and len(word) <= 5 and low <= int(word) <= high
    if not good:
        usage(f"{name} {low}–{high}: {word}")
    return int(word)


def message_of(word):
    # 1..400 是从 1 到 400 的数：一条长消息，哪里断了一眼看得出。⏎ 是换行。
    # 1..400 is the numbers from 1 to 400: a long message, in which a cut is easy to see. ⏎ is a line
    # end.
    last = word.removeprefix("1..")
    if last != word and last.isascii() and last.isdecimal() and len(last) <= 5:
        if 1 <= int(last) <= 20000:
            return " ".join(str(n) for n in range(1, int(last) + 1)).encode()
    return word.replace("⏎", "\n").encode("utf-8", "surrogateescape")


if __name__ == "__main__":
    start(main)
