"""03 聊天室：一位客人两个线程，谁都可以随时说话。
03 Chat room: two threads per guest, and everyone may speak at any time.

    python3 examples/python/03_threaded_server.py
"""
import collections
import errno
import ipaddress
import os
import socket
import struct
import sys
import threading
import time

from common import arguments, complain, explain, family, printable, say, start, text, usage

ADDRESS = "127.0.0.1:7777"
HELP = """\
例 examples:
  python3 examples/python/03_threaded_server.py      先到当服务器 first come: server
用法 usage: [server [ADDR] [--max-clients N] | client [ADDR]]    ADDR = IP:PORT
聊天 chat: /name NEW · /who · /quit    服务器 server: /quit
状态 status: 0 正常结束 ended in order · 1 网络出错 network error · 2 参数有错 bad argument"""
LINE, QUEUE, PATIENCE, GRACE, DEADLINE = 4096, 64, 0.25, 2, 5
TOO_LONG = "! 一行最多 4096 字节，再见 a line has 4096 bytes at most, goodbye"
BAD_NAME = "! 名字：1–16 个字母、数字、_ 或 - name: 1-16 letters, digits, _ or -"


def main():
    role, address, rest = arguments(ADDRESS, HELP)
    limit = 64
    if rest[:1] == ["--max-clients"] and len(rest) == 2 and role != "client":
        limit, rest = int(rest[1]) if rest[1].isdecimal() else 0, []
    if rest or limit < 1:
        usage(f"看不懂 not understood: {' '.join(sys.argv[1:])}")
    try:
        if role != "client":
            try:
                return serve(socket.create_server(address, family=family(address)), limit)
            except OSError as error:
                if role == "server" or error.errno != errno.EADDRINUSE:
                    raise
            say("地址有人用，我当客户端 address in use, so I am the client")
        return client(address)
    except OSError as error:
        return complain(f"{explain(error)}: {text(address)}: {error}")


# ANCHOR: accept
def serve(listener, limit):
    address, room, threads = listener.getsockname(), Room(limit), []
    say(f"监听 listening on {text(address)}")
    threading.Thread(target=keyboard, args=(room, address), daemon=True).start()
    with listener:
        while not room.closed:
            try:
                sock, _ = listener.accept()
            except OSError as error:
                # 描述符用完（EMFILE）：歇一下再试，不空转，也不退出。
                # Out of descriptors (EMFILE): rest, then try again. No spin, no exit.
                say(f"! 接不了客人，稍后再试 cannot accept, trying again: {error}")
                time.sleep(0.5)
                continue
            # 多出的客人也要一个线程，好听完一句告别；所以线程也有上限。
            # One guest too many needs a thread, too, to hear a goodbye: so threads are bounded.
            threads = [thread for thread in threads if thread.is_alive()]
            if room.closed or len(threads) > limit + 64:
                sock.close()
                continue
            threads.append(threading.Thread(target=serve_guest, args=(room, sock)))
            threads[-1].start()
    for thread in threads:
        thread.join()
    say("聊天室关了 the room is closed")
    return 0
# ANCHOR_END: accept


# ANCHOR: guest
def serve_guest(room, sock):
    guest = Guest(sock)
    # 读会等，写也会等，各用一个线程：写给慢客人的线程在等，说话的人不用等。
    # Reading waits, writing waits: a thread each. Who speaks never waits for who is slow.
    writer = threading.Thread(target=guest.write, args=(room,))
    writer.start()
    try:
        with sock.makefile("rb") as reader:
            stays = room.join(guest)
            # 读没有期限：只听不说的客人没有错，TCP 连接安静多久都行。
            # No deadline here: a guest may only listen. A TCP connection may be silent for days.
            while stays and (line := read_line(reader, guest=guest)) is not None:
                stays = room.hear(guest, line)
        room.leave(guest)
        # 把剩下的读完。带着没读的数据关闭，内核会发 RST，最后那句话可能到不了。
        # Read what is left: closing with unread data sends RST, and our last words may get lost.
        # 他说个没完，也只听 5 秒。
        # A guest that never ends is heard for 5 s more.
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end and sock.recv(4096):
            pass
    except OSError:
        room.leave(guest)
    guest.gone.set()
    writer.join()
    sock.close()
# ANCHOR_END: guest


