#!/usr/bin/env python3
"""一个 HTTP 客户端：发一个 GET 请求，打印回答。
An HTTP client: send one GET request, print the answer.

    python3 examples/python/http_get.py [HOST:PORT] [PATH]

默认 127.0.0.1:8888，也就是 02_duplex 的聊天服务器：它不懂 HTTP。
The default is 127.0.0.1:8888, the chat server of 02_duplex: it knows no HTTP.
"""

import http.client
import sys

from common import printable

# 人来回答时会慢，但不能永远等下去。
# A person who answers is slow, but we must not wait for ever.
DEADLINE = 60
# 回答的正文最多读这么多字节：对端可以一直发。
# Read at most this many bytes of content: the peer could send for ever.
LIMIT = 64 * 1024


# ANCHOR: ask
def ask(address, path):
    # 到这里为止和聊天客户端一样：一条 TCP 连接。
    # Up to here the same as a chat client: one TCP connection.
    connection = http.client.HTTPConnection(address, timeout=DEADLINE)
    # 语法：请求行、首部字段、一个空行。次序：客户端先说。
    # Syntax: request line, fields, an empty line. Order: the client speaks first.
    connection.request("GET", path)
    # 然后等状态行，例如 HTTP/1.1 200 OK。别的都不算回答。
    # Then wait for a status line, such as HTTP/1.1 200 OK. Nothing else is an answer.
    response = connection.getresponse()
    print("状态 status:", response.status, printable(response.reason))
    content = response.read(LIMIT).decode("utf-8", "replace")
    print("内容 content:", printable(content).rstrip())
# ANCHOR_END: ask


def main():
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8888"
    path = sys.argv[2] if len(sys.argv) > 2 else "/"
    if address in ("-h", "--help"):
        print(__doc__)
        return 0
    try:
        ask(address, path)
        return 0
    except http.client.RemoteDisconnected:
        problem = "对端没有回答就关闭了 the peer closed without an answer"
    # ANCHOR: not_http
    except http.client.BadStatusLine as error:
        # http.client 按 Latin-1 读状态行；换回字节，再按 UTF-8 显示。
        # http.client reads the status line as Latin-1; back to bytes, then show UTF-8.
        said = error.line.strip().encode("latin-1").decode("utf-8", "replace")
        problem = f"这不是 HTTP 状态行 not an HTTP status line: {printable(said)}"
    # ANCHOR_END: not_http
    except http.client.InvalidURL as error:
        problem = f"地址应写成 an address looks like 127.0.0.1:8888: {error}"
    except http.client.HTTPException as error:
        problem = f"这不是 HTTP not HTTP: {type(error).__name__} {error}"
    except ConnectionRefusedError:
        problem = f"{address} 拒绝连接：先启动服务器 refused: start a server there first"
    except TimeoutError:
        problem = f"{DEADLINE} 秒没有回答 no answer within {DEADLINE} seconds"
    except (OSError, ValueError) as error:
        problem = f"{address}: {error}"
    print("错误 error:", problem, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
