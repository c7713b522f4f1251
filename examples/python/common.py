"""Python 各例共用的部分，和 examples/common/lib.rs 一样：参数、错误、屏幕。
What the Python programs share, as examples/common/lib.rs does for Rust: arguments, errors, screen.
"""
import errno
import ipaddress
import os
import signal
import socket
import sys
import unicodedata


def start(main):
    # 各系统的管道默认编码不同，这里都用 UTF-8。没有标准输入时它是 None。
    # Systems differ in the encoding of pipes: UTF-8 everywhere. A missing stream is None.
    for stream in filter(None, (sys.stdin, sys.stdout, sys.stderr)):
        stream.reconfigure(encoding="utf-8", errors="surrogateescape")
    # Ctrl-C 直接结束，不打印一屏 Traceback。
    # Ctrl-C ends the program at once, without a screen of traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.exit(main())


def arguments(default, help_text):
    args = sys.argv[1:]
    role = args.pop(0) if args[:1] in (["server"], ["client"]) else None
    if args[:1] in (["--help"], ["-h"]):
        say(help_text)
        sys.exit(0)
    given = args.pop(0) if role and args and not args[0].startswith("--") else default
    host, _, port = given.rpartition(":")
    try:
        # 地址只认 IP:端口，因为查名字要等 DNS。
        # IP:port only, since a name would wait for DNS.
        ip = ipaddress.ip_address(host.strip("[]"))
        if not (port.isdecimal() and int(port) < 65536):
            raise ValueError(port)
    except ValueError:
        usage(f"地址写错 bad address: {given}（{default}？）")
    return role, (str(ip), int(port)), args


def family(address):
    return socket.AF_INET6 if ":" in address[0] else socket.AF_INET


def text(address):
    host, port = address[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def explain(error):
    if error.errno == errno.EADDRINUSE:
        return "地址被占用，换一个端口 address in use, choose another port"
    if isinstance(error, ConnectionRefusedError):
        return "连接被拒绝，先启动服务器 refused, start the server first"
    if isinstance(error, ConnectionError):
        return "连接断了 connection lost"
    if isinstance(error, socket.timeout):
        return "等得太久 waited too long"
    if error.errno == errno.EADDRNOTAVAIL:
        return "本机没有这个地址 not an address of this machine"
    if isinstance(error, PermissionError):
        return "没有权限，换一个大端口 not allowed, choose a higher port"
    return "出错 failed"


def complain(words):
    print(colour("错误 error:", 31), words, file=sys.stderr)
    return 1


def usage(words):
    complain(f"{words}\n帮助 help: --help")
    sys.exit(2)


def say(words=""):
    show(words + "\n")


def show(words):
    try:
        print(words, end="", flush=True)
    except BrokenPipeError:
        # 管道另一头（如 head）已关闭，没人看了。
        # The far end of our pipe (say `head`) has gone: nobody is watching.
        os._exit(0)


def printable(string):
    # 对方的字符能改写我们的屏幕，能藏起来，能颠倒文字的方向：换成 U+FFFD。换行和制表符不换。
    # The peer's characters could rewrite our screen, hide, or turn the direction of text: show
    # U+FFFD instead. Line ends and tabs stay.
    shown = ""
    for c in string.replace("\r", ""):
        shown += "\ufffd" if plays_tricks(c) else c
    return shown


def plays_tricks(c):
    # 控制字符（ESC 带头的会移动光标），零宽的字符，改变方向的字符（UAX #9 §2）。
    # U+200C 和 U+200D 不算：有的文字和表情要用它们连接。
    # Control characters (those after ESC move the cursor), characters without width, and those that
    # change direction (UAX #9 §2). U+200C and U+200D are none: some scripts and emoji join with
    # them.
    if c in "\n\t":
        return False
    if c in "\u061c\u200b\u200e\u200f\ufeff":
        return True
    if "\u2028" <= c <= "\u202e" or "\u2060" <= c <= "\u2069":
        return True
    return unicodedata.category(c) == "Cc"


def colour(words, code):
    plain = os.name != "posix" or "NO_COLOR" in os.environ or not sys.stdout.isatty()
    return words if plain else f"\x1b[{code}m{words}\x1b[0m"
