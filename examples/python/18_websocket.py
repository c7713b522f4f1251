"""18 WebSocket：浏览器也能进来的聊天室。
18 WebSocket: a chat room that browsers can join.

    python3 examples/python/18_websocket.py

房间是 03 的房间。旁边的 websocket_handshake.py 是握手，websocket_frames.py 是帧，
websocket_conversation.py 读帧写帧。
The room is that of 03. Beside this file, websocket_handshake.py has the handshake,
websocket_frames.py frames, and websocket_conversation.py reads and writes them.
"""
import base64
import errno
import importlib
import os
import re
import socket
import sys
import threading
import time

from common import arguments, complain, explain, family, printable, say, start, text, usage
from websocket_conversation import (DEADLINE, GRACE, Conversation, Gone, Quiet, one_line, part)
from websocket_frames import DONE, GOING_AWAY, TEXT, TRY_LATER, Fault
from websocket_handshake import PATH, Origins, Refused, answer, check, read_head, refusal

room_of_03 = importlib.import_module("03_threaded_server")

ADDRESS = "127.0.0.1:8818"
HELP = """\
例 examples:
  python3 examples/python/18_websocket.py            先到当服务器 first come: server
  python3 examples/python/18_websocket.py client 127.0.0.1:8818 --frames
  python3 examples/python/18_websocket.py server --allow-origin null
用法 usage: [server [ADDR] [--max-clients N] [--ping SECONDS] [--allow-origin ORIGIN]… [--any-origin]
            | client [ADDR] [--origin ORIGIN] [--ping SECONDS] [--frames]]    ADDR = IP:PORT
  --allow-origin 也接待这里的网页 welcome pages of this origin, too
  --any-origin 谁的网页都接待，危险 welcome any page: dangerous
  --frames 显示握手和每一帧 show the handshake and each frame
  --ping 安静这么久就问一声 ask after so much silence (20)
聊天 chat: /name NEW · /who · /quit    服务器 server: /quit
状态 status: 0 正常结束 ended in order · 1 网络出错 network error · 2 参数有错 bad argument"""

# 服务器的一行比客人的长：前面有名字。握手的期限，单位是秒。
# A line of the server is longer than a guest's: a name is in front. The handshake's deadline, in s.
REPLY, HANDSHAKE = 64 * 1024, 5


class Guest(room_of_03.Guest):
    """03 的客人，行写成帧。
    A guest of 03, whose lines are written as frames.
    """

    def __init__(self, sock, ping):
        super().__init__(sock)
        self.conversation, self.code = Conversation(sock, ping=ping), TRY_LATER

    # ANCHOR: writer
    def write(self, room):
        try:
            while (line := self.take()) is not None:
                self.conversation.send(TEXT, line.encode())
                if room.closed and time.monotonic() - room.closed > DEADLINE:
                    raise TimeoutError
            # 客人要走是 1000，服务器要关是 1001，没有座位是 1013。
            # 1000 if the guest leaves, 1001 if the server does, 1013 without a seat.
            self.conversation.close(GOING_AWAY if room.closed else self.code)
            self.gone.wait(GRACE)
        except OSError:
            pass
        self.cut()
    # ANCHOR_END: writer


# ANCHOR: guest
def serve_guest(room, sock, peer, origins, ping):
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        head, rest = read_head(sock, time.monotonic() + HANDSHAKE)
        try:
            reply, origin = answer(head, origins)
        except Refused as refused:
            status, why = refused.args
            say(f"! {peer} 拒绝 refused: {status}: {printable(why)}")
            sock.settimeout(DEADLINE)
            sock.sendall(refusal(status, why))
            return part(sock, 1)
        say(f"{peer} 握手 handshake, Origin: {printable(origin)}")
        sock.settimeout(DEADLINE)
        sock.sendall(reply.encode())
        guest = Guest(sock, ping)
        guest.conversation.held = rest
    except OSError as error:
        return say(f"! {peer} 握手没有完成 no handshake: {error}")
    writer = threading.Thread(target=guest.write, args=(room,))
    writer.start()
    if room.join(guest):
        guest.code = DONE
        ours = listen(room, guest, peer)
        # 房间放手；写线程送完剩下的，说 Close。
        # The room lets go; the writer delivers what is left, and says Close.
        room.leave(guest)
    else:
        ours = True
    if ours:
        guest.conversation.wait_for_close()
    part(sock, 1)
    guest.gone.set()
    writer.join()
    guest.conversation.writing.close()


def listen(room, guest, peer):
    """返回是不是我们先要走。
    Returns whether it is our side that wants to leave.
    """
    try:
        while True:
            words, _ = guest.conversation.text()
            if words is None:
                return False
            # 一条消息就是一行：在 03 里，行要自己找；在这里，帧已经分好了。
            # A message is a line. 03 had to find where a line ends; here frames have done it.
            if not room.hear(guest, one_line(words)):
                return True
    except Fault as fault:
        say(f"! {peer} {fault}")
    except Quiet:
        say(f"! {peer} 不回答 ping no answer to ping")
    except (Gone, OSError):
        pass
    return False
# ANCHOR_END: guest


