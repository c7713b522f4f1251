# caught by: silence
# 两秒没来东西，就当对方说完了。
# Takes two seconds of silence for the end.
import socket
import sys


def serve(connection):
    connection.settimeout(2)
    message = b""
    try:
        while data := connection.recv(4096):
            message += data
            if len(message) > 64 * 1024:
                return
    except TimeoutError:
        pass
    print(message.decode("utf-8", "replace"), flush=True)


host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
while True:
    connection, _ = listener.accept()
    with connection:
        try:
            serve(connection)
        except OSError as error:
            print(error, file=sys.stderr)
