//! 帧怎样拼成消息：分片、插在中间的控制帧、UTF-8。这里也不碰网络。
//! How frames become messages: pieces, control frames between them, UTF-8. No network here, either.
use std::str;

use super::frame::{Fault, Frame, NOT_TEXT, NOT_UTF8, Opcode, PROTOCOL, TOO_BIG, fault};

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Text(String),
    Ping(Vec<u8>),
    Pong,
    /// 对方要关，和它说的代码；可以不说。
    /// The peer closes, and its code, if it has one.
    Close(Option<u16>),
}

/// 一条消息到现在为止的片。
/// The pieces of a message so far.
#[derive(Debug, Default)]
pub(crate) struct Pieces(Option<Vec<u8>>);

impl Pieces {
    /// 有没有一条说到一半的消息。
    /// Is a message half told?
    pub(crate) fn are_open(&self) -> bool {
        self.0.is_some()
    }

    // ANCHOR: add
    /// 加上一帧。消息还没完是 `None`。
    /// Adds a frame. `None`: the message goes on.
    pub(crate) fn add(&mut self, frame: Frame, limit: usize) -> Result<Option<Event>, Fault> {
        // 一条消息的片连着来，中间只能插控制帧：所以操作码 0 不用说它接着谁（§5.4）。
        // The pieces of a message come in a row, with nothing but control frames between them: so
        // opcode 0 need not say which message goes on (§5.4).
        let mut message = match (frame.opcode, self.0.take()) {
            (Opcode::Ping | Opcode::Pong | Opcode::Close, open) => {
                self.0 = open;
                return control(frame.opcode, frame.payload).map(Some);
            }
            (Opcode::Binary, _) => return fault(NOT_TEXT, "只收文字 text only"),
            (Opcode::Text, None) => Vec::new(),
            (Opcode::Text, Some(_)) => return fault(PROTOCOL, "上一条没完 message not finished"),
            (Opcode::Continuation, Some(open)) => open,
            (Opcode::Continuation, None) => return fault(PROTOCOL, "没有开头 nothing to go on"),
        };
        // 每一帧都不大，加起来也许很大：上限管的是整条消息。
        // Each frame may be small and their sum large: the bound is for the whole message.
        if message.len() + frame.payload.len() > limit {
            return fault(TOO_BIG, "太长 too long");
        }
        message.extend(frame.payload);
        match str::from_utf8(&message) {
            Ok(text) if frame.fin => return Ok(Some(Event::Text(text.to_owned()))),
            // 片可以断在一个字中间：结尾少几个字节不算错，等下一片；错的字节，后面来什么也救不了。
            // A piece may end inside a character: bytes missing at the end are no mistake yet. A wrong
            // byte is, whatever follows.
            Err(error) if frame.fin || error.error_len().is_some() => {
                return fault(NOT_UTF8, "不是 UTF-8 not UTF-8");
            }
            _ => self.0 = Some(message),
        }
        Ok(None)
    }
    // ANCHOR_END: add
}

fn control(opcode: Opcode, payload: Vec<u8>) -> Result<Event, Fault> {
    match opcode {
        Opcode::Ping => Ok(Event::Ping(payload)),
        Opcode::Pong => Ok(Event::Pong),
        _ => close(&payload).map(Event::Close),
    }
}

// ANCHOR: close
/// Close 的内容：没有，或者两个字节的代码和一段 UTF-8 的原因（§5.5.1）。
/// What a Close frame says: nothing, or a code of two bytes and a reason in UTF-8 (§5.5.1).
fn close(payload: &[u8]) -> Result<Option<u16>, Fault> {
    let (code, reason) = match payload {
        [] => return Ok(None),
        [_] => return fault(PROTOCOL, "半个代码 half a code"),
        [high, low, reason @ ..] => (u16::from_be_bytes([*high, *low]), reason),
    };
    if str::from_utf8(reason).is_err() {
        return fault(NOT_UTF8, "不是 UTF-8 not UTF-8");
    }
    // 1005 和 1006 是程序自己用的（“没说代码”“没有 Close 就断了”），不许出现在线路上（§7.4.1）；
    // 1012 到 1014 是后来登记的（IANA）。
    // 1005 and 1006 are for programs ("no code", "no Close at all") and must not be on the wire
    // (§7.4.1); 1012 to 1014 were registered later (IANA).
    match code {
        1000..=1003 | 1007..=1014 | 3000..=4999 => Ok(Some(code)),
        _ => fault(PROTOCOL, "不许用的代码 a code that must not be used"),
    }
}
// ANCHOR_END: close
