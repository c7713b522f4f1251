"""17 加密的一次通信，Python 客户端：用标准库的 ssl。
17 One shot over TLS, the client in Python: with ssl of the standard library.

服务器用 Rust 的：Python 的标准库会用证书，但不会造证书。
The server is the Rust one: Python's standard library can use a certificate, not make one.

    cargo run --example 17_tls -- server
    python3 examples/python/17_tls.py
"""
import hashlib
import os
import socket
import ssl
import tempfile

from common import arguments, complain, explain, say, start, text, usage

ADDRESS = "127.0.0.1:9443"
NAME = "server.test"
HANDSHAKE = 5
MESSAGE = 30

HELP = """\
例 examples:
  python3 examples/python/17_tls.py
  python3 examples/python/17_tls.py client 127.0.0.1:9443 你好
  python3 examples/python/17_tls.py client --name other.test
用法 usage: [client [ADDR]] [--cert FILE] [--name NAME] [MESSAGE…]   ADDR = IP:PORT
  --cert 只信这张证书 trust this certificate only   --name 要找谁 whom we want
状态 status: 0 成功 done · 1 网络出错 network error · 2 参数有错 bad argument"""


def main():
    role, address, words = arguments(ADDRESS, HELP)
    if role == "server":
        usage("这里只有客户端 there is only a client here")
    cert, name = os.path.join(tempfile.gettempdir(), "17_tls.pem"), NAME
    while words[:1] in (["--cert"], ["--name"]):
        if len(words) < 2:
            usage(f"后面少了一个词 a word is missing after {words[0]}")
        option, value, *words = words
        cert, name = (value, name) if option == "--cert" else (cert, value)
    message = " ".join(words).encode("utf-8", "surrogateescape") if words else b"Hello, Server"
    try:
        return client(address, cert, name, message)
    # ssl 的错误也是 OSError，先分出来。
    # The errors of ssl are OSErrors too, so take them first.
    except ssl.SSLCertVerificationError as error:
        return complain(f"证书不可信 the certificate is not trusted: {error.verify_message}")
    except ssl.SSLEOFError:
        return complain("没说完就断了，可能被截断 ended without close_notify, may be cut short")
    except ssl.SSLError as error:
        return complain(f"TLS 出错 TLS failed: {text(address)}: {error}")
    except OSError as error:
        return complain(f"{explain(error)}: {text(address)}: {error}")


# ANCHOR: client
def client(address, cert, name, message):
    with open(cert, encoding="ascii") as file:
        pem = file.read(64 * 1024)
    # 和 Rust 的一样：只信这一张证书，不信系统里的机构。
    # As in Rust: trust this one certificate, and none of the system's authorities.
    context = ssl.create_default_context(cadata=pem)
    mark = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem.strip())).hexdigest()
    say(f"只信 trusting only: {mark}")
    with socket.create_connection(address, timeout=5) as connection:
        say(f"已连接 connected to {text(address)}")
        connection.settimeout(HANDSHAKE)
        # server_hostname 要写：它进 SNI，也拿来和证书上的名字比。
        # server_hostname is a must: it goes into SNI and is compared with the certificate's name.
        # 默认把“没有 close_notify 就断开”当成正常结束；我们要知道。
        # By default an end without close_notify passes for a normal one; we want to know.
        tls = context.wrap_socket(connection, server_hostname=name, suppress_ragged_eofs=False)
        say(f"握手完成 handshake done: {tls.version()} {tls.cipher()[0]}")
        tls.settimeout(MESSAGE)
        tls.sendall(message)
        # unwrap 发出 close_notify，再等对方的。
        # unwrap sends close_notify and waits for the peer's.
        tls.unwrap().close()
    count = len(message)
    say(f"已发送 {count} 字节，对方收齐了 sent {count} bytes, the peer has them all")
    return 0
# ANCHOR_END: client


if __name__ == "__main__":
    start(main)
