//! WebSocket: after a handshake in HTTP, frames. Each has a header of 2 to 14 bytes and a payload,
//! which a client masks.

use std::ops::Range;

use crate::bits::{Header, hex_of, kinds, nothing, octets, say, short, text};
use crate::names::sentence;
use crate::{Layer, data};
use bilingual::Text;

kinds! {
FIN "websocket.fin" "FIN 最后一片" "FIN"
    "1：消息到这一帧为止。0：后面还有片，操作码是 0。" "1: the message ends with this frame. 0: more pieces follow, with the opcode 0." "RFC 6455 §5.2, §5.4"
RESERVED "websocket.rsv" "RSV1–RSV3 保留位" "RSV1 to RSV3"
    "留给扩展，没有商量好扩展就是 0。" "For extensions; 0 unless one was agreed to." "RFC 6455 §5.2"
OPCODE "websocket.opcode" "操作码" "opcode"
    "这一帧是什么：0 接着上一片，1 文字，2 二进制；8 以上是控制帧。" "What the frame is: 0 goes on with a message, 1 is text, 2 binary; from 8 on it is a control frame." "RFC 6455 §5.2"
MASK "websocket.mask" "掩码位" "MASK"
    "1：载荷有掩码，后面有密钥。客户端发的必须是 1，服务器发的必须是 0。" "1: the payload is masked, and a key follows. A client must send 1, a server 0." "RFC 6455 §5.1"
LENGTH "websocket.length" "载荷长度" "payload length"
    "载荷有几个字节，到 125 为止；126 表示长度在后面 16 位里，127 表示在后面 64 位里。" "How many bytes the payload has, up to 125; 126 says that the next 16 bits have the length, 127 the next 64." "RFC 6455 §5.2"
EXTENDED "websocket.length.extended" "扩展的长度" "extended payload length"
    "7 位写不下的长度，高字节在前。" "A length that 7 bits cannot hold, the high byte first." "RFC 6455 §5.2"
KEY "websocket.key" "掩码密钥" "masking key"
    "每一帧一个新的随机数。载荷的第 i 个字节和密钥的第 i 除以 4 的余数个字节异或。" "A new random number for each frame. Byte i of the payload is XORed with byte i modulo 4 of the key." "RFC 6455 §5.3"
MASKED "websocket.masked" "有掩码的载荷" "masked payload"
    "和密钥再异或一次，就是原来的载荷。" "XORed with the key once more, it is the content." "RFC 6455 §5.3"
PAYLOAD "websocket.payload" "载荷" "payload"
    "文字是 UTF-8。控制帧的载荷最多 125 字节。" "Text is UTF-8. A control frame has at most 125 bytes of it." "RFC 6455 §5.5, §5.6"
CODE "websocket.code" "关闭的代码" "status code"
    "为什么关：1000 说完了，1001 要走，1002 不合协议，1007 不是 UTF-8，1009 太长。" "Why it closes: 1000 done, 1001 going away, 1002 protocol error, 1007 not UTF-8, 1009 too big." "RFC 6455 §7.4.1"
}

/// Number of steps (a byte of a header, a length, a key, a payload) in one segment; the rest is one piece.
const STEPS_MAX: usize = 200;

const CLOSE: u8 = 0x8;

/// Where a stream of frames stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct State {
    at: At,
    opcode: u8,
    /// The opcode of the message that is being sent.
    message: u8,
    masked: bool,
    /// The length so far, and then the number of bytes of the payload that are still to come.
    left: u64,
    key: [u8; 4],
    /// Number of bytes of the payload that have come.
    came: u64,
}

impl State {
    /// Whether the next byte begins a frame.
    pub(crate) fn is_between_frames(self) -> bool {
        self.at == At::First
    }
}

/// What comes next.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum At {
    #[default]
    First,
    Second,
    /// This many bytes of a length are left.
    Length(u8),
    /// This many bytes of a key are left.
    Key(u8),
    Payload,
}

/// The frames in these bytes, as one layer; the label and the words of the first that begins here.
pub(crate) fn frames(
    frame: &[u8],
    bytes: Range<usize>,
    state: &mut State,
    from: &Text,
) -> (Layer, Option<(String, Text)>) {
    let mut header = Header::new(frame, bytes);
    let mut told = Told::default();
    for _ in 0..STEPS_MAX {
        if header.left() == 0 {
            break;
        }
        match state.at {
            At::First => first(&mut header, state, &mut told),
            At::Second => second(&mut header, state),
            At::Length(left) => length(&mut header, state, left),
            At::Key(left) => key(&mut header, state, left),
            At::Payload => payload(&mut header, state, &mut told),
        }
    }
    (header.finish(7, "WebSocket"), told.words(from))
}

fn first(header: &mut Header, state: &mut State, told: &mut Told) {
    let fin = header.peek(1) == 1;
    let meaning = match fin {
        true => say("消息到此为止", "the message ends here"),
        false => say("后面还有片", "more pieces follow"),
    };
    header.put(&FIN, 1, u8::from(fin).to_string(), meaning);
    let reserved = header.peek(3);
    header.put(&RESERVED, 3, format!("{reserved:03b}"), nothing());
    let opcode = u8::try_from(header.peek(4)).unwrap_or_default();
    let (zh, en) = name(opcode);
    header.put(&OPCODE, 4, format!("0x{opcode:x}"), say(zh, en));
    if matches!(opcode, 1 | 2) {
        state.message = opcode;
    }
    let message = state.message;
    *state = State {
        at: At::Second,
        opcode,
        message,
        ..State::default()
    };
    told.begin(opcode);
}

