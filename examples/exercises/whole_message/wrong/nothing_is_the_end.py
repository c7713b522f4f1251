# caught by: empty
# 第一次 recv 就返回 b""，以为没有消息：什么也不打印。
# The first recv gives b"", taken for no message: nothing is printed.
import socket
import sys


def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    with socket.create_server((host, int(port))) as listener:
        while True:
            connection, _ = listener.accept()
            with connection:
                try:
                    message = whole_message(connection)
                    if message:
                        print(message.decode("utf-8", "replace"), flush=True)
                except OSError as error:
                    print(error, file=sys.stderr)


def whole_message(connection):
    message = b""
    while data := connection.recv(4096):
        message += data
        if len(message) > 65536:
            raise OSError("too long")
    return message


main()
