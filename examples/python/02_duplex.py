"""02 双向通信：两边随时都能说，谁也不用等谁。
02 Duplex: both sides may speak at any time, and nobody waits for a turn.

两个终端里运行同一条命令：先到的当服务器，后到的当客户端。
Run the same command in two terminals: the first is the server, the second the client.

    python3 examples/python/02_duplex.py
"""
import codecs
import errno
import os
import queue
import select
import socket
import sys
import threading
import time

from common import (
    arguments, colour, complain, explain, family, printable, say, show, start, text, usage
)

ADDRESS = "127.0.0.1:8888"
HELP = """\
例 examples:
  python3 examples/python/02_duplex.py               先到当服务器 first come: server
  python3 examples/python/02_duplex.py --turns       轮流说 take turns
用法 usage: [server [ADDR] | client [ADDR]] [--turns]    ADDR = IP:PORT
结束 end: Ctrl-D（Windows: Ctrl-Z, Enter）
状态 status: 0 都说完了 both done · 1 网络出错 network error · 2 参数有错 bad argument"""
SERVER = ("服务器 server: ", 32)
CLIENT = ("客户端 client: ", 36)


def main():
    role, address, rest = arguments(ADDRESS, HELP)
    if rest not in ([], ["--turns"]):
        usage(f"不认识的参数 unknown argument: {rest[0]}")
    try:
        connection, me, them = connect(address) if role == "client" else accept(role, address)
        with connection:
            # 对方一直不读，两边的缓冲区就会满，send 只好等：最多 10 秒。
            # If the peer never reads, the buffers on both sides fill and send waits: at most 10 s.
            connection.settimeout(10)
            if rest:
                take_turns(connection, me, them)
            else:
                both_ways(connection, them)
        return 0
    except OSError as error:
        return complain(f"{explain(error)}: {text(address)}: {error}")


# ANCHOR: accept
def accept(role, address):
    try:
        # create_server = socket + bind + listen；在 Unix 上还设了 SO_REUSEADDR。
        # create_server = socket + bind + listen; on Unix it sets SO_REUSEADDR as well.
        listener = socket.create_server(address, family=family(address))
    except OSError as error:
        if role is None and error.errno == errno.EADDRINUSE:
            say("地址有人用，我当客户端 address in use, so I am the client")
            return connect(address)
        raise
    # 只接一位。with 结束，listener 就关闭：后来的人马上得到“拒绝”，不会空等。
    # One client only. After `with` the listener is closed: a later one is refused, not kept waiting.
    with listener:
        say(f"监听 listening on {text(listener.getsockname())}")
        connection, _ = listener.accept()
    return connection, SERVER, CLIENT
# ANCHOR_END: accept


def connect(address):
    connection = socket.create_connection(address, timeout=5)
    say(f"已连接 connected to {text(address)}")
    return connection, CLIENT, SERVER


# ANCHOR: both_ways
def both_ways(connection, them):
    # 等键盘和等对方都会卡住，一个线程只能卡在一处，所以两个方向两个线程。
    # Waiting for the keyboard blocks, waiting for the peer blocks too: so use two threads.
    told = queue.Queue()
    run(told, send_keyboard, connection)
    run(told, receive, connection, them)
    # 主线程只等消息。出了错就抛出，进程随之结束：daemon 线程拦不住它。
    # The main thread only waits for news. On an error the process ends: daemon threads cannot stop it.
    say(result(told))
    result(told)
    say("两边都说完了 both are done")


def run(told, work, *args):
    def report():
        try:
            for news in work(*args):
                told.put(news)
        except OSError as error:
            told.put(error)
    threading.Thread(target=report, daemon=True).start()


def result(told):
    news = told.get()
    if isinstance(news, OSError):
        raise news
    return news
# ANCHOR_END: both_ways


# ANCHOR: keyboard
def send_keyboard(connection):
    # 终端按行给。行末的换行也发走：少了它，两句快话到了对方就分不开。
    # The terminal gives lines. Their ends go too, or two quick lines would melt into one.
    # 用 raw：卡在 sys.stdin 里的线程握着锁，会妨碍解释器退出。
    # `raw`, because a thread that waits inside sys.stdin holds a lock the interpreter needs to exit.
    while True:
        data = sys.stdin.buffer.raw.read(4096)
        if not data:
            break
        connection.sendall(data)
    # ANCHOR: half_close
    # 键盘结束（Ctrl-D）：只关我们的方向。内核发出 FIN，对方读到 b""；我们照样能收。
    # End of input (Ctrl-D): close our direction only. FIN goes out; we can still receive.
    connection.shutdown(socket.SHUT_WR)
    # ANCHOR_END: half_close
    yield "我说完了，还在听 I am done, still listening"
# ANCHOR_END: keyboard


# ANCHOR: receive
def receive(connection, them):
    # 解码器记得半个字，等下文来了再交出来；坏字节变成 U+FFFD。
    # The decoder keeps half a character until the rest comes; bad bytes become U+FFFD.
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    line_open = False
    try:
        while True:
            # 聊天时安静不是错，没有期限。只有屏幕上一行没完，才只等 0.3 秒。
            # Silence is no error in a chat: no deadline. Only an unfinished line waits 0.3 s.
            ready, _, _ = select.select([connection], [], [], 0.3 if line_open else None)
            data = connection.recv(4096) if ready else None
            # 有的程序不发换行。没有下文，就替屏幕换行；这不是消息的边界。
            # Some programs send no line end. We end the line on the screen: no message border.
            string = "\n" if data is None else printable(decoder.decode(data, final=not data))
            for piece in string.splitlines(keepends=True):
                show(piece if line_open else colour(*them) + piece)
                line_open = not piece.endswith("\n")
            if data == b"":
                break
    finally:
        show("\n" if line_open else "")
    yield "对方说完了，按 Ctrl-D 结束 peer is done, Ctrl-D to end"
    # 对方说完了还会消失：隔一会儿问内核，连接出错了吗。
    # A peer that is done can still vanish: ask the kernel now and then.
    while True:
        error = connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error:
            raise OSError(error, os.strerror(error))
        time.sleep(0.2)
# ANCHOR_END: receive


# ANCHOR: turns
def take_turns(connection, me, them):
    # 只有一个线程：等键盘时听不见对方，等对方时说不了话。
    # One thread: at the keyboard it is deaf; waiting for the peer, it is mute.
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    my_turn = me is CLIENT
    while True:
        while my_turn:
            show(colour(*me))
            line = sys.stdin.readline()
            if not line:
                say()
                return
            # 空行一个字节也发不出去：对方等我们，我们等对方，谁也动不了。所以不交出轮次。
            # An empty line sends no byte: the peer would wait for us, we for it. Keep the turn.
            line = line.rstrip("\r\n")
            connection.sendall(line.encode("utf-8", "surrogateescape"))
            my_turn = not line
        # 把一次 recv 当成一条消息：攒下的几句会粘成一条，⏎ 是夹在里面的换行。
        # One recv is taken for one message: what piled up comes glued, ⏎ for each line end.
        select.select([connection], [], [])
        data = connection.recv(1024)
        if not data:
            say("对方说完了 peer is done")
            return
        string = printable(decoder.decode(data)).rstrip()
        my_turn = bool(string)
        if my_turn:
            say(colour(*them) + string.replace("\n", "⏎"))
# ANCHOR_END: turns


if __name__ == "__main__":
    start(main)
