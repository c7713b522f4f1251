"""02 的常见写法：发一句，等一句。它能聊，但不是双向，还有四个毛病。
02 as it is often written: send, then wait. It chats, but it is not duplex, and it has four faults.

    python3 examples/python/02_duplex_turns.py server
    python3 examples/python/02_duplex_turns.py client
"""
import signal
import socket
import sys

ADDRESS = ("127.0.0.1", 8888)


def serve():
    with socket.create_server(ADDRESS) as listener:
        print("监听 listening on 127.0.0.1:8888", flush=True)
        connection, _ = listener.accept()
        with connection:
            while True:
                hear(connection, "客户端 client:")
                speak(connection, "服务器 server: ")


def talk():
    with socket.create_connection(ADDRESS) as connection:
        print("已连接 connected to 127.0.0.1:8888", flush=True)
        while True:
            speak(connection, "客户端 client: ")
            hear(connection, "服务器 server:")


# ANCHOR: one_thread
def speak(connection, who):
    # 等键盘时，对方说什么都看不见。空行发出 0 字节：对方等我们，我们等它。
    # At the keyboard we see nothing of the peer. An empty line sends 0 bytes: both wait for ever.
    connection.send(input(who).encode("utf-8"))


def hear(connection, who):
    # 一次 recv 未必是一句：会粘，会断；断在字中间，decode 就抛异常。
    # One recv need not be one sentence: it may be glued or cut; cut in a character, decode raises.
    data = connection.recv(1024)
    # b"" 是“对方说完了”，这里却当成一句空话。
    # b"" means the peer is done; here it passes for an empty sentence.
    print(who, data.decode("utf-8"), flush=True)
# ANCHOR_END: one_thread


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        serve() if sys.argv[1:] == ["server"] else talk()
    except EOFError:
        print()
