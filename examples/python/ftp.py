"""FTP：送文件的协议（RFC 959）。一条连接说命令，每个文件另开一条连接。
FTP: the protocol that moves files (RFC 959). One connection has commands, each file its own.

    python3 examples/python/ftp.py server
    python3 examples/python/ftp.py client 127.0.0.1:2121 hello.txt

服务器只读，只给一个文件夹里的文件；客户端是标准库的 ftplib。
The server is read only and has the files of one folder; the client is ftplib of the standard library.
"""
import ftplib
import os
import socket

from common import (
    arguments, colour, complain, explain, printable, say, show, start, text, usage
)
from dialogue import Dialogue, serve

ADDRESS = "127.0.0.1:2121"
FOLDER = "examples/16_http/site"
HELP = """\
例 examples:
  python3 examples/python/ftp.py server
  python3 examples/python/ftp.py client 127.0.0.1:2121 index.html
用法 usage: server [ADDR] [DIR] | client [ADDR] [FILE]    ADDR = IP:PORT
结束 end: Ctrl-C
状态 status: 0 收到 received · 1 出错 failed · 2 参数有错 bad argument"""
# 对方能让我们等、能让我们存，所以都要有上限。
# The peer can make us wait and make us store, so there are bounds.
LINE = 512
FILE = 1024 * 1024
REPLIES = 100
DATA = 10


def main():
    role, address, words = arguments(ADDRESS, HELP)
    if len(words) > 1:
        usage(f"参数太多 too many arguments: {words[1]}")
    try:
        if role == "client":
            return receive(address, words[0] if words else "index.html")
        folder = words[0] if words else FOLDER
        if not os.path.isdir(folder):
            usage(f"不是文件夹 not a folder: {folder}")
        return serve(address, lambda connection: guest(connection, folder))
    except OSError as error:
        return complain(f"{explain(error)}: {text(address)}: {error}")


def guest(connection, folder):
    with connection:
        control = Control(connection, folder)
        try:
            control.talk()
        except (OSError, ValueError) as error:
            say(f"! {printable(str(error))}")
        finally:
            control.close_passive()


