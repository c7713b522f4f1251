"""练习 relay 的一种解法：每个客户端两个线程，一个方向一个。
A solution of the exercise relay: two threads a client, one for each direction.
"""
import socket
import sys
import threading

# 能一直涨的东西都有上限：等连接的时间，同时转发的人数，每个方向的缓冲区。
# What could grow has a bound: the wait for a connection, the clients, the buffer of a direction.
CONNECT = 5
SEATS = threading.BoundedSemaphore(200)
BUFFER = 16 * 1024


def main():
    listen, target = (address.rsplit(":", 1) for address in sys.argv[1:])
    target = (target[0], int(target[1]))
    with socket.create_server((listen[0], int(listen[1])), backlog=128) as listener:
        while True:
            client, _ = listener.accept()
            # 客满就关闭；否则在线程里连目标，不耽误下一位。
            # Full: close. Else connect in a thread, and keep nobody waiting.
            if SEATS.acquire(blocking=False):
                threading.Thread(target=serve, args=(client, target), daemon=True).start()
            else:
                client.close()


def serve(client, target):
    try:
        relay(client, target)
    except OSError as error:
        print(error, file=sys.stderr)
    finally:
        SEATS.release()


def relay(client, target):
    # 目标拒绝时，with 关闭 client：客户端看到结束，不会一直等。
    # If the target refuses, with closes client: it sees the end, and does not wait for ever.
    with client, socket.create_connection(target, timeout=CONNECT) as server:
        # 期限只管连接；连上以后，安静的连接不是断了的连接。
        # The deadline is for connecting: a quiet connection is not a broken one.
        server.settimeout(None)
        up = threading.Thread(target=copy, args=(client, server), daemon=True)
        up.start()
        copy(server, client)
        up.join()


def copy(source, sink):
    """一个方向：从 source 读，写到 sink，直到 source 说完，或者出错。
    One direction: read from source and write to sink, until source is done, or an error.
    """
    try:
        # 对方不读，sendall 就等着，我们也就不再 recv：内存不涨，等待传回到发送的人（背压）。
        # Where the peer does not read, sendall waits, and we call recv no more: memory does not
        # grow, and the wait reaches the sender (back-pressure).
        while data := source.recv(BUFFER):
            sink.sendall(data)
        # 说完了：只把这个方向的 FIN 传下去，另一个方向可能还有话。
        # Done: pass on the FIN of this direction alone; the other may have more to say.
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        # 断了：两条连接都关。shutdown 还会叫醒正在 recv 里等的另一个线程，close 不会。
        # Broken: shut both. shutdown also wakes the other thread, which waits in recv; close
        # would not.
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


main()