# ANCHOR: read_line
def read_line(reader, limit=LINE, guest=None):
    # 读到 LF 为止，不管它分几次来；没等到 LF 就结束的半句话不算。
    # Read up to LF, in however many pieces it comes; half a sentence at the end does not count.
    line = reader.readline(limit + 2)
    if not line.endswith(b"\n") and len(line) < limit + 2:
        return None
    # telnet 发来 CRLF，也要靠 CR 才回到行首；nc 只用 LF。对方用什么，就回什么。
    # telnet sends CRLF and needs the CR to go back to column 1; nc uses LF. Answer in kind.
    end = b"\r\n" if line.endswith(b"\r\n") else b"\n"
    if guest:
        guest.end = end
    body = line[:-len(end)]
    if len(body) > limit or not line.endswith(b"\n"):
        return TOO_LONG
    # 不是 UTF-8 的、会摆布终端的字节，都换成 U+FFFD：它们要上别人的屏幕。
    # What is not UTF-8, or would drive a terminal, becomes U+FFFD: others' screens show it.
    return printable(body.decode("utf-8", "replace"))
# ANCHOR_END: read_line


class Guest:
    """一位客人：名字、连接，和一个有上限的队列。
    A guest: a name, a connection, and a bounded queue.
    """

    def __init__(self, sock):
        self.sock, self.name, self.end, self.gone = sock, "", b"\n", threading.Event()
        self.lines, self.open, self.change = collections.deque(), True, threading.Condition()

    # ANCHOR: writer
    def write(self, room):
        # 发送的期限交给内核；settimeout 会连读的期限一起改。
        # The kernel keeps the deadline for sending; settimeout would change reading, too.
        wait = struct.pack("=L", DEADLINE * 1000) if os.name == "nt" else struct.pack("ll", DEADLINE, 0)
        try:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, wait)
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while (line := self.take()) is not None:
                self.sock.sendall(line.encode() + self.end)
                if room.closed and time.monotonic() - room.closed > DEADLINE:
                    raise TimeoutError
            # 房间放了手，队列也空了：发 FIN，等对方也关，最多 2 秒。
            # The room has let go and the queue is empty: send FIN, and wait 2 s for the peer's.
            self.sock.shutdown(socket.SHUT_WR)
            self.gone.wait(GRACE)
        except OSError:
            pass
        self.cut()
    # ANCHOR_END: writer

    def put(self, line, patience):
        with self.change:
            # 满了，也可能只是写线程还没轮到：等一下。
            # Full may only mean that the writer has not run yet: wait a moment.
            room = lambda: len(self.lines) < QUEUE
            if self.change.wait_for(room, max(0, patience - time.monotonic())):
                self.lines.append(line)
                self.change.notify_all()
                return True
            return False

    def take(self):
        with self.change:
            self.change.wait_for(lambda: self.lines or not self.open)
            line = self.lines.popleft() if self.lines else None
            self.change.notify_all()
            return line

    def let_go(self):
        with self.change:
            self.open = False
            self.change.notify_all()

    def cut(self):
        try:
            # 光是 close，叫不醒卡在 recv 里的另一个线程；shutdown 可以。
            # close alone does not wake a thread that waits in recv; shutdown does.
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Room:
    """房间：谁在这里，谁的话说给谁听。所有线程共用，一把锁保护。
    The room: who is here, and whose words go to whom. Shared by all threads, behind one lock.
    """

    def __init__(self, limit):
        self.lock, self.guests, self.limit, self.last, self.closed = threading.RLock(), [], limit, 0, None

    # ANCHOR: tell
    def tell(self, line, to=None, screen=True):
        # 放进队列，不碰网络。队列只有 64 行：满了就是太慢，断开，别人不等。
        # Into the queues, off the network. 64 lines each: who fills it is too slow and cut off.
        if screen:
            say(line)
        patience, slow = time.monotonic() + PATIENCE, []
        for guest in [guest for guest in self.guests if to is None or to(guest)]:
            if not guest.put(line, patience):
                slow.append(guest)
                self.guests.remove(guest)
                guest.cut()
                guest.let_go()
        for guest in slow:
            self.tell(f"* {guest.name} 太慢，断开了 too slow, disconnected")
    # ANCHOR_END: tell

    def answer(self, guest, line):
        self.tell(line, lambda other: other is guest, screen=False)

    def join(self, guest):
        with self.lock:
            if self.closed or len(self.guests) >= self.limit:
                guest.put(f"! 满员 full: {self.limit}，再见 goodbye", 0)
                guest.let_go()
                return False
            self.last += 1
            while self.find(f"guest{self.last}"):
                self.last += 1
            guest.name = f"guest{self.last}"
            self.tell(f"* {guest.name} 进来了 joined")
            self.guests.append(guest)
            self.answer(guest, f"* 你是 you are {guest.name} · /name NEW · /who · /quit")
            return True

    def hear(self, guest, line):
        with self.lock:
            word, _, rest = line.partition(" ")
            if guest not in self.guests or word == "/quit":
                return False
            if line is TOO_LONG:
                self.answer(guest, line)
                return False
            if word == "/who":
                names = [other.name for other in self.guests]
                self.answer(guest, f"* {len(names)} 人 here: {', '.join(names)}")
            elif word == "/name":
                self.rename(guest, rest.strip())
            elif word.startswith("/"):
                self.answer(guest, f"! 没有这个命令 no such command: {word}")
            elif line.strip():
                self.tell(f"{guest.name}: {line}", lambda other: other is not guest)
            return True

    def rename(self, guest, new):
        if not (1 <= len(new) <= 16 and all(c.isalnum() or c in "_-" for c in new)):
            self.answer(guest, BAD_NAME)
        elif self.find(new) not in (None, guest):
            self.answer(guest, "! 名字有人用了 this name is taken")
        else:
            old, guest.name = guest.name, new
            self.tell(f"* {old} 改名 is now {new}")

    def find(self, name):
        return next((g for g in self.guests if g.name.lower() == name.lower()), None)

    def leave(self, guest):
        with self.lock:
            if guest in self.guests:
                self.guests.remove(guest)
                self.tell(f"* {guest.name} 离开了 left")
            guest.let_go()

    # ANCHOR: close
    def close(self):
        with self.lock:
            self.closed = time.monotonic()
            self.tell("* 服务器要关了，再见 the server is closing, goodbye")
            for guest in self.guests:
                guest.let_go()
            self.guests = []
    # ANCHOR_END: close


