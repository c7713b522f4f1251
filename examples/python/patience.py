"""期限：等到哪一刻为止，和守期限的读写。06_timeouts.py 用它。
Deadlines: until which moment to wait, and reads and writes that keep them. 06_timeouts.py uses it.
"""
import socket
import time

# 客户端：一次等待 3 秒，整个请求 5 秒。服务器对每个请求等 10 秒。
# The client: 3 s for one wait, 5 s for the whole request. The server waits 10 s for each request.
ONE_WAIT = 3
WHOLE = 5
SERVER_WAITS = 10
# 期限管不住大小，所以一行另有上限。
# A deadline does not bound the size, so a line has a bound of its own.
LINE_MAX = 4096


# ANCHOR: left
class Patience:
    """两个截止时刻：这一次等待的，有一点动静就重新算；整个请求的，定了就不动。
    Two deadlines: that of the wait now, which starts anew when anything comes or goes; and that of
    the whole request, which never moves.
    """

    def __init__(self, each, whole):
        now = time.monotonic()
        self.each = each
        self.this_wait = now + each
        self.whole = None if whole is None else now + whole

    def left(self):
        # 看先到的那个。不剩了就是超时：settimeout(0) 是“不阻塞”，不是“到期”。
        # The earlier one decides. Nothing left means a timeout: settimeout(0) would mean "do not
        # block", and not "time is over".
        end, passed = self.this_wait, "这次等待的期限到了 the deadline of this wait has passed"
        if self.whole is not None and self.whole < self.this_wait:
            end = self.whole
            passed = "整个请求的期限到了 the deadline of the whole request has passed"
        left = end - time.monotonic()
        if left <= 0:
            raise socket.timeout(passed)
        return left
# ANCHOR_END: left

    def connect(self, address):
        # 没有回答，内核会重发 SYN，两分钟以上才放弃；我们只给它剩下的时间。
        # Without an answer the kernel repeats its SYN and gives up only after two minutes or more;
        # we give it the time that is left.
        connection = socket.create_connection(address, timeout=self.left())
        self.this_wait = time.monotonic() + self.each
        return connection

# ANCHOR: read
    def read(self, connection):
        # settimeout 管以后的每一次 recv，不管一共多久。所以每次都重设，只给剩下的。
        # settimeout is for each recv that follows, not for all of them together. So set it each
        # time, to what is left.
        while True:
            connection.settimeout(self.left())
            try:
                data = connection.recv(4096)
            except socket.timeout:
                # 到没到期，由我们的时钟说：回到 left。
                # Whether time is over, our own clock says: back to left.
                continue
            self.this_wait = time.monotonic() + self.each
            return data
# ANCHOR_END: read

    def write(self, connection, data):
        # 写一次，返回内核收下的字节数。
        # One write; returns how many bytes the kernel took.
        while True:
            connection.settimeout(self.left())
            try:
                count = connection.send(data)
            except socket.timeout:
                continue
            self.this_wait = time.monotonic() + self.each
            return count

    def write_all(self, connection, data):
        # sendall 的期限管整次调用，可是它出错时不说发了多少：所以自己循环。
        # The timeout of sendall covers the whole call, but it does not say how much it sent when it
        # fails: hence our own loop.
        while data:
            data = data[self.write(connection, data):]


class Lines:
    """收到的字节，一行一行取。一次 recv 可能有半行，也可能有几行。
    The bytes that have come, line by line. One recv may bring half a line, or several.
    """

    def __init__(self):
        self.held = bytearray()

    def next(self, connection, patience):
        # 返回一行，不含 `\n`；None：对方在两行之间说完了。
        # Returns a line without its `\n`; None: the peer was done between two lines.
        searched = 0
        while True:
            end = self.held.find(b"\n", searched)
            searched = len(self.held) if end < 0 else end
            if searched > LINE_MAX:
                raise OSError("一行超过 4096 字节 a line of more than 4096 bytes")
            if end >= 0:
                line = bytes(self.held[:end])
                del self.held[:end + 1]
                return line
            data = patience.read(connection)
            if not data and self.held:
                raise EOFError("一行没说完就走了 left in the middle of a line")
            if not data:
                return None
            self.held += data
