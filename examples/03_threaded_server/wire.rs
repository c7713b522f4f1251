//! 一条连接上的两个方向：怎样读出一行，怎样把队列里的行写出去。
//! The two directions of a connection: how a line is read, and how queued lines are written.
use std::io::{self, BufRead, ErrorKind, Read, Write};
use std::iter;
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;

use common::printable;

use crate::room::Room;
use crate::{DEADLINE, GRACE, QUEUE};

// ANCHOR: read_line
pub(crate) fn read_line(
    reader: &mut impl BufRead,
    max: usize,
    crlf: &AtomicBool,
) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    // 读到 LF 为止，不管它分几次来；CR 和 LF 不算在 4096 里。
    // Read up to LF, in however many pieces it comes; CR and LF do not count in the 4096.
    reader.take(max as u64 + 2).read_until(b'\n', &mut line)?;
    let whole = line.strip_suffix(b"\n");
    if whole.is_some() {
        crlf.store(line.ends_with(b"\r\n"), Ordering::Relaxed);
    }
    match whole.map(|line| line.strip_suffix(b"\r").unwrap_or(line)) {
        // 不是 UTF-8 的、会摆布终端的字节，都换成 U+FFFD：它们要上别人的屏幕。
        // What is not UTF-8, or would drive a terminal, becomes U+FFFD: others' screens show it.
        Some(text) if text.len() <= max => Ok(Some(printable(&String::from_utf8_lossy(text)))),
        // 没等到 LF 就结束：半句话不算，也许后面还有。
        // It ended before LF: half a sentence does not count, there may have been more.
        None if line.len() < max + 2 => Ok(None),
        _ => Err(ErrorKind::InvalidData.into()),
    }
}
// ANCHOR_END: read_line

// ANCHOR: writer
pub(crate) fn write_lines(
    room: &Room,
    mut stream: &TcpStream,
    lines: Receiver<Arc<str>>,
    crlf: &AtomicBool,
    gone: Receiver<()>,
) {
    // 立刻发走，不等上一次 write 的 ACK。
    // Sent at once, without waiting for the ACK of the last write.
    let _ = stream.set_nodelay(true);
    let _ = stream.set_write_timeout(Some(DEADLINE));
    while let Ok(first) = lines.recv() {
        // telnet 发来 CRLF，也要靠 CR 才回到行首；nc 只用 LF。对方用什么，就回什么。
        // telnet sends CRLF and needs the CR to go back to column 1; nc uses LF. Answer in kind.
        let end = if crlf.load(Ordering::Relaxed) {
            "\r\n"
        } else {
            "\n"
        };
        // 醒来一次，把排着的行一起写走：落后的人这样才跟得上。
        // Once awake, write all that waits in one go: this is how a writer that is behind catches up.
        let mut text = String::new();
        for line in iter::once(first).chain(lines.try_iter().take(QUEUE)) {
            text += &line;
            text += end;
        }
        // 分块写：房间关了以后，读得慢的人最多再拖 5 秒，不能一点一点地读个没完。
        // In blocks: once the room is closed, a slow reader gets 5 s more, and cannot go on for ever
        // by reading a little at a time.
        for block in text.as_bytes().chunks(4096) {
            let late = room.closed_for().is_some_and(|time| time > DEADLINE);
            if late || stream.write_all(block).is_err() {
                let _ = stream.shutdown(Shutdown::Both);
                return;
            }
        }
    }
    // 房间放了手，队列也空了：发 FIN，等对方也关，最多 2 秒。
    // The room has let go and the queue is empty: send FIN, and wait 2 s for the peer's.
    let _ = stream.shutdown(Shutdown::Write);
    let _ = gone.recv_timeout(GRACE);
    let _ = stream.shutdown(Shutdown::Both);
}
// ANCHOR_END: writer
