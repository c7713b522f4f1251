# caught by: stalled
# 一个线程，用 select 看谁有话；sendall 停住时，谁都停住。
# One thread, which asks select who has something; where sendall waits, everybody waits.
import select
import socket
import sys

listen, target = (address.rsplit(":", 1) for address in sys.argv[1:])
listener = socket.create_server((listen[0], int(listen[1])), backlog=128)
partner = {}
reading = {listener}


def close(one):
    for end in (one, partner[one]):
        partner.pop(end, None)
        reading.discard(end)
        end.close()


while True:
    for ready in select.select(list(reading), [], [])[0]:
        if ready is listener:
            client, _ = listener.accept()
            try:
                server = socket.create_connection((target[0], int(target[1])))
            except OSError:
                client.close()
                continue
            partner[client], partner[server] = server, client
            reading |= {client, server}
        elif ready in reading:
            try:
                if data := ready.recv(16384):
                    partner[ready].sendall(data)
                    continue
                reading.discard(ready)
                partner[ready].shutdown(socket.SHUT_WR)
                if partner[ready] not in reading:
                    close(ready)
            except OSError:
                close(ready)
