"""SMTP：送信的协议（RFC 5321）。服务器先说话，每一行以 CRLF 结尾。
SMTP: the protocol that sends mail (RFC 5321). The server speaks first; each line ends in CRLF.

    python3 examples/python/smtp.py server
    python3 examples/python/smtp.py client 127.0.0.1:2525 你好

服务器把信印在屏幕上，不转给任何人；客户端是标准库的 smtplib。
The server prints the mail and passes it to nobody; the client is smtplib of the standard library.
"""
import email.utils
import smtplib

from common import (
    arguments, colour, complain, explain, printable, say, start, text, usage
)
from dialogue import Dialogue, serve

ADDRESS = "127.0.0.1:2525"
HELP = """\
例 examples:
  python3 examples/python/smtp.py server
  python3 examples/python/smtp.py client 127.0.0.1:2525 你好
用法 usage: server [ADDR] | client [ADDR] [MESSAGE…]    ADDR = IP:PORT
结束 end: Ctrl-C
状态 status: 0 送到 delivered · 1 出错 failed · 2 参数有错 bad argument"""
# 对方能让我们等、能让我们存，所以都要有上限（行长和收件人数见 RFC 5321 §4.5.3.1）。
# The peer can make us wait and store, so there are bounds (RFC 5321 §4.5.3.1 has the sizes).
LINE = 998 + 2
LETTER = 64 * 1024
RECIPIENTS = 100
REPLIES = 100


def main():
    role, address, words = arguments(ADDRESS, HELP)
    try:
        if role == "client":
            return send(address, " ".join(words) or "你好 Hello")
        if words:
            usage(f"不认识的参数 unknown argument: {words[0]}")
        return serve(address, guest)
    except OSError as error:
        return complain(f"{explain(error)}: {text(address)}: {error}")


def guest(connection):
    with connection:
        try:
            Mail(connection).talk()
        except (OSError, ValueError) as error:
            say(f"! {printable(str(error))}")


class Mail(Dialogue):
    def __init__(self, connection):
        super().__init__(connection, LINE)
        self.hello, self.sender, self.recipients = False, None, []

    # ANCHOR: talk
    def talk(self):
        # 服务器先说。在这一行之前，客户端什么都不许发（§3.1）。
        # The server speaks first; before this line the client must not send (§3.1).
        self.reply("220 smtp.example ready")
        answer = ""
        while not answer.startswith("221"):
            line = self.line()
            if any(byte < 32 for byte in line):
                # 单独的 LF 混在命令里：两个程序会把它读成一条或两条命令，所以不接受。
                # LF alone inside a command: one command, or two? Programs differ, so refuse it.
                self.reply("500 control character in command")
                continue
            verb, _, rest = line.decode("utf-8", "replace").partition(" ")
            # 命令不分大小写。回答是三位数字：2 完成，3 还要下文，5 不行（§4.2.1）；文字只能是 ASCII。
            # Commands ignore case. Replies: 3 digits, 2 done, 3 go on, 5 no (§4.2.1); ASCII words.
            answer = self.answer(verb.upper(), rest.strip())
            self.reply(answer)
        self.goodbye()

    def answer(self, verb, rest):
        match verb:
            case "EHLO" if rest:
                self.hello, self.sender, self.recipients = True, None, []
                # 回答有几行时，除了最后一行，数字后面都是连字符（§4.2）。
                # In a reply of several lines, all but the last have a hyphen (§4.2).
                return "250-smtp.example\r\n250 8BITMIME"
            case "HELO" if rest:
                self.hello, self.sender, self.recipients = True, None, []
                return "250 smtp.example"
            case "MAIL" if self.hello and self.sender is None:
                return self.mail(rest)
            case "RCPT" if self.sender is not None:
                return self.rcpt(rest)
            case "DATA" if self.recipients:
                return "501 no words after DATA" if rest else self.data()
            case "HELO" | "EHLO":
                return "501 name missing"
            case "MAIL" | "RCPT" | "DATA":
                return "503 bad sequence of commands"
        return self.other(verb)
    # ANCHOR_END: talk

    def other(self, verb):
        if verb == "RSET":
            self.sender, self.recipients = None, []
        # 252：不肯说有没有这个人，免得被用来收集地址（§3.5.3）。
        # 252: we do not tell who exists here, or addresses could be collected (§3.5.3).
        known = {"RSET": "250 OK", "NOOP": "250 OK", "QUIT": "221 bye", "VRFY": "252 cannot verify"}
        return known.get(verb, "500 command unknown")

    def mail(self, rest):
        address, options = path(rest, "FROM:")
        if address is None:
            return "501 syntax: MAIL FROM:<address>"
        if options.upper() not in ("", "BODY=8BITMIME", "BODY=7BIT"):
            return "555 parameter unknown"
        self.sender = address
        return "250 OK"

    def rcpt(self, rest):
        address, options = path(rest, "TO:")
        if not address:
            return "501 syntax: RCPT TO:<address>"
        if options:
            return "555 parameter unknown"
        if len(self.recipients) == RECIPIENTS:
            return "452 too many recipients"
        self.recipients.append(address)
        return "250 OK"

    # ANCHOR: data
    def data(self):
        # 从这里起不是命令，是信；只有一个点的一行才是结尾。
        # From here on it is the letter, not commands; a line with only a dot ends it.
        self.reply("354 end with a line that has only a dot")
        letter, size = [], 0
        while (line := self.line()) != b".":
            # 信里以点开头的行，发送方会多写一个点，收下时去掉（§4.5.2）。
            # The sender doubles a dot that starts a line; it is taken off here (§4.5.2).
            size += len(line) + 2
            if size <= LETTER:
                letter.append(line.removeprefix(b"."))
        sender, recipients = self.sender, self.recipients
        self.sender, self.recipients = None, []
        if size > LETTER:
            return "552 too much mail data"
        # 真的邮件服务器会存起来，再加上 Received 字段（§4.4）；这里只印出来。
        # A real server stores the mail and adds a Received field (§4.4); here it is printed.
        say(f"信 mail: <{printable(sender)}> → " + printable(" ".join(f"<{r}>" for r in recipients)))
        for line in letter:
            say(printable("  " + line.decode("utf-8", "replace")).rstrip())
        return "250 OK"
    # ANCHOR_END: data


