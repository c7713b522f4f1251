//! 一个方向：等下一件事来，经过旋钮，到了时刻就送出去，在屏幕上写一行。
//! One direction: waits for what comes, lets it pass the knobs, sends it on in time, and writes a
//! line on the screen.
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use colored::Colorize;
use common::{plays_tricks, say};

use crate::chain::Chain;
use crate::piece::{Piece, What};

// 还没送出去的，最多这么多。满了就不再收：来的一边等着，它的内核通知窗口为零，发送方也就停下。
// The most that is kept until it can leave. When full, nothing more is taken: what comes waits in
// the kernel, whose window closes, and the sender stops.
const KEPT_BYTES: usize = 256 * 1024;
const KEPT_PIECES: usize = 4096;

/// 哪条连接的哪个方向，写在每一行前面。
/// Which direction of which connection: it stands at the front of each line.
#[derive(Clone, Copy)]
pub(crate) struct Label {
    pub(crate) number: u64,
    pub(crate) to_server: bool,
}

// ANCHOR: forward
/// 一直送，直到来的一边完了（`coming` 断开），而且都送走了；`deliver` 说不，就停。
/// Passes on until the side where things come from is done (`coming` is closed) and everything has
/// left; or until `deliver` says no.
pub(crate) fn pump(
    coming: &Receiver<(Instant, What)>,
    mut chain: Chain,
    label: Label,
    mut deliver: impl FnMut(&What) -> bool,
) {
    let start = Instant::now();
    let mut leaving = Leaving::default();
    leaving.add(chain.start());
    let mut not_before = Duration::ZERO;
    let mut more_may_come = true;
    loop {
        let now = start.elapsed();
        leaving.add(chain.settle(now));
        let next = leaving.pieces.front().map(|piece| piece.at.max(not_before));
        if next.is_some_and(|next| next <= now) {
            let Some(piece) = leaving.take() else {
                return;
            };
            // 先写屏幕，再送：对方的回答一定写在后面。
            // First the screen, then the peer: its answer comes below.
            show(label, &piece.what);
            if !deliver(&piece.what) {
                return;
            }
            not_before = start.elapsed() + chain.between();
            continue;
        }
        // 下一件要做的事：送走一片，或者放出扣着的。没有，就等到有东西来。
        // What must be done next: a piece leaves, or what is held back goes. If nothing, wait until
        // something comes.
        let due = next.into_iter().chain(chain.due()).min();
        let full = leaving.is_full(chain.held());
        let came = match due {
            None if !more_may_come => return,
            None => coming.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(due) if full || !more_may_come => {
                thread::sleep(due.saturating_sub(now));
                continue;
            }
            Some(due) => coming.recv_timeout(due.saturating_sub(now)),
        };
        match came {
            Ok((at, what)) => {
                let at = at.saturating_duration_since(start);
                leaving.add(chain.put(Piece::new(at, what)));
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => more_may_come = false,
        }
    }
}
// ANCHOR_END: forward

/// 等着离开的，和它们一共多少字节。
/// What waits until it leaves, and how many bytes that is.
#[derive(Default)]
struct Leaving {
    pieces: VecDeque<Piece>,
    bytes: usize,
}

impl Leaving {
    fn add(&mut self, pieces: Vec<Piece>) {
        for piece in pieces {
            self.bytes += piece.what.len();
            self.pieces.push_back(piece);
        }
    }

    fn take(&mut self) -> Option<Piece> {
        let piece = self.pieces.pop_front()?;
        self.bytes -= piece.what.len();
        Some(piece)
    }

    fn is_full(&self, held: usize) -> bool {
        self.bytes + held >= KEPT_BYTES || self.pieces.len() >= KEPT_PIECES
    }
}

fn show(label: Label, what: &What) {
    let way = match label.to_server {
        true => "→ 服务器 server:".green(),
        false => "→ 客户端 client:".cyan(),
    };
    let number = label.number;
    match what {
        What::Bytes(bytes) => {
            let count = bytes.len();
            say(format_args!(
                "{number} {way} {count} 字节 bytes: {}",
                visible(bytes)
            ));
        }
        What::Datagram(which, bytes) => {
            let count = bytes.len();
            let text = visible(bytes);
            say(format_args!(
                "{number} {way} #{which}，{count} 字节 bytes: {text}"
            ));
        }
        What::Lost(which, bytes) => {
            let lost = "丢了 lost".red();
            let text = visible(bytes);
            say(format_args!("{number} {way} #{which} {lost}: {text}"));
        }
        What::End => say(format_args!("{number} {way} FIN")),
        What::Reset => say(format_args!("{number} {way} RST")),
    }
}

/// 字节写成看得见的字：换行写成 `\n`，不成字的字节写成 `\xe4`。最多写 48 个字节。
/// Bytes as visible text: `\n` for a line end, `\xe4` for a byte that is no character. At most 48
/// bytes.
pub(crate) fn visible(bytes: &[u8]) -> String {
    let mut text = String::from("\"");
    for chunk in bytes[..bytes.len().min(48)].utf8_chunks() {
        for c in chunk.valid().chars() {
            if plays_tricks(c) || matches!(c, '\n' | '\t' | '"' | '\\') {
                text.extend(c.escape_default());
            } else {
                text.push(c);
            }
        }
        for byte in chunk.invalid() {
            text += &format!("\\x{byte:02x}");
        }
    }
    text + if bytes.len() > 48 { "\" …" } else { "\"" }
}
