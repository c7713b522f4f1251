"""消息到哪里结束：三种约定，还有一种错的；和 examples/04_framing/frames.rs 一样。
Where a message ends: three agreements, and a wrong one; as in examples/04_framing/frames.rs.
"""
import io
import socket
import time

# 一条消息最多这么多字节：对方能让我们存，所以要有上限。
# The most bytes of one message: the peer can make us store, so there is a bound.
LIMIT = 64 * 1024


class BadMessage(Exception):
    """不合约定的字节。Bytes that break the agreement."""


# ANCHOR: one_recv
def one_recv(stream):
    # 错的：把一次 recv 当成一条消息。接收缓冲区里有多少就拿多少，最多 1024：是半条还是三条，
    # 内核不知道。raw.read 就是一次 recv。
    # Wrong: one recv is taken for one message. It takes what the receive buffer has, 1024 at most:
    # half a message or three, the kernel cannot know. raw.read is one recv.
    return stream.raw.read(1024) or None
# ANCHOR_END: one_recv


# ANCHOR: by_line
def by_line(stream):
    # readline 一次次 recv，直到有 LF；后面的字节留着，是下一条的。LF 一直不来，也只读这么多。
    # readline calls recv until there is an LF, and keeps the bytes after it for the next message.
    # If no LF comes, it stops at this number.
    line = stream.readline(LIMIT + 2)
    if not line:
        return None
    text = line.removesuffix(b"\n").removesuffix(b"\r")
    if len(text) > LIMIT:
        raise BadMessage("一行超过 64 KiB line over 64 KiB")
    # 结束了，却没有 LF：这一行断了。
    # It ended without an LF: this line is cut off.
    if not line.endswith(b"\n"):
        raise cut(len(line))
    return text
# ANCHOR_END: by_line


# ANCHOR: by_length
def by_length(stream):
    # read(n) 读满 n 个字节，要几次 recv 都行；对方先结束了，才会不够。
    # read(n) gives all n bytes, in as many recv calls as it takes; fewer only if the peer ends first.
    first = stream.read(4)
    if not first:
        return None
    if len(first) < 4:
        raise cut(len(first))
    # 长度是对方写的：先和上限比，再读。
    # The peer wrote this length: compare it first, then read.
    length = int.from_bytes(first, "big")
    if length > LIMIT:
        raise BadMessage(f"长度超过 64 KiB length over 64 KiB: {length}")
    body = stream.read(length)
    if len(body) < length:
        raise cut(4 + len(body))
    return body
# ANCHOR_END: by_length


# ANCHOR: by_end
def by_end(stream):
    # 读到 b""：对方的 FIN 到了。是真的说完了，还是程序崩溃、内核替它关的？看不出来。
    # Reads up to b"": the peer's FIN. Had it finished, or did it crash, and its kernel closed for
    # it? There is no telling.
    message = stream.read(LIMIT + 1)
    if len(message) > LIMIT:
        raise BadMessage("消息超过 64 KiB message over 64 KiB")
    return message
# ANCHOR_END: by_end


def cut(count):
    return BadMessage(
        f"断在一条消息中间，已收到 {count} 字节 cut off inside a message, after {count} bytes"
    )


# ANCHOR: framed
def framed(by, message):
    # 发送的一方也要守约定，装不了的就不装。
    # The sender has to keep the agreement too, and refuses what does not fit into it.
    if len(message) > LIMIT:
        raise BadMessage("消息超过 64 KiB message over 64 KiB")
    if by == "length":
        return len(message).to_bytes(4, "big") + message
    if by == "line":
        # 内容里的 LF 会被当成结尾：一条变两条。末尾的 CR 会被当成行尾的一半。
        # An LF inside would pass for the end: one message would become two. A CR at the end would
        # pass for a part of the line end.
        if b"\n" in message or message.endswith(b"\r"):
            raise BadMessage(
                "消息里有换行，按行送不了 a line end inside the message: by line it cannot be sent"
            )
        return message + b"\n"
    return message
# ANCHOR_END: framed


READ = {"recv": one_recv, "line": by_line, "length": by_length, "end": by_end}


class Timed(io.RawIOBase):
    """读一条连接，到期限为止。
    Reads a connection, until the deadline."""

    def __init__(self, connection):
        self.connection = connection
        self.until = time.monotonic()

    def wait(self, patience):
        # 从现在起，再等这么久。
        # From now on, waits this long.
        self.until = time.monotonic() + patience

    def readable(self):
        return True

    def readinto(self, buffer):
        # 套接字的超时管一次 recv。对方每次只给一个字节，它就永远不到；所以每次只等剩下的时间。
        # A socket's timeout is for one recv. A peer that gives a byte at a time would never be
        # late; so each recv waits only for the time that is left.
        left = self.until - time.monotonic()
        if left <= 0:
            raise socket.timeout("timed out")
        self.connection.settimeout(left)
        return self.connection.recv_into(buffer)
