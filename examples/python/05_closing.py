"""05 怎样结束：键盘上一行是一个调用，看它返回什么，再看对方读到什么。
05 Closing: each line that you type is one call; see what it returns, and what the peer then reads.

两个终端里运行同一条命令：先到的当服务器，后到的当客户端。
Run the same command in two terminals: the first is the server, the second the client.

    python3 examples/python/05_closing.py
"""
import errno
import os
import socket
import struct
import sys
import time

from common import arguments, complain, explain, family, printable, say, start, text, usage

ADDRESS = "127.0.0.1:8805"
# 对方可能什么也不说，也可能说个没完：一次 recv 等 2 秒，告别最多 10 秒、1 MiB。
# The peer may say nothing, or never stop: a recv waits 2 s; a goodbye takes 10 s and 1 MiB at most.
PATIENCE = 2
GOODBYE = 10
BLOCK = 4096
LIMIT = 1024 * 1024

CALLS = "send TEXT · read [N] · shutdown · clone · close · finish · linger · fork"
HELP = """\
例 examples:
  python3 examples/python/05_closing.py              先到当服务器 first come: server
  python3 examples/python/05_closing.py client 127.0.0.1:8805
用法 usage: [server [ADDR] | client [ADDR]]              ADDR = IP:PORT
每行一个调用 one call per line:
  send TEXT   send，一次 once
  read [N]    recv，最多 N 字节，最多等 2 秒 at most N bytes, for at most 2 s
  shutdown    shutdown(SHUT_WR)
  clone       dup：再要一个描述符 one more descriptor
  close       close：关掉一个描述符 closes one descriptor
  finish      shutdown，读到 b""，再关闭 shutdown, read up to b"", close
  linger      SO_LINGER，0 秒 seconds
  fork        子进程也拿着描述符，直到我们结束 a child has the descriptors, too, until we end
结束 end: Ctrl-D（Windows: Ctrl-Z, Enter）
状态 status: 0 结束 ended · 1 网络出错 network error · 2 参数有错 bad argument"""


def main():
    role, address, rest = arguments(ADDRESS, HELP)
    if rest:
        usage(f"不认识的参数 unknown argument: {rest[0]}")
    try:
        connection = connect(address) if role == "client" else accept(role, address)
    except OSError as error:
        return complain(f"{explain(error)}: {text(address)}: {error}")
    connection.settimeout(PATIENCE)
    # 同一个套接字的描述符都在这里。内核数着它们：最后一个关掉，才开始关闭连接。
    # The descriptors of one socket. The kernel counts them: when the last is closed, it begins to
    # close the connection.
    descriptors = [connection]
    for line in sys.stdin or ():
        call, _, argument = line.rstrip("\r\n").partition(" ")
        try:
            say(f"{call} {make(call, argument, descriptors)}")
        except OSError as error:
            # 不在这里结束：出错以后再调用一次，得到的又不一样。
            # This is no reason to end: the call after an error gives something else again.
            late = isinstance(error, socket.timeout)
            say(f"{call} " + ("等得太久 waited too long" if late else f"错误 error: {name(error)}"))
    # 键盘结束，解释器退出，还开着的描述符随之关闭。
    # End of input: the interpreter ends, and what is open closes with it.
    return 0


def make(call, argument, descriptors):
    if not descriptors:
        return "没有开着的描述符 no descriptor is open"
    connection = descriptors[-1]
    if call == "send":
        # 返回的是进了本机发送缓冲区的字节数。
        # What it returns went into our send buffer.
        return f"返回 returned {connection.send(argument.encode('utf-8', 'surrogateescape'))}"
    if call == "read":
        # b""：对方的 FIN 到了，前面的都读完了。异常：连接断了，前面也许还有丢了的。
        # b"": the peer's FIN is here, and all before it has been read. An exception: the connection
        # is lost, and bytes may be lost with it.
        most = int(argument) if argument.isdecimal() else BLOCK
        data = connection.recv(min(max(most, 1), BLOCK))
        return f"返回 returned {len(data)}{shown(data)}"
    if call == "shutdown":
        # FIN 排在已经发送的字节后面。描述符有几个都一样，而且都还开着。
        # FIN goes out behind the bytes that were sent. It does not matter how many descriptors
        # there are, and all of them stay open.
        connection.shutdown(socket.SHUT_WR)
    # ANCHOR: descriptors
    elif call == "clone":
        # 描述符多一个，套接字还是那一个。
        # One more descriptor, the same socket.
        descriptors.append(connection.dup())
    elif call == "close":
        # 不是最后一个：什么也不发。是最后一个：收到的都读完了，发 FIN；没有读完，Linux 发 RST。
        # Not the last: nothing is sent. The last: FIN, if all that came was read; if not, Linux
        # sends RST (RFC 9293 section 3.6.1).
        descriptors.pop().close()
    # ANCHOR_END: descriptors
    elif call == "finish":
        try:
            return finish(connection)
        finally:
            while descriptors:
                descriptors.pop().close()
    elif call == "linger":
        linger(connection)
    elif call == "fork" and hasattr(os, "fork"):
        fork()
    else:
        return f"没有这个调用 no such call（{CALLS}）"
    return f"成功 ok，描述符 descriptors: {len(descriptors)}"


