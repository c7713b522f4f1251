# caught by: bad_bytes
# 坏字节让 decode 抛出异常，服务器跟着崩溃。
# Bad bytes make decode raise, and the server crashes with it.
import socket
import sys


def main():
    host, port = sys.argv[-1].rsplit(":", 1)
    with socket.create_server((host, int(port))) as listener:
        while True:
            connection, _ = listener.accept()
            with connection:
                try:
                    print(whole_message(connection).decode("utf-8"), flush=True)
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
