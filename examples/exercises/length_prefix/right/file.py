# unusual: reads through makefile, looks at the body while it comes, writes head and body apart
import socket
import sys

host, port = sys.argv[-1].rsplit(":", 1)
listener = socket.create_server((host, int(port)))
print("ready", flush=True)
while True:
    client, address = listener.accept()
    print("client", address)
    try:
        with client, client.makefile("rb") as reader, client.makefile("wb") as writer:
            while len(head := reader.read(4)) == 4:
                size = int.from_bytes(head, "big")
                if size > 65536:
                    break
                body = reader.read(size)
                if len(body) < size:
                    break
                answer = "".join(reversed(body.decode())).encode()
                writer.write(len(answer).to_bytes(4, "big"))
                writer.flush()
                writer.write(answer)
                writer.flush()
    except (OSError, UnicodeDecodeError) as error:
        print("lost", address, error)
