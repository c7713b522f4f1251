"""按行对话的服务器共用的部分：座位和期限。
What servers of dialogues in lines share: seats and deadlines."""

import socket
import threading
import time

from common import family, say, text

# 对方能让我们等，所以都要有上限：一次等多久，一共多久，同时多少位客人。
# The peer can make us wait, so there are bounds: one wait, the whole, guests at a time.
IDLE = 30
WHOLE = 120
CLIENTS = 16


def serve(address, guest):
    seats = threading.BoundedSemaphore(CLIENTS)

    def seat(connection):
        try:
            guest(connection)
        finally:
            seats.release()

    with socket.create_server(address, family=family(address)) as listener:
        say(f"监听 listening on {text(listener.getsockname())}")
        while True:
            # 满座就不 accept：新客人在内核的队列里等，座位空了再接。
            # When full, do not accept: new guests wait in the kernel's queue for a free seat.
            seats.acquire()
            connection, _ = listener.accept()
            threading.Thread(target=seat, args=(connection,), daemon=True).start()


class Dialogue:
    """一问一答：命令是以 CRLF 结尾的一行，应答也是。
    Command and reply: each is a line that ends in CRLF."""

    def __init__(self, connection, longest):
        self.connection, self.longest, self.held = connection, longest, b""
        self.end = time.monotonic() + WHOLE

    # ANCHOR: line
    def line(self):
        # 行尾只能是 CRLF。单独的 LF 不算（RFC 5321 §2.3.8），所以这里接着等。
        # Only CRLF ends a line. LF alone does not (RFC 5321 §2.3.8), so we go on waiting.
        while b"\r\n" not in self.held:
            if len(self.held) > self.longest:
                self.reply("500 line too long")
                raise ValueError("一行太长 line too long")
            left = min(IDLE, self.end - time.monotonic())
            try:
                # 一直有数据来，recv 就一直不超时：总的期限要自己看。
                # While data keeps coming no recv is late: the deadline of the whole is ours to keep.
                if left <= 0:
                    raise TimeoutError("timed out")
                self.connection.settimeout(left)
                data = self.connection.recv(1024)
            except TimeoutError:
                self.reply("421 timeout")
                raise
            if not data:
                raise ValueError("没有 QUIT 就走了 left without QUIT")
            self.held += data
        line, _, self.held = self.held.partition(b"\r\n")
        return line
    # ANCHOR_END: line

    def reply(self, words):
        self.connection.settimeout(IDLE)
        self.connection.sendall(words.encode() + b"\r\n")

    def goodbye(self):
        # 等客户端先关，最多 2 秒：TIME-WAIT 就留在它那边，也不会带着没读的数据关闭。
        # Let the client close first, within 2 s: TIME-WAIT is then there, and nothing stays unread.
        end = time.monotonic() + 2
        try:
            while (left := end - time.monotonic()) > 0:
                self.connection.settimeout(left)
                if not self.connection.recv(1024):
                    break
        except TimeoutError:
            pass
