"""猜数协议，第 1 版：每一种消息和它的字节，谁在什么时候说；04_framing.py --game 用它。
The guessing protocol, version 1: its messages and their bytes, and who speaks when; 04_framing.py
--game uses it.
"""
import io
import random
import socket
import struct
import sys
import time

from common import complain, printable, say, show
from frames import BadMessage, Timed, by_length, framed

VERSION = 1
LOW, HIGH = 1, 100
# 猜的是人，要想一想；猜不中也不能没完。
# A person guesses, and needs time to think; but not for ever, and not without end.
PATIENCE, THINKING, GUESSES = 10, 60, 100

# ANCHOR: message
# 种类（1 个字节）：名字，参数。B 是 1 个字节，H 是 2 个字节；“>”是大端序。
# The kind (1 byte): its name, its arguments. B is 1 byte, H is 2; ">" is big-endian.
TABLE = {
    1: ("START", ">B"),
    2: ("RANGE", ">HH"),
    3: ("GUESS", ">H"),
    4: ("TOO SMALL", ">"),
    5: ("TOO BIG", ">"),
    6: ("RIGHT", ">H"),
    7: ("ERROR", None),
}


def to_bytes(name, *arguments):
    for kind, (known, layout) in TABLE.items():
        if known == name:
            body = arguments[0].encode() if layout is None else struct.pack(layout, *arguments)
            return bytes([kind]) + body
    raise ValueError(name)


def parse(body):
    # 对不上表里任何一行的，是错，不去猜它是什么。
    # What fits no row of the table is an error; we do not guess what was meant.
    try:
        name, layout = TABLE[body[0]]
        if layout is None:
            return name, body[1:].decode()
        return name, *struct.unpack(layout, body[1:])
    except UnicodeDecodeError:
        raise BadMessage("不是 UTF-8 not UTF-8") from None
    except (IndexError, KeyError, struct.error):
        raise BadMessage("不是这个协议的消息 not a message of this protocol") from None
# ANCHOR_END: message


class Line:
    """一条连接，读写的都是整条消息。
    A connection on which whole messages are read and written."""

    def __init__(self, connection):
        self.connection = connection
        self.stream = io.BufferedReader(Timed(connection))

    def send(self, *message):
        # 长度和内容一次写出：分两次写，Nagle 算法会让后一半等确认。
        # Length and body in one write: in two, Nagle's algorithm would make the second wait.
        frame = framed("length", to_bytes(*message))
        self.connection.settimeout(PATIENCE)
        self.connection.sendall(frame)
        log("→", message, frame)

    def receive(self, patience):
        self.stream.raw.wait(patience)
        body = by_length(self.stream)
        if body is None:
            return (None,)
        message = parse(body)
        log("←", message, framed("length", body))
        return message


def log(arrow, message, frame):
    words = printable(" ".join(str(word) for word in message)).replace("\n", "⏎")
    words = words if len(words) <= 60 else f"{words[:24]} … {words[-24:]}"
    more = " …" if len(frame) > 24 else ""
    say(f"{arrow} {frame[:24].hex(' ')}{more}   {words}")


# ANCHOR: host
def host(connection, secret):
    line = Line(connection)
    try:
        answer(line, secret or random.randint(LOW, HIGH))
    except BadMessage as error:
        # 不合协议：说明为什么，然后分手。猜着往下走，两边只会各说各的。
        # Against the protocol: say why, and part. To go on by guessing would only drift apart.
        try:
            line.send("ERROR", str(error))
            leave(connection)
        except OSError:
            # 它已经走了，没有人听了。
            # It has left already, and nobody listens.
            pass
        raise
    finally:
        say("连接结束 the connection has ended")


def answer(line, secret):
    name, *arguments = line.receive(PATIENCE)
    if name is None:
        return
    if name != "START":
        raise BadMessage("先要 START START comes first")
    if arguments != [VERSION]:
        raise BadMessage(f"只会第 1 版 version 1 only: {arguments[0]}")
    line.send("RANGE", LOW, HIGH)
    for guesses in range(1, GUESSES + 1):
        name, *arguments = line.receive(THINKING)
        if name is None:
            return
        if name != "GUESS":
            raise BadMessage("该说 GUESS GUESS is due")
        number = arguments[0]
        if not LOW <= number <= HIGH:
            raise BadMessage(f"不在范围里 out of range: {number}")
        if number == secret:
            return line.send("RIGHT", guesses)
        line.send("TOO SMALL" if number < secret else "TOO BIG")
    raise BadMessage(f"猜了 {GUESSES} 次，够了 {GUESSES} guesses are enough")
# ANCHOR_END: host


def leave(connection):
    # 最后一句是 ERROR：还有字节没读就关闭，内核发 RST，对方可能就读不到它了。先说完，再读完。
    # The last word is ERROR: closing with unread bytes would send RST, and the peer might never read
    # it. So first end our direction, then read what is left, within bounds.
    connection.shutdown(socket.SHUT_WR)
    until, left = time.monotonic() + 2, 1024 * 1024
    while left > 0 and time.monotonic() < until:
        connection.settimeout(max(until - time.monotonic(), 0.001))
        data = connection.recv(65536)
        if not data:
            return
        left -= len(data)


def play(connection):
    line = Line(connection)
    line.send("START", VERSION)
    while True:
        name, *arguments = line.receive(PATIENCE)
        if name == "RIGHT":
            return 0
        if name == "ERROR":
            return complain(f"服务器说 the server says: {printable(arguments[0])}")
        if name is None:
            return complain("服务器走了 the server has left")
        if name not in ("RANGE", "TOO SMALL", "TOO BIG"):
            return complain(f"没想到的消息 unexpected message: {name}")
        number = ask()
        if number is None:
            return 0
        line.send("GUESS", number)


def ask():
    while True:
        show("猜 guess: ")
        line = sys.stdin.readline()
        if not line:
            say()
            return None
        word = line.strip()
        if word.isascii() and word.isdecimal() and len(word) <= 5 and int(word) < 65536:
            return int(word)
        say("要一个数 a number, please")
