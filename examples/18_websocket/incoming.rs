//! 读的一头：下一帧、下一条文字，等到什么时候为止。
//! The half that reads: the next frame, the next text, and until when to wait.
use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use super::frame::{self, Fault, Opcode};
use super::message::{Event, Pieces};
use super::outgoing::{Outgoing, show};
use super::wire::Wire;
use super::{GRACE, WHOLE};

/// 拖得太久：没有专门的代码，用 1008。
/// Too slow: there is no code for it, so 1008.
const LATE: u16 = 1008;

/// 怎样结束的。
/// How it ended.
#[derive(Debug)]
pub(crate) enum End {
    /// 我们不想说了。
    /// We are done.
    Ours,
    /// 对方说了 Close。
    /// The peer said Close.
    Closed(Option<u16>),
    /// 没有 Close，连接就没了：程序把它叫 1006。
    /// No Close, and the connection is gone: programs call it 1006.
    Gone,
    /// 一直没有动静，问了也不答。
    /// Silent, and no answer to a ping.
    Quiet,
    /// 对方违反了协议。
    /// The peer broke the protocol.
    Failed(Fault),
}

pub(crate) struct Incoming {
    pub(crate) wire: Wire,
    pub(crate) masked: bool,
    pub(crate) limit: usize,
    pub(crate) frames: bool,
    // 读到了，还不够一帧。
    // Read, but not a whole frame yet.
    held: Vec<u8>,
    pieces: Pieces,
    begun: Option<Instant>,
}

impl Incoming {
    pub(crate) fn new(wire: Wire, masked: bool, limit: usize, frames: bool) -> Self {
        Self {
            wire,
            masked,
            limit,
            frames,
            held: Vec::new(),
            pieces: Pieces::default(),
            begun: None,
        }
    }

    // ANCHOR: next
    /// 下一件事；安静了 `patience` 是 `Quiet`。
    /// The next event; `Quiet` after `patience` without one.
    fn next(&mut self, patience: Duration) -> Result<Event, End> {
        loop {
            // 一次 read 可能带来半帧，也可能带来几帧：TCP 不管帧在哪里结束。
            // One read may bring half a frame or several: TCP does not care where a frame ends.
            let read = frame::read(&self.held, self.masked, self.limit).map_err(End::Failed)?;
            if let Some((frame, length)) = read {
                if self.frames {
                    show(
                        "←",
                        &self.held[..frame.header],
                        frame.opcode,
                        &frame.payload,
                    );
                }
                self.held.drain(..length);
                let event = self.pieces.add(frame, self.limit).map_err(End::Failed)?;
                if !self.pieces.are_open() {
                    self.begun = None;
                }
                if let Some(event) = event {
                    return Ok(event);
                }
                continue;
            }
            // 什么都没开始，可以等；开了头，就要在期限内说完：一个字节一个字节地拖，也拖不过去。
            // Nothing begun: waiting is fine. Once begun, it must be whole by a deadline: a byte now
            // and then does not stretch it.
            let begun = !self.held.is_empty() || self.pieces.are_open();
            let mut time = patience;
            if begun {
                let start = *self.begun.get_or_insert_with(Instant::now);
                time = WHOLE.saturating_sub(start.elapsed());
            }
            self.wire.patience(time);
            match self.wire.some(&mut self.held) {
                Ok(true) => {}
                Err(error) if !is_late(&error) => return Err(End::Gone),
                Ok(false) => return Err(End::Gone),
                Err(_) if begun => {
                    let why = "没说完 never finished";
                    return Err(End::Failed(Fault { code: LATE, why }));
                }
                Err(_) => return Err(End::Quiet),
            }
        }
    }
    // ANCHOR_END: next

    // ANCHOR: text
    /// 下一条文字。ping 和 Close 自己回答；安静久了，就问一声。
    /// The next text. Answers ping and Close by itself, and asks when it has been silent for long.
    pub(crate) fn text(&mut self, out: &Outgoing, ping: Duration) -> Result<String, End> {
        let mut asked = false;
        loop {
            let sent = match self.next(ping) {
                Ok(Event::Text(text)) => return Ok(text),
                Ok(Event::Ping(payload)) => out.send(&[(Opcode::Pong, &payload)]),
                Ok(Event::Pong) => Ok(()),
                // 也说 Close，用它的代码：两边都说过了，连接才算关好（§5.5.1）。
                // Say Close too, with its code: when both have said it, the connection is closed (§5.5.1).
                Ok(Event::Close(code)) => {
                    out.close(code);
                    return Err(End::Closed(code));
                }
                // 网页只能说话，不能发 ping；对方死活，由服务器来问。
                // A web page can speak, but it cannot ping: so the server asks who is still alive.
                Err(End::Quiet) if !asked => {
                    asked = true;
                    if out.send(&[(Opcode::Ping, b"")]).is_err() {
                        return Err(End::Gone);
                    }
                    continue;
                }
                Err(End::Failed(fault)) => {
                    out.close(Some(fault.code));
                    return Err(End::Failed(fault));
                }
                Err(end) => return Err(end),
            };
            if sent.is_err() {
                return Err(End::Gone);
            }
            asked = false;
        }
    }
    // ANCHOR_END: text

    /// 我们先说了 Close：再等对方的 Close 一会儿，别的都不听了。
    /// We said Close first: wait a little for the peer's, and hear nothing else.
    pub(crate) fn wait_for_close(&mut self) {
        let end = Instant::now() + GRACE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.next(left) {
                Ok(Event::Close(_)) | Err(_) => return,
                Ok(_) if left.is_zero() => return,
                Ok(_) => {}
            }
        }
    }

    /// TCP 由服务器先关，TIME-WAIT 就留在它那边（§7.1.1）：客户端等它的 FIN，也只等一会儿。
    /// The server closes TCP first and keeps the TIME-WAIT (§7.1.1): a client waits for its FIN, a
    /// little while.
    pub(crate) fn wait_for_fin(&mut self) {
        self.wire.patience(GRACE);
        while self.wire.some(&mut self.held).unwrap_or(false) {
            self.held.clear();
        }
    }
}

fn is_late(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
