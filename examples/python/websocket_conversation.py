"""18 的一条 WebSocket 连接：读帧、写帧、拼成消息，回答 ping 和 Close。
A WebSocket connection of 18: reads and writes frames, makes messages of them, answers ping and Close.
"""
import os
import re
import socket
import threading
import time

from common import printable, say
from websocket_frames import (BINARY, CLOSE, CONTINUATION, LATE, NAMES, NOT_TEXT, PING, PONG, PROTOCOL,
                              TEXT, TOO_BIG, Fault, close_code, decode, read_frame, write_frame)

# 凡是别人能撑大的，都有上限；凡是可能一直等的，都有期限（秒）。
# What others can make grow has a bound; what could wait forever has a deadline, in seconds.
LINE = 4096
WHOLE, DEADLINE, GRACE = 10, 5, 2


class Gone(Exception):
    """没有 Close，连接就没了：1006。
    No Close, and the connection is gone: 1006.
    """


class Quiet(Exception):
    """安静得太久。
    Silent for too long.
    """


class Conversation:
    """一条 WebSocket 连接：一个线程读，别的线程也写。
    A WebSocket connection: one thread reads, others write, too.
    """

    def __init__(self, sock, client=False, limit=LINE, frames=False, ping=20):
        # 读和写各有期限，所以各用一个 socket 对象；下面是同一条连接。
        # Reading and writing have deadlines of their own: two socket objects, one connection.
        self.sock, self.writing, self.held = sock, sock.dup(), b""
        self.client, self.limit, self.frames, self.ping = client, limit, frames, ping
        self.message, self.begun, self.closed, self.lock = None, None, False, threading.Lock()

    # ANCHOR: send
    def send(self, opcode, *payloads):
        # 锁着写，一帧就不会插进另一帧里；说过 Close，就什么也不能再说（§5.5.1）。
        # Behind a lock no frame gets into another; after Close there is nothing more to say (§5.5.1).
        with self.lock:
            if self.closed:
                return
            out = b""
            for payload in payloads:
                # 每一帧一个新的、猜不到的密钥：网页不能决定线路上出现什么字节（§10.3）。
                # A new key for each frame that nobody can guess: no page chooses what the wire
                # carries (§10.3).
                head, body = write_frame(opcode, payload, os.urandom(4) if self.client else b"")
                out += head + body
                self.show("→", head, opcode, payload)
            self.closed = opcode == CLOSE
            self.writing.settimeout(DEADLINE)
            self.writing.sendall(out)
    # ANCHOR_END: send

    def close(self, code):
        try:
            self.send(CLOSE, b"" if code is None else code.to_bytes(2, "big"))
        except OSError:
            pass

    def show(self, arrow, head, opcode, payload):
        if self.frames:
            words = one_line(payload.decode("utf-8", "replace"))
            if opcode == CLOSE and len(payload) > 1:
                words = str(int.from_bytes(payload[:2], "big"))
            say(f"{arrow} [{head.hex(' ')}] {NAMES[opcode]} {words}".rstrip())

    # ANCHOR: next
    def next(self, patience):
        """下一件事：(操作码, 内容)。
        The next event: (opcode, content).
        """
        while True:
            # 一次 recv 可能带来半帧，也可能带来几帧：TCP 不管帧在哪里结束。
            # One recv may bring half a frame or several: TCP does not care where a frame ends.
            while (found := read_frame(self.held, not self.client, self.limit)) is not None:
                (fin, opcode, payload, header), used = found
                self.show("←", self.held[:header], opcode, payload)
                self.held = self.held[used:]
                event = self.add(fin, opcode, payload)
                self.begun = self.begun if self.message is not None else None
                if event:
                    return event
            # 什么都没开始，可以等；开了头，就要在期限内说完。
            # Nothing begun: waiting is fine. Once begun, it must be whole by a deadline.
            begun = self.held or self.message is not None
            if begun:
                self.begun = self.begun or time.monotonic()
                patience = self.begun + WHOLE - time.monotonic()
            try:
                data = receive(self.sock, patience)
            except TimeoutError:
                if begun:
                    raise Fault(LATE, "没说完 never finished") from None
                raise Quiet from None
            if not data:
                raise Gone
            self.held += data
    # ANCHOR_END: next

    # ANCHOR: add
    def add(self, fin, opcode, payload):
        if opcode == CLOSE:
            return CLOSE, close_code(payload)
        if opcode in (PING, PONG):
            return opcode, payload
        if opcode == BINARY:
            raise Fault(NOT_TEXT, "只收文字 text only")
        # 一条消息的片连着来，中间只能插控制帧（§5.4）。
        # The pieces of a message come in a row, with nothing but control frames between them (§5.4).
        if opcode == TEXT and self.message is not None:
            raise Fault(PROTOCOL, "上一条没完 message not finished")
        if opcode == CONTINUATION and self.message is None:
            raise Fault(PROTOCOL, "没有开头 nothing to go on")
        message = (self.message or b"") + payload
        # 每一帧都不大，加起来也许很大：上限管的是整条消息。
        # Each frame may be small and their sum large: the bound is for the whole message.
        if len(message) > self.limit:
            raise Fault(TOO_BIG, "太长 too long")
        words = decode(message, fin)
        self.message = None if fin else message
        return (TEXT, words) if fin else None
    # ANCHOR_END: add

    # ANCHOR: text
    def text(self):
        """下一条文字；对方说了 Close 就是 (None, 代码)。
        The next text; (None, code) when the peer says Close.
        """
        asked = False
        while True:
            try:
                opcode, content = self.next(self.ping)
                if opcode == TEXT:
                    return content, None
                if opcode == PING:
                    self.send(PONG, content)
                if opcode == CLOSE:
                    # 也说 Close，用它的代码：两边都说过了，连接才算关好（§5.5.1）。
                    # Say Close, too, with its code: once both have, the connection is closed (§5.5.1).
                    self.close(content)
                    return None, content
                asked = False
            except Quiet:
                # 网页只能说话，不能发 ping；对方死活，由服务器来问。
                # A web page can speak, but it cannot ping: so the server asks who is still alive.
                if asked:
                    raise
                asked = True
                self.send(PING, b"")
            except Fault as fault:
                self.close(fault.code)
                raise
    # ANCHOR_END: text

    def wait_for_close(self):
        end = time.monotonic() + GRACE
        try:
            while self.next(max(0, end - time.monotonic()))[0] != CLOSE and time.monotonic() < end:
                pass
        except (Fault, Gone, Quiet):
            pass


def receive(sock, patience):
    # 断了（RST）和说完了（FIN）在这里一样：都是走了。
    # Reset (RST) and done (FIN) are alike here: gone, either way.
    if patience <= 0:
        raise TimeoutError
    try:
        sock.settimeout(patience)
        return sock.recv(4096)
    except TimeoutError:
        raise
    except OSError:
        return b""


def part(sock, patience, client=False):
    # 说过 Close 之后，服务器先关 TCP（FIN），再读掉对方还在发的；客户端等它的 FIN（§7.1.1）。
    # After Close the server closes TCP first (FIN), then reads what still comes; a client waits for
    # that FIN (§7.1.1).
    end = time.monotonic() + patience
    try:
        if not client:
            sock.shutdown(socket.SHUT_WR)
        while receive(sock, end - time.monotonic()):
            pass
    except OSError:
        pass


def one_line(words):
    # 一条消息里可以有换行；上了屏幕只占一行，就冒充不了别人说的下一行。
    # A message may have line ends. On the screen it is one line, so it cannot pose as another
    # guest's next one.
    return re.sub("[\n\t]", " ", printable(words))
