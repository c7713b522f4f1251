//! 帧：两到十四字节的首部，然后是内容（RFC 6455 §5.2）。这里只看字节，不碰网络。
//! Frames: a header of 2 to 14 bytes, then the payload (RFC 6455 §5.2). Bytes only, no network.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opcode {
    Continuation = 0x0,
    Text = 0x1,
    Binary = 0x2,
    Close = 0x8,
    Ping = 0x9,
    Pong = 0xa,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) fin: bool,
    pub(crate) opcode: Opcode,
    pub(crate) payload: Vec<u8>,
    /// 首部有几个字节，掩码密钥也算。
    /// How many bytes the header has, the masking key among them.
    pub(crate) header: usize,
}

/// 对方做错了什么：写进 Close 帧的代码，和记下来的原因。
/// What the peer did wrong: the code for the Close frame, and the reason for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: u16,
    pub(crate) why: &'static str,
}

pub(crate) const PROTOCOL: u16 = 1002;
pub(crate) const NOT_TEXT: u16 = 1003;
pub(crate) const NOT_UTF8: u16 = 1007;
pub(crate) const TOO_BIG: u16 = 1009;

pub(crate) fn fault<T>(code: u16, why: &'static str) -> Result<T, Fault> {
    Err(Fault { code, why })
}

// ANCHOR: read
/// 开头的一帧，和它占的字节数；还不够一帧是 `None`。`masked`：对方该不该用掩码。
/// The first frame and how many bytes it takes; `None`: not whole yet. `masked`: must the peer mask?
pub(crate) fn read(
    bytes: &[u8],
    masked: bool,
    limit: usize,
) -> Result<Option<(Frame, usize)>, Fault> {
    let [first, second, rest @ ..] = bytes else {
        return Ok(None);
    };
    // 三个保留位留给扩展；我们没有同意任何扩展，所以只能是 0。
    // The three reserved bits are for extensions; we agreed to none, so they must be 0.
    if first & 0x70 != 0 {
        return fault(PROTOCOL, "保留位不是 0 reserved bits are set");
    }
    let (fin, opcode) = (first & 0x80 != 0, opcode(first & 0x0f)?);
    // 客户端必须用掩码，服务器不许用（§5.1）。
    // A client must mask, a server must not (§5.1).
    if (second & 0x80 != 0) != masked {
        let why = if masked {
            "没有掩码 not masked"
        } else {
            "不该有掩码 masked"
        };
        return fault(PROTOCOL, why);
    }
    // 长度有三种写法：7 位；126 和 16 位；127 和 64 位。高字节在前。
    // A length is written in one of three ways: 7 bits; 126 and 16 bits; 127 and 64 bits. The high
    // byte comes first.
    let extended = match second & 0x7f {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    // 控制帧要能插在别的帧之间马上处理，所以短，也不分片（§5.5）。
    // A control frame goes between others and is handled at once: short, never in pieces (§5.5).
    let control = opcode as u8 >= 0x8;
    if control && (extended > 0 || !fin) {
        return fault(
            PROTOCOL,
            "控制帧太长或分片 control frame too long or in pieces",
        );
    }
    if rest.len() < extended {
        return Ok(None);
    }
    let (long, rest) = rest.split_at(extended);
    let length = long.iter().fold(0, |n, byte| n << 8 | u64::from(*byte));
    let length = match extended {
        0 => u64::from(second & 0x7f),
        2 if length >= 126 => length,
        8 if (1 << 16..1 << 63).contains(&length) => length,
        // 只许用最短的写法：一个长度有几种写法，检查的人和使用的人就可能读出两样。
        // The shortest way is the only one: with several, two readers may read two different things.
        _ => return fault(PROTOCOL, "长度的写法不对 length written wrongly"),
    };
    // 长度是对方说的。先比上限，再等内容：2^62 这样的数，一个字节的内存也换不到。
    // The length is the peer's claim. Compare before waiting for the payload: a number like 2^62
    // does not cost us a byte of memory.
    let Some(length) = usize::try_from(length).ok().filter(|&n| n <= limit) else {
        return fault(TOO_BIG, "太长 too long");
    };
    let key_length = if masked { 4 } else { 0 };
    if rest.len() < key_length + length {
        return Ok(None);
    }
    let (key, rest) = rest.split_at(key_length);
    let mut payload = rest[..length].to_vec();
    mask(&mut payload, key);
    let header = 2 + extended + key_length;
    let frame = Frame {
        fin,
        opcode,
        payload,
        header,
    };
    Ok(Some((frame, header + length)))
}
// ANCHOR_END: read

// ANCHOR: mask
/// 掩码是按位异或：再做一次就还原，所以写和读都用它。没有密钥就不变。
/// Masking is XOR: done twice, it is undone, so writing and reading share it. No key, no change.
fn mask(payload: &mut [u8], key: &[u8]) {
    for (byte, key) in payload.iter_mut().zip(key.iter().cycle()) {
        *byte ^= key;
    }
}
// ANCHOR_END: mask

fn opcode(bits: u8) -> Result<Opcode, Fault> {
    match bits {
        0x0 => Ok(Opcode::Continuation),
        0x1 => Ok(Opcode::Text),
        0x2 => Ok(Opcode::Binary),
        0x8 => Ok(Opcode::Close),
        0x9 => Ok(Opcode::Ping),
        0xa => Ok(Opcode::Pong),
        _ => fault(PROTOCOL, "不认识的操作码 unknown opcode"),
    }
}

// ANCHOR: write
/// 一帧，写在 `out` 后面。我们写的消息不分片，FIN 总是 1。
/// One frame, appended to `out`. We never write a message in pieces: FIN is always 1.
pub(crate) fn write(out: &mut Vec<u8>, opcode: Opcode, payload: &[u8], key: Option<[u8; 4]>) {
    let masked = if key.is_some() { 0x80 } else { 0 };
    out.push(0x80 | opcode as u8);
    match payload.len() {
        n @ 0..=125 => out.push(masked | n as u8),
        n @ 126..=0xffff => {
            out.push(masked | 126);
            out.extend((n as u16).to_be_bytes());
        }
        n => {
            out.push(masked | 127);
            out.extend((n as u64).to_be_bytes());
        }
    }
    let key = key.as_ref().map_or(&[][..], |key| key);
    out.extend(key);
    let start = out.len();
    out.extend(payload);
    mask(&mut out[start..], key);
}
// ANCHOR_END: write
