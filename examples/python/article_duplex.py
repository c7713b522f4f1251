"""最初那篇文章的“双向通信”服务器：照它的做法重写，毛病一个不少。
The "two-way" server of the article that this book began with: written anew, with every fault.

让练习来评判它。Let exercises judge it:

    cargo workbook exercise check utf8_stream -- python3 examples/python/article_duplex.py
    cargo workbook exercise check many_clients -- python3 examples/python/article_duplex.py
"""
import socket
import sys

# 地址是参数。文章里是 8888 端口，而且绑定所有网卡；这里只听给它的地址。
# ADDR is an argument. The article uses port 8888 on every interface; this one listens where told.
host, _, port = sys.argv[-1].rpartition(":")
door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
door.bind((host, int(port)))
door.listen()
# ANCHOR: turns
# 只 accept 一次：第二位连得上（内核替它排队），可是没有人接待。
# One accept: a second client connects, since the kernel queues it, and nobody serves it.
talk, _ = door.accept()
while True:
    # 等网络时不看键盘。b"" 是“对方说完了”，这里当成一句空话。
    # Waits for the network, not the keyboard. b"" means the end; here it is an empty sentence.
    some = talk.recv(1024)
    # 一次 recv 当成一句话，马上解码：半个字让程序崩溃。
    # One recv is taken for a sentence, and decoded at once: half a character crashes the program.
    print("客户端:", some.decode("utf8"))
    # 等键盘时不看网络：这边说一句，才再去读。
    # Waits for the keyboard, not the network: it reads again after we have spoken.
    reply = input("服务器:")
    # 空行发出 0 个字节；send 可能只收下一部分，返回值没人看。
    # An empty line sends 0 bytes; send may take only a part, and nobody minds what it returns.
    talk.send(reply.encode("utf8"))
# ANCHOR_END: turns
