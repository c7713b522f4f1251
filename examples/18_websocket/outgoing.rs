//! 写的一头：帧写到哪里，什么时候不再写。
//! The half that writes: where frames go, and when there are no more.
use std::io;
use std::sync::{Mutex, PoisonError};

use common::{printable, say};

use super::DEADLINE;
use super::frame::{self, Opcode};
use super::wire::Wire;

pub(crate) struct Outgoing {
    half: Mutex<Half>,
    masked: bool,
    frames: bool,
}

struct Half {
    wire: Wire,
    closed: bool,
}

impl Outgoing {
    /// `masked`：我们是客户端；`frames`：每一帧都写到屏幕上。
    /// `masked`: we are the client; `frames`: show each frame on the screen.
    pub(crate) fn new(wire: Wire, masked: bool, frames: bool) -> Self {
        let closed = false;
        Self {
            half: Mutex::new(Half { wire, closed }),
            masked,
            frames,
        }
    }

    // ANCHOR: send
    pub(crate) fn send(&self, frames: &[(Opcode, &[u8])]) -> io::Result<()> {
        // 聊天的行和对 ping 的回答来自两个线程：锁着写，一帧就不会插进另一帧里。
        // Lines of the chat and answers to pings come from two threads: behind a lock, no frame gets
        // into the middle of another.
        let mut half = self.half.lock().unwrap_or_else(PoisonError::into_inner);
        // 说过 Close，就什么也不能再说（§5.5.1）。
        // After Close there is nothing more to say (§5.5.1).
        if half.closed {
            return Ok(());
        }
        let mut out = Vec::new();
        for (opcode, payload) in frames {
            let start = out.len();
            frame::write(&mut out, *opcode, payload, self.key()?);
            if self.frames {
                show(
                    "→",
                    &out[start..out.len() - payload.len()],
                    *opcode,
                    payload,
                );
            }
            half.closed |= *opcode == Opcode::Close;
        }
        half.wire.patience(DEADLINE);
        half.wire.send(&out)
    }

    /// 客户端的掩码密钥，每一帧一个新的，谁也猜不到：不然网页就能决定线路上出现什么字节（§10.3）。
    /// A client's masking key: new for each frame, and nobody can guess it, or else a web page could
    /// choose the bytes on the wire (§10.3).
    fn key(&self) -> io::Result<Option<[u8; 4]>> {
        let mut key = [0; 4];
        getrandom::fill(&mut key)?;
        Ok(self.masked.then_some(key))
    }
    // ANCHOR_END: send

    /// 几条消息，一次写走：落后的人这样才跟得上。
    /// Several messages in one write: this is how a writer that is behind catches up.
    pub(crate) fn texts(&self, lines: &[impl AsRef<str>]) -> io::Result<()> {
        let frame = |line| (Opcode::Text, str::as_bytes(AsRef::as_ref(line)));
        self.send(&Vec::from_iter(lines.iter().map(frame)))
    }

    /// 说 Close；只说第一次。
    /// Says Close, once.
    pub(crate) fn close(&self, code: Option<u16>) {
        let code = code.map(u16::to_be_bytes);
        let payload = code.as_ref().map_or(&[][..], |code| code);
        let _ = self.send(&[(Opcode::Close, payload)]);
    }
}

pub(crate) fn show(arrow: &str, header: &[u8], opcode: Opcode, payload: &[u8]) {
    let bytes: Vec<String> = header.iter().map(|byte| format!("{byte:02x}")).collect();
    let name = match opcode {
        Opcode::Continuation => "续 continuation",
        Opcode::Text => "文字 text",
        Opcode::Binary => "二进制 binary",
        Opcode::Close => "close",
        Opcode::Ping => "ping",
        Opcode::Pong => "pong",
    };
    let words = match (opcode, payload) {
        (Opcode::Close, [high, low, ..]) => u16::from_be_bytes([*high, *low]).to_string(),
        _ => one_line(&String::from_utf8_lossy(payload)),
    };
    let words = format!("{arrow} [{}] {name} {words}", bytes.join(" "));
    say(words.trim_end());
}

/// 一条消息里可以有换行；上了屏幕只占一行，就冒充不了别人说的下一行。
/// A message may have line ends. On the screen it is one line, so it cannot pose as another
/// guest's next one.
pub(crate) fn one_line(text: &str) -> String {
    printable(text).replace(['\n', '\t'], " ")
}
