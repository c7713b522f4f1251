"""练习 duplex_client 的一种解法。
A solution of the exercise duplex_client.
"""
import os
import socket
import sys
import threading


def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    try:
        connection = socket.create_connection((host, int(port)))
    except OSError as error:
        # 没有人监听：给 sys.exit 一句话，它打印出来，状态是 1。
        # Nobody listens: sys.exit prints the text that it is given, and the status is 1.
        sys.exit(f"连不上 cannot connect: {error}")
    with connection:
        # 一个线程写，主线程读：同一条连接的两个方向。
        # One thread writes, the main thread reads: the two directions of one connection.
        keyboard = threading.Thread(target=or_end, args=(speak, connection), daemon=True)
        keyboard.start()
        or_end(listen, connection)
        # 对方说完了，我们可能还没有：等键盘那边也结束。
        # The peer is done, and we may not be: wait for the keyboard's side.
        keyboard.join()


def or_end(direction, connection):
    try:
        direction(connection)
    except OSError as error:
        print(error, file=sys.stderr, flush=True)
        # 连接没了。键盘线程还拿着 stdin，sys.exit 收拾不了它；os._exit 马上结束。
        # The connection is gone. The keyboard's thread holds stdin, which sys.exit cannot clean
        # up; os._exit ends at once.
        os._exit(1)


def speak(connection):
    # 读字节，不解码：一行多长、是不是文字，都原样发出去。
    # Bytes, not text: a line goes out as it is, whatever its length and content.
    for line in sys.stdin.buffer:
        # Windows 的键盘给 \r\n；最后一行可能没有 \n。
        # On Windows the keyboard gives \r\n; the last line may have no \n.
        connection.sendall(line.rstrip(b"\r\n") + b"\n")
    # 只关写的方向：内核发出 FIN，对方 recv 返回 b""；我们还能读。
    # Closes the writing direction alone: the kernel sends FIN, the peer gets b"", and we still read.
    connection.shutdown(socket.SHUT_WR)


def listen(connection):
    while data := connection.recv(4096):
        # 原样写字节：半个字先写出去，另一半来了，终端自己拼成一个字。
        # Bytes as they are: half a character goes out, and the terminal joins it with the rest.
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


main()
