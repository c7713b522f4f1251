"""18 的握手：一个 HTTP 请求和一个 HTTP 回答（RFC 6455 §4）。
The handshake of 18: an HTTP request and an HTTP answer (RFC 6455 §4).
"""
import base64
import binascii
import errno
import hashlib
import os
import re
import time

PATH = "/chat"
HEAD = 16 * 1024


class Refused(Exception):
    """握手被拒绝：HTTP 的状态行，和原因。
    A handshake is refused: the status line of HTTP, and the reason.
    """


# ANCHOR: accept_key
def accept_key(key):
    # 证明对方真的懂 WebSocket：别的服务器不会凑巧答出来（§1.3）。
    # It proves that the server means WebSocket: no other gives this answer by chance (§1.3).
    guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    return base64.b64encode(hashlib.sha1((key + guid).encode()).digest()).decode()
# ANCHOR_END: accept_key


def read_head(sock, end):
    # 期限管整个首部；超出的字节已经是帧，一起还回去。
    # The deadline is for the whole header section; bytes after it are frames, and are given back.
    data = b""
    while b"\r\n\r\n" not in data:
        if len(data) > HEAD:
            raise OSError(errno.EMSGSIZE, os.strerror(errno.EMSGSIZE))
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        sock.settimeout(left)
        more = sock.recv(4096)
        if not more:
            raise ConnectionError("没说完就关闭了 closed before the end")
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def fields_of(head):
    try:
        first, *lines = head.decode().split("\r\n")
    except UnicodeDecodeError:
        raise Refused("400 Bad Request", "不是 UTF-8 not UTF-8") from None
    fields = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):
            raise Refused("400 Bad Request", "字段看不懂 not a field")
        fields.setdefault(name.lower(), []).append(value.strip(" \t"))
    if re.search("[\x00-\x08\x0a-\x1f\x7f]", first + "".join(sum(fields.values(), []))):
        raise Refused("400 Bad Request", "控制字符 control character")
    return first, fields


def says(fields, name, word):
    values = ",".join(fields.get(name, [])).split(",")
    return word in [value.strip().lower() for value in values]


def one(fields, name):
    values = fields.get(name, [])
    if len(values) > 1:
        raise Refused("400 Bad Request", f"两个 two of: {name}")
    return values[0] if values else None


class Origins:
    """哪些网页可以进来：None 是谁都可以。
    Which web pages may come in: None is any.
    """

    def __init__(self, others):
        self.others = others

    # ANCHOR: origin
    def allow(self, origin):
        # 浏览器替每个网页如实写上 Origin，网页自己改不了（§10.2）。默认只接待本机的网页。
        # A browser states truthfully in Origin where a page is from, and the page cannot change it
        # (§10.2). By default only pages of this machine are welcome.
        # `null` 不算：本地文件是它，可任何网站都能造一个沙盒 iframe，也是它。
        # `null` is none: it is a local file, but also any site's sandboxed iframe.
        ours = re.fullmatch(r"http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?", origin)
        return self.others is None or bool(ours) or origin in self.others
    # ANCHOR_END: origin


# ANCHOR: answer
def answer(head, origins):
    first, fields = fields_of(head)
    method, target, version = (first.split(" ") + ["", ""])[:3]
    if (method, version, first.count(" ")) != ("GET", "HTTP/1.1", 2):
        raise Refused("400 Bad Request", "只收 GET 和 HTTP/1.1 only GET and HTTP/1.1")
    if target != PATH:
        raise Refused("404 Not Found", "路径 path")
    if not (says(fields, "connection", "upgrade") and says(fields, "upgrade", "websocket")):
        raise Refused("426 Upgrade Required", "这里只说 WebSocket only WebSocket here")
    # 升级之前的正文和升级之后的帧会混在一起，所以不许有正文。
    # A body before the upgrade would mix with the frames after it: there must be none.
    if "content-length" in fields or "transfer-encoding" in fields:
        raise Refused("400 Bad Request", "不该有正文 body not allowed")
    if one(fields, "sec-websocket-version") != "13":
        raise Refused("426 Upgrade Required", "版本 version")
    if one(fields, "host") is None:
        raise Refused("400 Bad Request", "没有 Host missing")
    # 没有 Origin 的不是浏览器（§4.2.1）：这台机器上的程序，本来就什么都能写。
    # No Origin, no browser (§4.2.1): a program can write whatever it likes anyway.
    origin = one(fields, "origin")
    if origin is not None and not origins.allow(origin):
        raise Refused("403 Forbidden", f"Origin: {origin}")
    key = one(fields, "sec-websocket-key") or ""
    try:
        nonce = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        nonce = b""
    if len(nonce) != 16:
        raise Refused("400 Bad Request", "Sec-WebSocket-Key 不是 16 字节 is not 16 bytes")
    return ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {accept_key(key)}\r\n\r\n"), origin or "-"
# ANCHOR_END: answer


def refusal(status, why):
    # 握手没有成功，就还是 HTTP。对方写的字不写进回答。
    # Without a handshake, this is still HTTP. The peer's own words are not repeated.
    body = ("不接待这个网页 this page is not welcome\n" if status[:3] == "403" else why).encode()
    upgrade = "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" if status[:3] == "426" else ""
    head = (f"HTTP/1.1 {status}\r\nConnection: close\r\n{upgrade}"
            f"Content-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n")
    return head.encode() + body


def check(head, key):
    wrong = "看不懂回答 not understood: "
    try:
        first, fields = fields_of(head)
    except Refused as refused:
        return wrong + refused.args[1]
    version, _, status = first.partition(" ")
    if version != "HTTP/1.1":
        return wrong + first
    if status.split(" ")[0] != "101":
        return f"被拒绝 refused: {status}"
    upgraded = says(fields, "upgrade", "websocket") and says(fields, "connection", "upgrade")
    if not upgraded or fields.get("sec-websocket-accept") != [accept_key(key)]:
        return wrong + "Sec-WebSocket-Accept"
    # 我们什么都没有问，服务器就不能加。
    # We asked for nothing, so the server may add nothing.
    for name in ("sec-websocket-extensions", "sec-websocket-protocol"):
        if name in fields:
            return wrong + name
    return None
