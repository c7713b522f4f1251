"""练习 chat_room 的一种解法。
A solution of the exercise chat_room.
"""
import queue
import socket
import sys
import threading
import time

# 一行最多这么长，\n 不算。
# A line is no longer than this, its \n not counted.
LINE = 4096

# 一位最多欠这么多行没有听：占的内存有上限。
# Nobody is behind by more lines than this: what they cost in memory has a bound.
QUEUE = 256

# 队列满了，大家最多等这么久（秒），然后断开他。
# Where a queue is full, the room waits this long, in seconds, then disconnects its owner.
PATIENCE = 0.25

# 离开的人，最多等他这么久（秒）听完剩下的。
# A guest who leaves has this long, in seconds, to take what is left.
FAREWELL = 5

# 现在在的人：连接，和要送给他的行。所有线程共用，所以有锁。
# Who is in now: the connection, and the lines for it. All threads share it, hence the lock.
room = {}
lock = threading.Lock()


def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    # 许多人同时来，先在内核的队列里等 accept：队列要够长。
    # Many who come at once wait in the kernel's queue for accept: it must be long enough.
    with socket.create_server((host, int(port)), backlog=128) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=visit, args=(connection,), daemon=True).start()


def visit(connection):
    """一位客人，从进来到离开。
    One guest, from coming in to leaving.
    """
    lines = join(connection)
    # 写也会等，所以另用一个线程：他不读，停住的只有这个线程。
    # Writing waits too, so it has a thread: if the guest does not read, only this one waits.
    writer = threading.Thread(target=write, args=(connection, lines), daemon=True)
    writer.start()
    with connection:
        try:
            listen(connection)
        except OSError as error:
            print(error, file=sys.stderr)
        finally:
            # 说完了也好，断了也好，都要从名单里去掉；写线程也要结束，连接才关得上。
            # Done or broken off: off the list. The writer has to end as well, and then we close.
            with lock:
                room.pop(connection, None)
            end(connection, lines, writer)


def join(connection):
    lines = queue.Queue(QUEUE)
    with lock:
        room[connection] = lines
        # 队列是新的，一定放得下；在锁里放，这一行就是他听到的第一行。
        # The queue is new: there is room. Within the lock, this is the first line that he hears.
        lines.put_nowait(b"here: %d\n" % len(room))
    return lines


def listen(connection):
    with connection.makefile("rb") as reader:
        # 等到整行再送，不管它分几次来；readline 的参数给它上限。
        # A line goes on when it is whole, in however many pieces; readline's argument bounds it.
        while line := reader.readline(LINE + 1):
            if line.endswith(b"\n"):
                tell_others(connection, line)
            elif len(line) > LINE:
                raise OSError("一行太长 the line is too long")


def tell_others(me, line):
    """放进每个人的队列。拿着锁，所以不碰网络：这里不能有 sendall。
    Into everyone's queue. The lock is held, so nothing here touches the network: no sendall.
    """
    until = time.monotonic() + PATIENCE
    with lock:
        for connection, lines in list(room.items()):
            if connection is me:
                continue
            try:
                # 满了就等到 until；对所有人是同一个时刻。
                # A full queue is waited for up to `until`, the same moment for all.
                lines.put(line, timeout=max(0, until - time.monotonic()))
            except queue.Full:
                del room[connection]
                shut(connection)


def write(connection, lines):
    try:
        while (line := lines.get()) is not None:
            connection.sendall(line)
    except OSError:
        pass


def end(connection, lines, writer):
    try:
        # None 排在最后：写线程送完剩下的就结束。
        # None stands last in the queue: the writer delivers the rest and ends.
        lines.put(None, timeout=PATIENCE)
        writer.join(FAREWELL)
    except queue.Full:
        pass
    # 他不读，写线程就停在 sendall 里：关掉连接，它才醒来。
    # If the guest does not read, the writer waits in sendall: shutting down wakes it.
    shut(connection)


def shut(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


main()