# ANCHOR: wake
def keyboard(room, address):
    for line in sys.stdin or ():
        if line.strip() == "/quit":
            break
        say("/quit：关掉聊天室 closes the room")
    room.close()
    # accept 还卡着：自己连自己一次，它就醒了。0.0.0.0 不是能去的地方，敲环回地址的门。
    # accept still waits: connect to ourselves, and it wakes. 0.0.0.0 is no place to go to.
    host = ipaddress.ip_address(address[0].partition("%")[0])
    if host.is_unspecified:
        host = "127.0.0.1" if host.version == 4 else "::1"
    while True:
        try:
            return socket.create_connection((str(host), address[1]), timeout=GRACE).close()
        except ConnectionRefusedError:
            return
        except OSError:
            time.sleep(0.05)
# ANCHOR_END: wake


# ANCHOR: client
def client(address):
    with socket.create_connection(address, timeout=DEADLINE) as sock:
        say(f"已连接 connected to {text(address)}")
        sock.settimeout(None)
        # daemon：服务器一关，进程就结束，不管键盘线程还在不在等。
        # daemon: when the server closes, the process ends, keyboard or not.
        threading.Thread(target=send_keyboard, args=(sock,), daemon=True).start()
        with sock.makefile("rb") as reader:
            while (line := read_line(reader, 1 << 16)) is not None:
                if line is TOO_LONG:
                    raise OSError(errno.EMSGSIZE, os.strerror(errno.EMSGSIZE))
                say(line)
    say("聊天结束 the chat is over")
    sys.stdout.flush()
    # 键盘线程还锁着 stdin，正常退出会卡住或报错。
    # The keyboard thread still holds stdin: a normal exit would complain.
    os._exit(0)


def send_keyboard(sock):
    try:
        for line in sys.stdin or ():
            sock.sendall(line.encode("utf-8", "surrogateescape"))
        # 键盘结束就发 FIN：服务器明白我们要走，送完剩下的话再关。
        # End of input sends FIN: the server sees us leave, delivers the rest and closes.
        sock.shutdown(socket.SHUT_WR)
    except OSError:
        pass
# ANCHOR_END: client


if __name__ == "__main__":
    start(main)