# ANCHOR: linger
def linger(connection):
    # struct linger：打开，0 秒。关闭时不再送没送完的，也不发 FIN，而发 RST。
    # 两个数在 Windows 上各 2 个字节，在别处各是一个 int。
    # struct linger: on, 0 seconds. Closing then delivers nothing more and sends RST, not FIN.
    # On Windows the two numbers have 2 bytes each, elsewhere each is an int.
    pair = "hh" if os.name == "nt" else "ii"
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(pair, 1, 0))
# ANCHOR_END: linger


# ANCHOR: fork
def fork():
    # 子进程的描述符和我们的指向同一个套接字（fork(2)）：我们的都关了，它的还开着。
    # 它在管道上等。我们一结束，管道的另一头随之关闭，它也就结束。
    # The child's descriptors refer to the same socket (fork(2)): when ours are all closed, its own
    # are still open. It waits at a pipe. When we end, the other end of the pipe closes, and the
    # child ends, too.
    waiting, ours = os.pipe()
    if os.fork() == 0:
        os.close(ours)
        os.read(waiting, 1)
        os._exit(0)
    os.close(waiting)
# ANCHOR_END: fork


# ANCHOR: finish
def finish(connection):
    # 一，我说完了。FIN 排在所有话的后面；还没有关闭，所以照样能收。
    # First: I am done. FIN comes behind all our words; nothing is closed, so we still receive.
    connection.shutdown(socket.SHUT_WR)
    # 二，读到对方也说完。一直说的、一直不说的，都有期限：告别不能没完没了。
    # Second: read until the peer is done, too. One that never stops meets a bound, one that is
    # silent a deadline: a goodbye must end.
    connection.settimeout(GOODBYE)
    started, read_away = time.monotonic(), 0
    while read_away <= LIMIT and time.monotonic() - started < GOODBYE:
        data = connection.recv(BLOCK)
        if not data:
            # 三，两个方向都结束了，接收缓冲区是空的。现在关闭，什么也不会丢。
            # Third: both directions have ended, and the receive buffer is empty. Nothing can be
            # lost by closing now.
            return f"读掉 read away: {read_away} 字节 bytes，然后 then: 0"
        read_away += len(data)
    return f"读掉 read away: {read_away} 字节 bytes，不等了 gave up"
# ANCHOR_END: finish


def shown(data):
    # 一个字可能断在两次 recv 之间，断开的显示成 U+FFFD。
    # A character may be cut between two calls of recv; it appears as U+FFFD.
    return ": " + printable(data.decode("utf-8", "replace")).replace("\n", "⏎") if data else ""


def name(error):
    # 有自己名字的异常，说名字；没有的，说 errno。
    # The exception's own name, if it has one; else that of its errno.
    if type(error) is OSError:
        return errno.errorcode.get(error.errno, str(error))
    return type(error).__name__


def accept(role, address):
    try:
        listener = socket.create_server(address, family=family(address))
    except OSError as error:
        if role is None and error.errno == errno.EADDRINUSE:
            say("地址有人用，我当客户端 address in use, so I am the client")
            return connect(address)
        raise
    with listener:
        say(f"监听 listening on {text(listener.getsockname())}")
        connection, _ = listener.accept()
    say("已接受 accepted")
    return connection


def connect(address):
    connection = socket.create_connection(address, timeout=5)
    say(f"已连接 connected to {text(address)}")
    return connection


if __name__ == "__main__":
    start(main)
