"""16 MB 的消息：对方不读，写就到期。到期以前，内核已经收下了一部分。06_timeouts.py 用它。
A message of 16 MB: the peer does not read, and writing times out. By then the kernel has taken a
part. 06_timeouts.py uses it.
"""
import sys

from common import complain, explain, printable, say, text
from patience import ONE_WAIT, SERVER_WAITS, WHOLE, Lines, Patience

# 编了号的行，每行 1000 字节：少了、多了、错了位置，都看得出来。
# Numbered lines of 1000 bytes: what is missing, is there twice or is out of place, shows.
LINES = 16_000
BYTES = LINES * 1000


def numbered(number):
    return b"%07d" % number + b"." * 992 + b"\n"


# ANCHOR: send
def send_long(address, retry):
    patience = Patience(ONE_WAIT, WHOLE)
    with patience.connect(address) as connection:
        say(f"已连接 connected to {text(address)}")
        taken, error = write_message(connection, patience)
        if error is None:
            say(f"写完了 all written: {taken} 字节 bytes")
            return 0
        place = f"{text(address)}，内核收下了 {taken} 字节 the kernel took {taken} bytes"
        if not retry:
            # 返回，连接关闭：内核收下的照样送出去，然后是 FIN。对方看得出消息不完整。
            # We return and the connection closes: what the kernel took is still sent, and then FIN.
            # The peer can tell that the message is not whole.
            return complain(f"{explain(error)}: {place}: {error}")
        # 错的：收下的那一半撤不回来，这里又从第一行写起，接在它后面。
        # Wrong: the part that was taken cannot be called back, and here the first line follows it.
        say(f"等得太久 waited too long: {place}")
        say("同一条连接，从头再写 once more from the start, on the same connection")
        taken, error = write_message(connection, Patience(ONE_WAIT, WHOLE))
        if error is not None:
            raise error
    say(f"写完了 all written: {taken} 字节 bytes")
    return 0


def write_message(connection, patience):
    # 写到完，或者到出错：还有内核一共收下了多少。
    # Writes to the end, or to an error: and how much the kernel took altogether.
    taken = 0
    for first in range(1, LINES, 64):
        # 做一块，送一块：手里只有 64 KB。
        # A block is made, a block is sent: we hold 64 KB.
        rest = b"".join(numbered(number) for number in range(first, first + 64))
        while rest:
            try:
                count = patience.write(connection, rest)
            except OSError as error:
                return taken, error
            taken += count
            rest = rest[count:]
    return taken, None
# ANCHOR_END: send


def receive_long(connection, peer):
    say("已接受，不读，按回车才读 accepted, not reading before Enter")
    sys.stdin.readline()
    patience = Patience(SERVER_WAITS, SERVER_WAITS)
    lines, number, received, wrong = Lines(), 0, 0, None
    # 看到错也读完：没读完就关闭，对方得到的是 RST（RFC 9293 §3.6.1）。
    # Read on after a mistake: closing with unread bytes would send RST (RFC 9293 §3.6.1).
    while True:
        try:
            line = lines.next(connection, patience)
        except EOFError:
            # 最后半行：消息在这里断了。
            # Half a line at the end: here the message breaks off.
            break
        if line is None:
            break
        number += 1
        received += len(line) + 1
        if wrong is None and line + b"\n" != numbered(number):
            wrong = number, printable(line.decode("utf-8", "replace"))
    received += len(lines.held)
    say(f"收到 {received} 字节 received {received} bytes")
    if wrong:
        # 一串点写成一个省略号，看得出是几行粘在一起。
        # A run of dots becomes one ellipsis, so that lines glued together show.
        shown = "…".join(filter(None, wrong[1].split(".")))[:80]
        return complain(f"第 {wrong[0]} 行不对 line {wrong[0]} is wrong: {shown}")
    if received != BYTES:
        return complain(f"消息不完整，丢掉 not whole, thrown away: {text(peer)}")
    say("消息完整 the message is whole")
    return 0