class Control(Dialogue):
    def __init__(self, connection, folder):
        super().__init__(connection, LINE)
        self.folder = os.path.realpath(folder)
        # 226 不必等 150 的 ACK。
        # 226 need not wait for the ACK of 150.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.user, self.inside, self.binary, self.passive = None, False, False, None

    # ANCHOR: talk
    def talk(self):
        # 服务器先说，然后一问一答。回答的第一个数字：1 开始了，2 完成，3 还要下文，4、5 不行（§4.2）。
        # The server speaks first, then command and reply: 1 begun, 2 done, 3 go on, 4 and 5 no (§4.2).
        self.reply("220 ready")
        answer = ""
        while not answer.startswith("221"):
            verb, _, rest = self.line().partition(" ")
            answer = self.answer(verb.upper(), rest)
            self.reply(answer)
        self.goodbye()

    def answer(self, verb, rest):
        match verb:
            case "USER":
                self.user, self.inside = rest.lower(), False
                return "331 any word will do"
            case "PASS" if self.user in ("anonymous", "ftp"):
                self.inside = True
                return "230 logged in"
            case "PASS":
                return "530 only anonymous here" if self.user else "503 USER first"
            case "QUIT":
                return "221 bye"
            case "NOOP":
                return "200 OK"
            case _ if verb not in COMMANDS:
                # PORT 也不做：它让服务器去连客户端说的任何地址（RFC 2577）。
                # Nor do we do PORT: it makes a server connect to whatever it is told (RFC 2577).
                return "502 not here"
            case _ if not self.inside:
                return "530 log in first"
        return getattr(self, verb.lower())(rest)
    # ANCHOR_END: talk

    def type(self, rest):
        if rest.upper() not in ("A", "A N", "I"):
            return "504 types: A, I"
        self.binary = rest.upper() == "I"
        return "200 OK"

    def mode(self, rest):
        return "200 OK" if rest.upper() == "S" else "504 stream only"

    def stru(self, rest):
        return "200 OK" if rest.upper() == "F" else "504 files only"

    def pwd(self, _):
        return '257 "/" is the only folder'

    def size(self, rest):
        # 文本要换行尾，长度会变，所以只答二进制的（RFC 3659 §4）。
        # Text has its line ends changed, and its length too: binary only (RFC 3659 §4).
        path = self.find(rest)
        if not path or not self.binary:
            return "550 no such file" if not path else "550 only with TYPE I"
        return f"213 {os.path.getsize(path)}"

    # ANCHOR: passive
    def pasv(self, _):
        # 另开一个端口等数据连接，把地址写成六个数：四个是 IP，两个是端口的高、低字节。
        # Listen on one more port; tell it as six numbers: four of IP, two bytes of the port.
        self.close_passive()
        host = self.connection.getsockname()[0]
        if ":" in host:
            return "425 PASV is for IPv4"
        self.passive = socket.create_server((host, 0), backlog=1)
        port = self.passive.getsockname()[1]
        return f"227 ({host.replace('.', ',')},{port >> 8},{port & 255})"

    def open_data(self):
        self.passive.settimeout(DATA)
        data, (host, _) = self.passive.accept()
        data.settimeout(DATA)
        # 数据连接自己没有口令：只认和控制连接同一个地址来的（RFC 2577）。
        # The data connection has no password: take it only from the control's address (RFC 2577).
        if host != self.connection.getpeername()[0]:
            data.close()
            raise PermissionError(f"别人的数据连接 a stranger's data connection: {host}")
        return data
    # ANCHOR_END: passive

    # ANCHOR: transfer
    def retr(self, rest):
        path = self.find(rest)
        if not path:
            return "550 no such file"
        with open(path, "rb") as file:
            content = file.read(FILE + 1)
        if len(content) > FILE:
            return "552 file over 1 MiB"
        # A 是文本：行尾在路上一律是 CRLF（§3.1.1.1）；I 是二进制：一个字节也不动。
        # A is text: on the way every line ends in CRLF (§3.1.1.1); I is binary: no byte changes.
        if not self.binary:
            content = content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        return self.transfer(content)

    def nlst(self, rest):
        if rest not in ("", "/"):
            return "550 no such folder"
        names = sorted(name for name in os.listdir(self.folder) if self.find(name))
        return self.transfer("".join(name + "\r\n" for name in names).encode())

    def transfer(self, content):
        if self.passive is None:
            return "425 PASV first"
        self.reply("150 here it comes")
        try:
            # 文件的结尾就是数据连接的 FIN。所以每个文件要一条新的连接。
            # The end of the file is the FIN of the data connection. So each file needs a new one.
            with self.open_data() as data:
                data.sendall(content)
        except OSError:
            return "426 data connection lost"
        finally:
            self.close_passive()
        return "226 done"
    # ANCHOR_END: transfer

    def find(self, name):
        # 只有一个文件夹：名字里不许再有路径，符号链接也不许通向外面。
        # One folder only: no path in a name, and no link that leads outside.
        name = name.removeprefix("/")
        if not name or name.startswith(".") or set(name) & set("/\\:\0"):
            return None
        path = os.path.realpath(os.path.join(self.folder, name))
        inside = os.path.dirname(path) == self.folder
        return path if inside and os.path.isfile(path) else None

    def close_passive(self):
        if self.passive:
            self.passive.close()
            self.passive = None

    def line(self):
        # 文件名用 UTF-8（RFC 2640 §2.2）。
        # Names are UTF-8 (RFC 2640 §2.2).
        return super().line().decode("utf-8", "replace")


COMMANDS = {"TYPE", "MODE", "STRU", "PWD", "SIZE", "PASV", "RETR", "NLST"}


# ANCHOR: client
class Spoken(ftplib.FTP):
    # ftplib 发什么、收什么，都印出来。
    # Prints what ftplib sends and gets.
    def putline(self, line):
        say(f"{colour('C:', 36)} {line}")
        super().putline(line)

    lines = 0

    def getline(self):
        # `220-` 说后面还有一行，可以说个没完，ftplib 全都存着：所以行数要有上限。
        # `220-` says that a line follows, for ever if it likes, and ftplib keeps all: bound them.
        self.lines += 1
        if self.lines > REPLIES:
            raise ftplib.Error(f"超过 {REPLIES} 行 over {REPLIES} lines")
        line = super().getline()
        say(f"{colour('S:', 32)} {printable(line)}")
        return line


def receive(address, name):
    if not name.isprintable():
        usage(f"文件名写错 bad name: {name!r}")
    ftp = Spoken(timeout=10, encoding="utf-8")
    try:
        ftp.connect(*address[:2])
        ftp.login()
        got = []
        # ftplib 替我们做完：TYPE、PASV、连接数据端口、RETR、读到 FIN。
        # ftplib does it all: TYPE, PASV, connect to the data port, RETR, read to the FIN.
        ftp.retrbinary("RETR " + name, lambda block: keep(got, block))
        ftp.quit()
    except ftplib.Error as error:
        return complain(f"对方不给 not given: {printable(str(error))}")
    except EOFError:
        return complain("没说完就关闭了 closed before the end")
    finally:
        ftp.close()
    content = b"".join(got)
    show(printable(content.decode("utf-8", "replace")))
    say(f"收到 {len(content)} 字节 received {len(content)} bytes")
    return 0


def keep(got, block):
    got.append(block)
    if sum(map(len, got)) > FILE:
        raise ftplib.Error("超过 1 MiB over 1 MiB")
# ANCHOR_END: client


if __name__ == "__main__":
    start(main)
