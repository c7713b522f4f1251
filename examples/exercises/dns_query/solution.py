"""练习 dns_query 的一种解法：dns_query NAME ADDR。
A solution of the exercise dns_query: dns_query NAME ADDR.
"""
import secrets
import socket
import struct
import sys
import time

# 数据报会丢，问丢了、答丢了看起来一样：等一会儿，再问一次，一共两次。
# Datagrams get lost, and a lost question looks like a lost answer: wait, then ask once more.
PATIENCE = 0.6
TRIES = 2
A, CNAME, TC = 1, 5, 0x0200


class Wrong(Exception):
    """没有可用的回答：为什么。
    There is no usable answer: why.
    """


def main():
    name, server = sys.argv[1:]
    try:
        addresses = ask(name, server)
    except (OSError, Wrong) as error:
        # sys.exit 把这句话写到标准错误，状态是 1。标准输出只有答案。
        # sys.exit writes this to standard error, with status 1. Standard output has answers only.
        sys.exit(f"{name}: {error}")
    for address in addresses:
        print(address)


def ask(name, server):
    host, port = server.rsplit(":", 1)
    asked = question(name)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        # UDP 的 connect 什么也不发：内核从此只收这一个地址来的数据报。
        # connect sends nothing in UDP: from now on the kernel takes datagrams of this address only.
        udp.connect((host, int(port)))
        for _ in range(TRIES):
            # 两次发同样的字节、同一个编号：迟到的回答也还算数。
            # The same bytes and the same id both times: a late answer still counts.
            udp.send(asked)
            answer = wait(udp, asked)
            if answer is not None:
                return read(answer)
    raise Wrong("没有回答 no answer")


def question(name):
    # 编号要猜不到：冒充回答的人不知道它。
    # Nobody must guess the id: a forger does not know it.
    # 标志 0100：请替我问到底；1 个问题，别的部分都没有。
    # Flags 0100: please find it out for me; 1 question, and nothing in the other sections.
    header = struct.pack("!6H", secrets.randbelow(65536), 0x0100, 1, 0, 0, 0)
    labels = b""
    # 末尾的点代表根，写不写都一样。
    # A dot at the end stands for the root, and makes no difference.
    for label in name.removesuffix(".").split("."):
        label = label.encode()
        # 长度只有 6 位，高两位是 11 的是指针。
        # A length has 6 bits only; with 11 as its two high bits it would be a pointer.
        if not 0 < len(label) < 64:
            raise Wrong("不是域名 not a name")
        labels += bytes([len(label)]) + label
    # 0 结束名字，然后是类型 A、类 IN。
    # A 0 ends the name; then type A and class IN.
    return header + labels + b"\0" + struct.pack("!HH", A, 1)


def wait(udp, asked):
    """等到回答这一问的数据报；时间到了是 None。
    Waits for the datagram that answers this question; None when the time is over.
    """
    # 期限是一个时刻：不相干的数据报不能让我们一直等下去。
    # The deadline is a moment: stray datagrams cannot make us wait for ever.
    end = time.monotonic() + PATIENCE
    while (left := end - time.monotonic()) > 0:
        udp.settimeout(left)
        try:
            datagram = udp.recv(4096)
        except TimeoutError:
            break
        # 不是给这一问的：当没有来，时间照样在走。
        # Not for this question: as if it had not come, and time goes on.
        if answers(datagram, asked):
            return datagram
    return None


def answers(datagram, asked):
    # 编号是我们的，是回答（最高位），里面有一个问题，就是我们问的；名字不分大小写。
    # Our id, an answer (highest bit), one question in it, and it is ours; case makes no difference.
    return (
        len(datagram) >= len(asked)
        and datagram[:2] == asked[:2]
        and datagram[2] & 0x80 != 0
        and datagram[4:6] == b"\0\1"
        and datagram[12 : len(asked)].lower() == asked[12:].lower()
    )


