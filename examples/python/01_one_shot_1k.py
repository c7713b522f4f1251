"""01 的错误写法：一次 recv 当作整条消息，而且马上解码。
01 done wrong: one recv is taken for the whole message, and decoded at once.

先运行它，再发一条长消息。Run it, then send a long message:

    python3 examples/python/01_one_shot_1k.py
    cargo run --example 01_one_shot -- client 127.0.0.1:9999 - < letter.txt
"""
import signal
import socket
import sys

ADDRESS = ("127.0.0.1", 9999)


def serve():
    with socket.create_server(ADDRESS) as listener:
        print("监听 listening on 127.0.0.1:9999", flush=True)
        connection, _ = listener.accept()
    with connection:
        # ANCHOR: one_recv
        # “1k”是上限，不是数量：消息剩下的字节还在内核里，关闭时全丢了。
        # 1024 is a bound, not an amount: the rest of the message is dropped when we close.
        data = connection.recv(1024)
        # 汉字在 UTF-8 里多是 3 字节，1024 不是 3 的倍数：最后一个字断在中间。
        # Most Han characters take 3 bytes and 1024 is no multiple of 3: the last one is cut.
        print("客户端 client:", data.decode("utf-8"), flush=True)
        # ANCHOR_END: one_recv


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # 出错时只打印 Traceback 的最后一行。
    # On an error, print only the last line of the traceback.
    sys.tracebacklimit = 0
    serve()