def serve(listener, limit, origins, ping):
    say(f"监听 listening on {text(listener.getsockname())}")
    room, threads = room_of_03.Room(limit), []
    accepting = (listener, room, threads, limit, origins, ping)
    threading.Thread(target=accept, args=accepting, daemon=True).start()
    for line in sys.stdin or ():
        if line.strip() == "/quit":
            break
        say("/quit：关掉聊天室 closes the room")
    room.close()
    # 客人的线程各自说完 Close；都有期限，所以这里也有。
    # The guests' threads say Close, each within its deadline; so there is one here, too.
    end = time.monotonic() + 2 * DEADLINE
    for thread in list(threads):
        thread.join(max(0, end - time.monotonic()))
    say("聊天室关了 the room is closed")
    return 0


def accept(listener, room, threads, limit, origins, ping):
    while True:
        try:
            sock, peer = listener.accept()
        except OSError as error:
            # 描述符用完（EMFILE）：歇一下再试，不空转，也不退出。
            # Out of descriptors (EMFILE): rest, then try again. No spin, no exit.
            say(f"! 接不了客人，稍后再试 cannot accept, trying again: {error}")
            time.sleep(0.5)
            continue
        # 没有握手的连接也占一个线程：所以线程也有上限，比座位多 64 个。
        # Without a handshake, a connection takes a thread, too: 64 more than seats.
        threads[:] = [thread for thread in threads if thread.is_alive()]
        if room.closed or len(threads) > limit + 64:
            sock.close()
            continue
        guest = (room, sock, text(peer), origins, ping)
        threads.append(threading.Thread(target=visit, args=guest, daemon=True))
        threads[-1].start()


def visit(room, sock, *rest):
    with sock:
        serve_guest(room, sock, *rest)


# ANCHOR: client
def client(address, origin, ping, frames):
    with socket.create_connection(address, timeout=DEADLINE) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        say(f"已连接 connected to {text(address)}")
        key = base64.b64encode(os.urandom(16)).decode()
        request = (f"GET {PATH} HTTP/1.1\r\nHost: {text(address)}\r\nUpgrade: websocket\r\n"
                   f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
                   + (f"Origin: {origin}\r\n" if origin else "") + "\r\n")
        show_head(frames, "→", request)
        sock.sendall(request.encode())
        head, rest = read_head(sock, time.monotonic() + HANDSHAKE)
        show_head(frames, "←", head.decode("utf-8", "replace"))
        if (why := check(head, key)) is not None:
            return complain(one_line(why))
        say("握手完成，以后都是帧 handshake done, frames from here on")
        conversation = Conversation(sock, True, REPLY, frames, ping)
        conversation.held = rest
        threading.Thread(target=keyboard, args=(conversation,), daemon=True).start()
        status = hear(conversation, address)
    sys.stdout.flush()
    # 键盘线程还锁着 stdin，正常退出会卡住或报错。
    # The keyboard thread still holds stdin: a normal exit would complain.
    os._exit(status)
# ANCHOR_END: client


def hear(conversation, address):
    try:
        while True:
            words, code = conversation.text()
            if words is None:
                part(conversation.sock, GRACE, client=True)
                say(f"聊天结束 the chat is over: {code or 1005}")
                return 0
            if not conversation.frames:
                say(one_line(words))
    except Fault as fault:
        return complain(str(fault))
    except Quiet:
        return complain(f"对方不回答 ping no answer to ping: {text(address)}")
    except (Gone, OSError):
        return complain(f"没有 Close 就断了 gone without Close: {text(address)}")


def keyboard(conversation):
    try:
        for line in sys.stdin or ():
            conversation.send(TEXT, line.rstrip("\r\n").encode("utf-8", "replace"))
    except OSError:
        pass
    # 键盘结束就说 Close：服务器也说一声，再关连接。它不理，就不等了。
    # End of input says Close: the server says it too, and closes. If it does not, do not wait.
    conversation.close(DONE)
    time.sleep(GRACE)
    try:
        conversation.sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


def show_head(frames, arrow, head):
    for line in head.rstrip().split("\r\n") + [""] if frames else []:
        say(f"{arrow} {printable(line)}".rstrip())


def main():
    role, address, rest = arguments(ADDRESS, HELP)
    limit, ping, allowed, anyone, origin, frames = 64, 20, [], False, None, False
    while rest:
        word = rest.pop(0)
        if word == "--max-clients" and role == "server":
            limit = number(word, rest)
        elif word == "--ping" and role:
            ping = number(word, rest)
        elif word == "--allow-origin" and role == "server":
            allowed.append(value(word, rest))
        elif word == "--any-origin" and role == "server":
            anyone = True
        elif word == "--origin" and role == "client":
            origin = value(word, rest)
        elif word == "--frames" and role == "client":
            frames = True
        else:
            usage(f"看不懂 not understood: {word}")
    try:
        if role != "client":
            try:
                listener = socket.create_server(address, family=family(address))
                return serve(listener, limit, Origins(None if anyone else allowed), ping)
            except OSError as error:
                if role == "server" or error.errno != errno.EADDRINUSE:
                    raise
            say("地址有人用，我当客户端 address in use, so I am the client")
        return client(address, origin, ping, frames)
    except OSError as error:
        return complain(f"{explain(error)}: {text(address)}: {error}")


def number(option, rest):
    given = rest.pop(0) if rest else ""
    if not (given.isdecimal() and 1 <= int(given) <= 3600):
        usage(f"{option}：1 到 3600 的数 a number, 1 to 3600")
    return int(given)


def value(option, rest):
    # 首部里放不下换行，所以也不许有。
    # A header line cannot hold a line end, so there must be none.
    given = rest.pop(0) if rest else ""
    if not re.fullmatch("[!-~]+", given):
        usage(f"后面少了一个词 a word is missing after {option}")
    return given


if __name__ == "__main__":
    start(main)