def path(rest, word):
    # FROM:<alice@a.example>，后面可以有参数；空的 <> 是退信用的。
    # FROM:<alice@a.example>, and parameters may follow; an empty <> is for bounces.
    address, bracket, options = rest[len(word) + 1:].partition(">")
    good = rest.upper().startswith(word + "<") and bracket and not set(address) & set("< ")
    return (address if good and address.isprintable() else None), options.strip()


# `220-` 说后面还有一行，可以说个没完，smtplib 全都存着：所以行数要有上限。
# `220-` says that a line follows, for ever if it likes, and smtplib keeps all: so lines are bounded.
class Bounded:
    def __init__(self, connection):
        self.file, self.left = connection.makefile("rb"), REPLIES

    def readline(self, size):
        self.left -= 1
        if self.left < 0:
            raise OSError(f"超过 {REPLIES} 行 over {REPLIES} lines")
        return self.file.readline(size)

    def close(self):
        self.file.close()


# ANCHOR: client
class Spoken(smtplib.SMTP):
    # smtplib 发什么、收什么，都印出来。
    # Prints what smtplib sends and gets.
    def send(self, data):
        words = data if isinstance(data, str) else data.decode("utf-8", "replace")
        for line in words.removesuffix("\r\n").split("\r\n"):
            say(f"{colour('C:', 36)} {printable(line)}")
        super().send(data)

    def getreply(self):
        if self.file is None:
            self.file = Bounded(self.sock)
        code, words = super().getreply()
        lines = words.decode("utf-8", "replace").split("\n")
        for number, line in enumerate(lines, 1):
            hyphen = " " if number == len(lines) else "-"
            say(f"{colour('S:', 32)} {code}{hyphen}{printable(line)}")
        return code, words


def send(address, words):
    # 信本身也是首部、空行、正文（RFC 5322）；Content-Type 说文字用什么编码。
    # The letter itself is a head, an empty line and a body; Content-Type names the encoding.
    letter = ["Date: " + email.utils.formatdate(), "From: alice@a.example", "To: bob@b.example",
              "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
              "Content-Transfer-Encoding: 8bit", "", *words.split("\n")]
    data = "\r\n".join(letter).encode("utf-8", "surrogateescape")
    try:
        # local_hostname 不给，smtplib 会去问 DNS。
        # Without local_hostname, smtplib would ask DNS.
        with Spoken(*address[:2], local_hostname="a.example", timeout=10) as smtp:
            smtp.ehlo()
            smtp.sendmail("alice@a.example", ["bob@b.example"], data, ["BODY=8BITMIME"])
    except smtplib.SMTPException as error:
        return complain(f"对方不收 not accepted: {printable(str(error))}")
    say("送到了 delivered")
    return 0
# ANCHOR_END: client


if __name__ == "__main__":
    start(main)
