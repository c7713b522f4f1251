# unusual: one thread waits for the keyboard and the network with selectors, and says on stderr what it does
import os
import selectors
import socket
import sys

host, port = sys.argv[-1].rsplit(":", 1)
try:
    connection = socket.create_connection((host, int(port)))
except OSError as error:
    sys.exit(str(error))
print("connected", file=sys.stderr)
waiting = selectors.DefaultSelector()
waiting.register(0, selectors.EVENT_READ)
waiting.register(connection, selectors.EVENT_READ)
while waiting.get_map():
    for key, _ in waiting.select():
        if key.fd == 0:
            typed = os.read(0, 1000)
            if typed:
                connection.sendall(typed)
            else:
                print("you are done", file=sys.stderr)
                waiting.unregister(0)
                connection.shutdown(socket.SHUT_WR)
        else:
            try:
                data = connection.recv(1000)
            except OSError as error:
                sys.exit(str(error))
            if data:
                os.write(1, data)
            else:
                print("the peer is done", file=sys.stderr)
                waiting.unregister(connection)