fn second(header: &mut Header, state: &mut State) {
    state.masked = header.peek(1) == 1;
    let meaning = match state.masked {
        true => say("有掩码：客户端发的", "masked: a client sends it"),
        false => say("没有掩码：服务器发的", "not masked: a server sends it"),
    };
    header.put(&MASK, 1, u8::from(state.masked).to_string(), meaning);
    let length = header.peek(7);
    let meaning = match length {
        126 => say("长度在后面 16 位", "the next 16 bits have the length"),
        127 => say("长度在后面 64 位", "the next 64 bits have the length"),
        _ => octets(length),
    };
    header.put(&LENGTH, 7, length.to_string(), meaning);
    match length {
        126 => state.at = At::Length(2),
        127 => state.at = At::Length(8),
        _ => {
            state.left = length;
            after_length(state);
        }
    }
}

fn length(header: &mut Header, state: &mut State, left: u8) {
    let count = usize::from(left).min(header.left() / 8);
    for byte in header.bytes(count) {
        state.left = state.left << 8 | u64::from(*byte);
    }
    let left = left - u8::try_from(count).unwrap_or(left);
    let (value, meaning) = match left {
        0 => (state.left.to_string(), octets(state.left)),
        _ => (hex_of(header.bytes(count)), to_be_continued()),
    };
    header.put(&EXTENDED, count * 8, value, meaning);
    match left {
        0 => after_length(state),
        left => state.at = At::Length(left),
    }
}

fn to_be_continued() -> Text {
    say("下一段里还有", "the next segment has more of it")
}

fn after_length(state: &mut State) {
    state.at = match (state.masked, state.left) {
        (true, _) => At::Key(4),
        (false, 0) => At::First,
        (false, _) => At::Payload,
    };
}

fn key(header: &mut Header, state: &mut State, left: u8) {
    let count = usize::from(left).min(header.left() / 8);
    for (at, byte) in (4 - usize::from(left)..).zip(header.bytes(count)) {
        state.key[at] = *byte;
    }
    let left = left - u8::try_from(count).unwrap_or(left);
    let meaning = match left {
        0 => nothing(),
        _ => to_be_continued(),
    };
    header.octets(&KEY, count, meaning);
    state.at = match (left, state.left) {
        (0, 0) => At::First,
        (0, _) => At::Payload,
        (left, _) => At::Key(left),
    };
}

fn payload(header: &mut Header, state: &mut State, told: &mut Told) {
    let left = usize::try_from(state.left).unwrap_or(usize::MAX);
    let mut count = left.min(header.left() / 8);
    // The two bytes of a code are a field of their own.
    let code = state.opcode == CLOSE && state.came == 0 && count >= 2;
    if code {
        count = 2;
    }
    let mut content = header.bytes(count).to_vec();
    if state.masked {
        for (at, byte) in (state.came..).zip(&mut content) {
            *byte ^= state.key[usize::try_from(at % 4).unwrap_or_default()];
        }
    }
    let written = match (code, &content[..]) {
        (true, [high, low]) => u16::from_be_bytes([*high, *low]).to_string(),
        _ if is_binary(state) => hex_of(&content),
        _ => data::written(&String::from_utf8_lossy(&content)),
    };
    match (state.masked, code) {
        (true, _) => {
            let zh = format!("和密钥异或后：{written}");
            let en = format!("XORed with the key: {written}");
            header.octets(if code { &CODE } else { &MASKED }, count, text(zh, en));
        }
        (false, true) => header.put(&CODE, 16, written.clone(), nothing()),
        (false, false) => header.put(&PAYLOAD, count * 8, written.clone(), nothing()),
    }
    told.says(&written);
    state.came += count as u64;
    state.left -= count as u64;
    if state.left == 0 {
        state.at = At::First;
    }
}

fn is_binary(state: &State) -> bool {
    match state.opcode {
        0 => state.message == 2,
        opcode => opcode == 2,
    }
}

fn name(opcode: u8) -> (&'static str, &'static str) {
    match opcode {
        0x0 => ("接着上一片", "continuation"),
        0x1 => ("文字", "text"),
        0x2 => ("二进制", "binary"),
        CLOSE => ("关闭", "close"),
        0x9 => ("ping", "ping"),
        0xa => ("pong", "pong"),
        _ => ("不认识", "unknown"),
    }
}

/// What the first frame that begins here says.
#[derive(Default)]
struct Told {
    opcode: Option<u8>,
    words: String,
    /// Whether a second frame has begun.
    over: bool,
}

impl Told {
    fn begin(&mut self, opcode: u8) {
        self.over = self.opcode.is_some();
        self.opcode.get_or_insert(opcode);
    }

    fn says(&mut self, words: &str) {
        if self.opcode.is_some() && !self.over {
            let space = if self.words.is_empty() { "" } else { " " };
            self.words = format!("{}{space}{words}", self.words);
        }
    }

    fn words(&self, from: &Text) -> Option<(String, Text)> {
        let (zh, en) = name(self.opcode?);
        let words = short(&self.words);
        let (colon_zh, colon) = match words.is_empty() {
            true => ("", ""),
            false => ("：", ": "),
        };
        let said = sentence(
            from,
            &format!("发一帧 WebSocket {zh}{colon_zh}{words}"),
            &format!("sends a WebSocket {en} frame{colon}{words}"),
        );
        Some((short(format!("{en} {words}").trim_end()), said))
    }
}
