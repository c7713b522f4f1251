"""最初那篇文章的一次性服务器：照它的做法重写，毛病一个不少。
The one-shot server of the article that this book began with: written anew, with every fault.

让练习来评判它。Let an exercise judge it:

    cargo workbook exercise check whole_message -- python3 examples/python/article_one_shot.py
"""
import socket
import sys

# 地址是参数。文章里是 9999 端口，而且绑定所有网卡；这里只听给它的地址。
# ADDR is an argument. The article uses port 9999 on every interface; this one listens where told.
host, _, port = sys.argv[-1].rpartition(":")
door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
# 没有 SO_REUSEADDR：重启可能遇到“地址已被占用”。
# No SO_REUSEADDR: a restart may meet "address in use".
door.bind((host, int(port)))
door.listen()
# ANCHOR: one_recv
# 只接一位；没有 with，出了错什么都不会关。
# One client only; no `with`, so on an error nothing is closed.
talk, _ = door.accept()
# 只收一次，把 1024 当成“一份”：对方分两次发，后一半就没人收了。
# One recv, and 1024 is taken for a portion: of two writes, nobody receives the second.
some = talk.recv(1024)
# 收到多少就解码多少：最后一个字可能只到了一半。
# Whatever came is decoded: of the last character, half may be here.
print(some.decode("utf8"))
# 关的是监听套接字；和对方的连接，留给进程的结束去关。
# This closes the listening socket; the connection is left to the end of the process.
door.close()
# ANCHOR_END: one_recv
