"""练习 chat_room：一个人说的一行，送给其余每个人。
Exercise chat_room: a line that one client says goes to all the others.

检查 check: cargo workbook exercise check chat_room --python
"""
import socket
import sys
import threading


def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    with socket.create_server((host, int(port)), backlog=128) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=visit, args=(connection,), daemon=True).start()


def visit(connection):
    """一位客人，从进来到离开。
    One guest, from coming in to leaving.
    """
    with connection:
        try:
            # TODO: 进来：写进大家共用的名单（要有锁），告诉他 here: N。
            # TODO: come in: onto the list that all threads share (it needs a lock), say `here: N`.
            # TODO: 每来一整行（最多 4096 字节），送给名单上其余的人；不能等不读的人。
            # TODO: for each whole line (4096 bytes at most): to the others on the list; wait for
            #       nobody who does not read.
            # TODO: 离开：说完了，或者断了，都从名单里去掉。
            # TODO: leave: done or broken off, off the list.
            pass
        except OSError as error:
            print(error, file=sys.stderr)


main()
