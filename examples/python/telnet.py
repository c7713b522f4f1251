"""Telnet：远程终端的协议（RFC 854）。文字里夹着命令，每条命令以字节 FF（IAC）开头。
Telnet: the protocol of remote terminals (RFC 854). Commands, each after a byte FF (IAC), lie
between the text.

    python3 examples/python/telnet.py server
    python3 examples/python/telnet.py client

服务器问名字和口令，口令不回显；客户端印出每一条收发的命令。
The server asks for a name and a password without echo; the client prints every command.
"""
import socket
import sys
import threading
import time

try:
    import termios
except ImportError:
    termios = None

from common import (
    arguments, colour, complain, explain, printable, say, show, start, text, usage
)
from dialogue import IDLE, WHOLE, serve

ADDRESS = "127.0.0.1:2323"
HELP = """\
例 examples:
  python3 examples/python/telnet.py server
  python3 examples/python/telnet.py client 127.0.0.1:2323
用法 usage: server [ADDR] | client [ADDR]    ADDR = IP:PORT
结束 end: Ctrl-C
状态 status: 0 说完了 done · 1 出错 failed · 2 参数有错 bad argument"""
# 对方能让我们等、能让我们存，所以都要有上限。
# The peer can make us wait and make us store, so there are bounds.
LINE = 512
COMMANDS = 100

IAC, SE, SB = 255, 240, 250
VERBS = {251: "WILL", 252: "WONT", 253: "DO", 254: "DONT"}
WILL, WONT, DO, DONT = VERBS
# 选项：回显（RFC 857）、终端类型（RFC 1091）。
# Options: echo (RFC 857), terminal type (RFC 1091).
ECHO, TERMINAL = 1, 24
OPTIONS = {ECHO: "ECHO", TERMINAL: "TERMINAL-TYPE"}


def main():
    role, address, words = arguments(ADDRESS, HELP)
    if words:
        usage(f"不认识的参数 unknown argument: {words[0]}")
    try:
        return talk(address) if role == "client" else serve(address, guest)
    except OSError as error:
        return complain(f"{explain(error)}: {text(address)}: {error}")


# ANCHOR: login
def guest(connection):
    with connection:
        wire = Wire(connection, ours={ECHO}, theirs={TERMINAL})
        try:
            # 服务器先说：先协商，再问。问“你是哪种终端”，对方可以说不。
            # The server speaks first: it negotiates, then asks. The peer may refuse to tell.
            wire.offer(DO, TERMINAL)
            who = wire.asks(b"name: ")
            # “由我来回显”，然后偏不回显：口令就不在屏幕上。但它在线路上，而且是明文。
            # "I will echo", and then it does not: no password on the screen. It is on the wire.
            wire.offer(WILL, ECHO)
            word = wire.asks(b"password: ")
            # 按下的回车也没有显示，所以先替屏幕换行。
            # The Enter key was not shown either: first a new line for the screen.
            wire.waiting += b"\r\n"
            wire.offer(WONT, ECHO)
            wire.send(b"hello " + escape(who) + b"\r\n")
            say(f"{printable(who.decode('utf-8', 'replace'))}: 口令 password: {len(word)} 字节 bytes")
            wire.goodbye()
        except (OSError, ValueError) as error:
            say(f"! {printable(str(error))}")
# ANCHOR_END: login


# ANCHOR: parser
class Parser:
    """把字节流分成文字和命令。一条命令可能断在两次 recv 之间，所以记得停在哪里。
    Splits the bytes into text and commands. One may be cut between two recv: keep the place."""

    def __init__(self):
        self.state = "text"

    def feed(self, data):
        pieces = []
        for byte in data:
            piece = self.step(byte)
            if isinstance(piece, bytes) and pieces and isinstance(pieces[-1], bytes):
                pieces[-1] += piece
            elif piece:
                pieces.append(piece)
        return pieces

    def step(self, byte):
        match self.state, byte:
            case "text" | "cr", 255:
                self.state = "iac"
            case "cr", 0 | 10:
                # 行尾是 CR LF，或者 CR NUL（RFC 1123 §3.3.1）：已经交出了一个。
                # A line ends in CR LF, or CR NUL (RFC 1123 §3.3.1): one was given already.
                self.state = "text"
            case "text" | "cr", _:
                self.state = "cr" if byte == 13 else "text"
                return b"\n" if byte == 13 else bytes([byte])
            case "iac", 255:
                # 文字里的字节 FF 写成两个。
                # A byte FF in the text is written twice.
                self.state = "text"
                return b"\xff"
            case "iac", 250:
                self.state = "sub"
            case "iac", _:
                self.state = byte if byte in VERBS else "text"
            case "sub" | "sub iac", _:
                ended = self.state == "sub iac" and byte == SE
                self.state = "text" if ended else "sub iac" if byte == IAC else "sub"
            case verb, option:
                self.state = "text"
                return verb, option
        return None
# ANCHOR_END: parser


def escape(data):
    return data.replace(b"\xff", b"\xff\xff")


