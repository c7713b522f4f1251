# unusual: one loop with select for everybody, talks on stdout, replies in two writes
import select
import socket
import sys

host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind((host, int(port)))
listener.listen(128)
listener.setblocking(False)
print("listening on", sys.argv[-1])

waiting = {}  # socket: bytes that it has yet to take
done = set()  # sockets whose peer is done
while True:
    # Reads no more from a peer that does not take its echo.
    readers = [s for s in waiting if s not in done and len(waiting[s]) < 65536]
    writers = [s for s in waiting if waiting[s]]
    readable, writable, _ = select.select([listener, *readers], writers, [])
    for s in readable:
        if s is listener:
            client, address = listener.accept()
            client.setblocking(False)
            # Or the second write would wait for the acknowledgment of the first.
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            waiting[client] = b""
            print("client", address, file=sys.stderr)
            continue
        try:
            data = s.recv(4096)
        except OSError as error:
            print("gone:", error)
            del waiting[s]
            done.discard(s)
            s.close()
            continue
        if not data:
            done.add(s)
        waiting[s] += data
    for s in writable:
        if s not in waiting:
            continue
        half = (len(waiting[s]) + 1) // 2
        for part in waiting[s][:half], waiting[s][half:]:
            try:
                sent = s.send(part)
            except BlockingIOError:
                break
            except OSError:
                waiting[s] = b""
                done.add(s)
                break
            waiting[s] = waiting[s][sent:]
            if sent < len(part):
                break
    for s in [s for s in done if not waiting[s]]:
        done.discard(s)
        del waiting[s]
        s.close()
