"""18 的帧：两到十四字节的首部，然后是内容（RFC 6455 §5.2）。这里只看字节，不碰网络。
Frames of 18: a header of 2 to 14 bytes, then the payload (RFC 6455 §5.2). Bytes only, no network.
"""
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xa
NAMES = {CONTINUATION: "续 continuation", TEXT: "文字 text", BINARY: "二进制 binary",
         CLOSE: "close", PING: "ping", PONG: "pong"}
DONE, GOING_AWAY, PROTOCOL, NOT_TEXT, NOT_UTF8, LATE, TOO_BIG, TRY_LATER = (
    1000, 1001, 1002, 1003, 1007, 1008, 1009, 1013)


class Fault(Exception):
    """对方违反了协议：写进 Close 的代码，和原因。
    The peer broke the protocol: the code for the Close frame, and the reason.
    """

    def __init__(self, code, why):
        super().__init__(f"{code}: {why}")
        self.code = code


# ANCHOR: read
def read_frame(data, masked, limit):
    """开头的一帧，和它占的字节数；还不够一帧是 None。
    The first frame and how many bytes it takes; None: not whole yet.
    """
    if len(data) < 2:
        return None
    first, second = data[0], data[1]
    fin, opcode, extended = bool(first & 0x80), first & 0x0f, {126: 2, 127: 8}.get(second & 0x7f, 0)
    # 三个保留位留给扩展；我们没有同意任何扩展，所以只能是 0。
    # The three reserved bits are for extensions; we agreed to none, so they must be 0.
    if first & 0x70:
        raise Fault(PROTOCOL, "保留位不是 0 reserved bits are set")
    if opcode not in NAMES:
        raise Fault(PROTOCOL, "不认识的操作码 unknown opcode")
    # 客户端必须用掩码，服务器不许用（§5.1）。
    # A client must mask, a server must not (§5.1).
    if bool(second & 0x80) != masked:
        raise Fault(PROTOCOL, "没有掩码 not masked" if masked else "不该有掩码 masked")
    # 控制帧要能插在别的帧之间马上处理，所以短，也不分片（§5.5）。
    # A control frame goes between others and is handled at once: short, never in pieces (§5.5).
    if opcode >= CLOSE and (extended or not fin):
        raise Fault(PROTOCOL, "控制帧太长或分片 control frame too long or in pieces")
    start = 2 + extended
    if len(data) < start:
        return None
    length = int.from_bytes(data[2:start], "big") if extended else second & 0x7f
    # 只许用最短的写法；64 位的最高位是 0。
    # The shortest way of writing is the only one; the highest of 64 bits is 0.
    if extended and not (126 if extended == 2 else 1 << 16) <= length < 1 << 63:
        raise Fault(PROTOCOL, "长度的写法不对 length written wrongly")
    # 长度是对方说的：先比上限，再等内容。
    # The length is the peer's claim: compare first, then wait for the payload.
    if length > limit:
        raise Fault(TOO_BIG, "太长 too long")
    header = start + (4 if masked else 0)
    if len(data) < header + length:
        return None
    payload = mask(data[header:header + length], data[start:header])
    return (fin, opcode, payload, header), header + length
# ANCHOR_END: read


# ANCHOR: mask
def mask(payload, key):
    # 按位异或：再做一次就还原。没有密钥就不变。
    # XOR: done twice, it is undone. Without a key nothing changes.
    return bytes(byte ^ key[i % 4] for i, byte in enumerate(payload)) if key else bytes(payload)
# ANCHOR_END: mask


# ANCHOR: write
def write_frame(opcode, payload, key=b""):
    masked, size = 0x80 if key else 0, len(payload)
    if size < 126:
        length = bytes([masked | size])
    elif size < 1 << 16:
        length = bytes([masked | 126]) + size.to_bytes(2, "big")
    else:
        length = bytes([masked | 127]) + size.to_bytes(8, "big")
    # FIN 总是 1：我们写的消息不分片。
    # FIN is always 1: we never write a message in pieces.
    return bytes([0x80 | opcode]) + length + key, mask(payload, key)
# ANCHOR_END: write


def close_code(payload):
    # Close 的内容：没有，或者两个字节的代码和一段 UTF-8 的原因（§5.5.1）。
    # What a Close frame says: nothing, or a code of two bytes and a reason in UTF-8 (§5.5.1).
    if len(payload) == 1:
        raise Fault(PROTOCOL, "半个代码 half a code")
    decode(payload[2:])
    code = int.from_bytes(payload[:2], "big")
    # 1005 和 1006 不许出现在线路上（§7.4.1）；1012 到 1014 是后来登记的（IANA）。
    # 1005 and 1006 must not be on the wire (§7.4.1); 1012 to 1014 were registered later (IANA).
    if payload and not (1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999):
        raise Fault(PROTOCOL, "不许用的代码 a code that must not be used")
    return code if payload else None


def decode(data, final=True):
    # 片可以断在一个字中间：结尾少几个字节不算错；错的字节，后面来什么也救不了。
    # A piece may end inside a character: bytes missing at the end are no mistake. A wrong one is.
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        if final or error.reason != "unexpected end of data":
            raise Fault(NOT_UTF8, "不是 UTF-8 not UTF-8") from None
        return None
