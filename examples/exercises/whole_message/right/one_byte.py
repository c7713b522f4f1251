# unusual: reads one byte at a time, a thread for each client, says a lot before the message
import os
import socketserver
import sys


class Client(socketserver.BaseRequestHandler):
    def handle(self):
        message = bytearray()
        try:
            while byte := self.request.recv(1):
                message += byte
                if len(message) == 65537:
                    print("too long", file=sys.stderr)
                    return
        except OSError as error:
            print(self.client_address, error, file=sys.stderr)
            return
        text = f"[{self.client_address[1]}] 说：" + message.decode("utf-8", "replace") + "\n"
        os.write(1, text.encode())


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


host, port = sys.argv[-1].rsplit(":", 1)
print("listening", file=sys.stderr)
Server((host, int(port)), Client).serve_forever()
