"""The rows of "Bytes and text"."""

import codecs
import struct

from support import raises


def row_16_bit_number_network_byte_order():
    n = 9999
    assert n.to_bytes(2, "big") == b"\x27\x0f"
    assert struct.pack("!H", n) == b"\x27\x0f"


def row_network_byte_order_16_bit_number():
    two = b"\x27\x0f"
    assert int.from_bytes(two, "big") == 9999


def row_number_too_large_for_16_bits():
    n = 70000
    raises(OverflowError, n.to_bytes, 2, "big")
    raises(struct.error, struct.pack, "!H", n)


def row_text_utf_8():
    text = "你好"
    assert text.encode() == b"\xe4\xbd\xa0\xe5\xa5\xbd"


def row_utf_8_text():
    data = b"\xe4\xbd\xa0\xe5\xa5\xbd"
    assert data.decode() == "你好"
    raises(UnicodeDecodeError, data[:-1].decode)


def row_for_bad_bytes():
    data = b"a\xffb"
    assert data.decode("utf-8", "replace") == "a\ufffdb"


def row_bytes_that_come_in_pieces():
    decoder = codecs.getincrementaldecoder("utf-8")()
    data = "你好".encode()
    assert [decoder.decode(data[i : i + 2]) for i in (0, 2, 4)] == ["", "你", "好"]
    raises(UnicodeDecodeError, decoder.decode, data[:1], True)


def row_length():
    text = "你好"
    assert len(text) == 2


def row_fixed_bytes():
    assert list(b"GET") == [0x47, 0x45, 0x54]