def read(answer):
    flags = number(answer, 2)
    # 最后 4 位是错误码；TC 是装不下，只来了一部分。都不能当作答案。
    # The last 4 bits are a code; TC says that it did not fit, and a part has come. Neither is an
    # answer.
    if flags & 15:
        raise Wrong(f"错误码 error code {flags & 15}")
    if flags & TC:
        raise Wrong("回答不完整 the answer is truncated")
    found = follow(answer, records(answer))
    if not found:
        raise Wrong("没有地址 no address")
    return found


def records(answer):
    # 问题里的名字后面还有类型和类，4 个字节；记录从那里开始。
    # Behind the name in the question are type and class, 4 bytes; records begin there.
    _, at = name_at(answer, 12)
    at += 4
    found = []
    # 条数是对方说的：字节用完，take 就会出错。
    # The count is what the peer says: where no bytes are left, take raises an error.
    for _ in range(number(answer, 6)):
        # 名字后面 10 个字节的位置是固定的：类型、类、TTL、数据长度。
        # Behind the name, 10 bytes have their fixed place: type, class, TTL, length of the data.
        name, at = name_at(answer, at)
        kind, _, _, length = struct.unpack("!HHIH", take(answer, at, 10))
        at += 10
        # 不认识的类型也没关系：长度字段让我们跳过去。
        # An unknown type does not matter: its length lets us skip it.
        data = take(answer, at, length)
        if kind == A and length != 4:
            raise Wrong("回答坏了 the answer is broken")
        # 别名的数据是名字，里面可能有指针，要整个报文才读得懂。
        # The data of an alias is a name, which may have pointers and needs the whole message.
        found.append((name, kind, name_at(answer, at)[0] if kind == CNAME else data))
        at += length
    return found


def follow(answer, found):
    # 从问的名字出发，顺着别名走到地址。别名可以转圈：最多走 8 步。
    # From the name that was asked, along aliases, to the addresses. Aliases may go in circles:
    # follow 8 of them at most.
    wanted, _ = name_at(answer, 12)
    for _ in range(9):
        # 没有人问过的名字，它的地址不算。
        # Addresses of a name that nobody asked for do not count.
        ours = [(kind, data) for name, kind, data in found if name == wanted]
        addresses = [socket.inet_ntoa(data) for kind, data in ours if kind == A]
        aliases = [data for kind, data in ours if kind == CNAME]
        if addresses or not aliases:
            return addresses
        wanted = aliases[0]
    return []


def name_at(message, at):
    """`at` 处的名字（一串小写的标签），和它后面的位置。
    The name at `at` (labels in small letters), and the place after it.
    """
    labels, size, after, start = [], 1, None, at
    while True:
        length = take(message, at, 1)[0]
        if length >= 192:
            # 指针：余下的标签在更前面。每跳一次都必须往前，就不会转圈。
            # A pointer: the other labels are further to the front. Always going back, no circle.
            target = number(message, at) & 0x3FFF
            # 跟着指针走过的，回到第一个指针后面。
            # After pointers, go on behind the first of them.
            after = after or at + 2
            if target >= start:
                raise Wrong("指针转圈 pointers in a circle")
            start = at = target
        elif length == 0:
            return labels, after or at + 1
        else:
            # 高两位是 01 或 10：没有这样的长度。名字最长 255 个字节，算上结尾的 0。
            # High bits 01 or 10: there is no such length. A name has at most 255 bytes, the 0 at
            # its end included.
            size += 1 + length
            if length > 63 or size > 255:
                raise Wrong("名字太长 the name is too long")
            labels.append(take(message, at + 1, length).lower())
            at += 1 + length


def number(message, at):
    # 两个字节，高位在前。
    # Two bytes, and the high byte comes first.
    return int.from_bytes(take(message, at, 2), "big")


def take(message, at, length):
    # 切片短了也不报错：自己比一比。所有的字节都从这里拿。
    # A slice may be short and raise nothing, so compare. All bytes are taken here.
    data = message[at : at + length]
    if len(data) < length:
        raise Wrong("回答断了 the answer is cut")
    return data


main()
