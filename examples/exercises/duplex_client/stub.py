"""练习 duplex_client：键盘来的一行马上发出去，网络上来的马上打印，谁也不等谁。
Exercise duplex_client: a typed line goes out at once, what comes is printed at once, and
neither waits for the other.

检查 check: cargo workbook exercise check duplex_client --python
"""
import socket
import sys


def main():
    # 地址是最后一个参数：连接它。
    # The address is the last argument: connect to it.
    host, port = sys.argv[-1].rsplit(":", 1)
    with socket.create_connection((host, int(port))) as connection:
        # TODO: 这是轮流说：等键盘时看不见网络，等网络时看不见键盘。用两个线程。
        # TODO: this takes turns: at the keyboard it does not see the network, nor the other
        #       way round. Use two threads.
        for line in sys.stdin.buffer:
            connection.sendall(line)
            sys.stdout.buffer.write(connection.recv(4096))
            sys.stdout.buffer.flush()
        # TODO: 键盘结束（^D），只关闭写的方向，接着读，直到对方也结束。
        # TODO: when the keyboard ends (^D), close the writing direction alone, and go on
        #       reading until the peer ends too.


main()