class Wire:
    def __init__(self, connection, ours, theirs):
        self.connection, self.parser, self.count = connection, Parser(), 0
        self.held, self.waiting = b"", b""
        self.end = time.monotonic() + WHOLE
        self.allowed = {"us": ours, "them": theirs}
        # 已经打开的选项，在我们这边和对方那边；以及我们提出、还没有回答的。
        # Options that are on, on our side and on theirs; and what we asked and nobody answered.
        self.on = {"us": set(), "them": set()}
        self.asked = set()

    def send(self, data):
        self.connection.settimeout(IDLE)
        self.connection.sendall(self.waiting + data)
        self.waiting = b""

    def receive(self):
        # 一直有数据来，recv 就一直不超时：总的期限要自己看。
        # While data keeps coming no recv is late: the deadline of the whole is ours to keep.
        left = min(IDLE, self.end - time.monotonic())
        if left <= 0:
            raise TimeoutError("timed out")
        self.connection.settimeout(left)
        data = self.connection.recv(1024)
        if not data:
            return None
        pieces = self.parser.feed(data)
        self.count += sum(isinstance(piece, tuple) for piece in pieces)
        if self.count > COMMANDS:
            raise ValueError("命令太多 too many commands")
        return pieces

    def offer(self, verb, option):
        # 和下一段文字一起发：少一个段，也不用等上一个段的 ACK（Nagle 算法会等）。
        # Goes with the next text: a segment less, and no wait for an ACK (Nagle's would).
        self.asked.add((verb, option))
        self.waiting += bytes([IAC, verb, option])

    # ANCHOR: answer
    def answer(self, verb, option):
        """WILL、WONT 说对方自己，DO、DONT 说我们。返回要答的命令。
        WILL and WONT are about the peer, DO and DONT about us. Returns the verb to answer."""
        side, yes, no = ("them", DO, DONT) if verb in (WILL, WONT) else ("us", WILL, WONT)
        wanted, is_on = verb in (WILL, DO), option in self.on[side]
        ours = {(yes, option), (no, option)} & self.asked
        self.asked -= ours
        # 已经如此就不回答，不然两边会答个没完（RFC 854 的规则）。
        # What is so already gets no answer, or both would answer for ever (a rule of RFC 854).
        if not ours and wanted == is_on:
            return None
        if not ours and wanted and option not in self.allowed[side]:
            return no
        (self.on[side].add if wanted else self.on[side].discard)(option)
        # 这本来就是对我们的回答：不用再答。
        # This was the answer to us: nothing more to say.
        return None if ours else yes if wanted else no
    # ANCHOR_END: answer

    def asks(self, prompt):
        self.send(prompt)
        while b"\n" not in self.held:
            self.hear()
        line, _, self.held = self.held.partition(b"\n")
        return line

    def hear(self):
        pieces = self.receive()
        if pieces is None:
            raise ValueError("没说完就走了 left in the middle")
        for piece in pieces:
            if isinstance(piece, bytes):
                self.held += piece
            elif (verb := self.answer(*piece)) is not None:
                self.send(bytes([IAC, verb, piece[1]]))
        if len(self.held) > LINE:
            raise ValueError("一行太长 line too long")

    def goodbye(self):
        # 等问过的都有了回答，再发 FIN，再把剩下的读掉：带着没读的数据关闭会变成 RST。
        # Wait for the answers, send FIN, read what is left: closing with unread data sends RST.
        self.end = time.monotonic() + 2
        while self.asked:
            self.hear()
        self.connection.shutdown(socket.SHUT_WR)
        while self.receive() is not None:
            pass


# ANCHOR: client
def talk(address):
    connection = socket.create_connection(address, timeout=5)
    say(f"已连接 connected to {text(address)}")
    wire = Wire(connection, ours=set(), theirs={ECHO})
    wire.end = float("inf")
    threading.Thread(target=keyboard, args=(wire,), daemon=True).start()
    try:
        while (pieces := wire.receive()) is not None:
            for piece in pieces:
                if isinstance(piece, bytes):
                    show(printable(piece.decode("utf-8", "replace")))
                    continue
                tell("←", *piece)
                if (verb := wire.answer(*piece)) is not None:
                    tell("→", verb, piece[1])
                    wire.send(bytes([IAC, verb, piece[1]]))
                echo(ECHO not in wire.on["them"])
    except ValueError as error:
        return complain(f"不像 Telnet not like Telnet: {error}")
    finally:
        echo(True)
    say("说完了 done")
    return 0


def tell(arrow, verb, option):
    code = colour(f"{IAC:02x} {verb:02x} {option:02x}", 36)
    say(f"{arrow} {code} IAC {VERBS[verb]} {OPTIONS.get(option, option)}")


def keyboard(wire):
    # 每行以 CR LF 结尾（RFC 854）。键盘结束就不再发，听到对方关闭为止。
    # Each line ends in CR LF (RFC 854). At end of input we send no more, and listen to the end.
    # 用 raw：卡在 sys.stdin 里的线程握着锁，会妨碍解释器退出。
    # `raw`, because a thread that waits inside sys.stdin holds a lock the interpreter needs to exit.
    try:
        while data := sys.stdin.buffer.raw.read(LINE):
            wire.send(escape(data).replace(b"\r", b"").replace(b"\n", b"\r\n"))
    except OSError:
        pass


def echo(on):
    # 谁回显，另一边就不回显：终端的回显归本机内核，用 termios 关掉（Windows 没有）。
    # One side echoes, so the other must not: our kernel's echo goes off by termios (Unix only).
    if termios and sys.stdin and sys.stdin.isatty():
        mode = termios.tcgetattr(sys.stdin)
        mode[3] = mode[3] | termios.ECHO if on else mode[3] & ~termios.ECHO
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, mode)
# ANCHOR_END: client


if __name__ == "__main__":
    start(main)
