# caught by: blanks
# splitlines 在 \r、U+2028 那里也分行。
# splitlines divides at \r and at U+2028, too.
import socket
import sys


def serve(connection):
    held = b""
    while data := connection.recv(4096):
        whole, end, held = (held + data).rpartition(b"\n")
        if end:
            for line in (whole + end).decode("utf-8", "replace").splitlines():
                connection.sendall(f"{len(line)}\n".encode())
        if len(held) > 64 * 1024:
            return
    if held:
        connection.sendall(f"{len(held.decode('utf-8', 'replace'))}\n".encode())


host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
while True:
    connection, _ = listener.accept()
    with connection:
        try:
            serve(connection)
        except OSError as error:
            print(error, file=sys.stderr)
