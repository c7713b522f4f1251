//! 16 MB 的消息：对方不读，写就到期。到期以前，内核已经收下了一部分。
//! A message of 16 MB: the peer does not read, and writing times out. By then the kernel has taken
//! a part.
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream};

use anyhow::{Result, bail};
use common::{explain, printable, say};

use crate::{Lines, ONE_WAIT, Patience, SERVER_WAITS, WHOLE};

/// 编了号的行，每行 1000 字节：少了、多了、错了位置，都看得出来。
/// Numbered lines of 1000 bytes: what is missing, is there twice or is out of place, shows.
const LINES: usize = 16_000;
const BYTES: usize = LINES * 1000;

fn line(number: usize) -> String {
    format!("{number:07}{}\n", ".".repeat(992))
}

// ANCHOR: send
pub(super) fn send(address: SocketAddr, retry: bool) -> Result<()> {
    let mut patience = Patience::new(ONE_WAIT, Some(WHOLE));
    let stream = patience
        .connect(address)
        .map_err(|error| explain(error, address))?;
    say(format_args!("已连接 connected to {address}"));
    let (taken, end) = write_message(&stream, &mut patience);
    let Err(error) = end else {
        say(format_args!("写完了 all written: {BYTES} 字节 bytes"));
        return Ok(());
    };
    let place = format!("{address}，内核收下了 {taken} 字节 the kernel took {taken} bytes");
    if !retry {
        // 返回，`stream` 关闭：内核收下的照样送出去，然后是 FIN。对方看得出消息不完整。
        // We return and `stream` closes: what the kernel took is still sent, and then FIN. The peer
        // can tell that the message is not whole.
        return Err(explain(error, place));
    }
    // 错的：收下的那一半撤不回来，这里又从第一行写起，接在它后面。
    // Wrong: the part that was taken cannot be called back, and here the first line follows it.
    say(format_args!("等得太久 waited too long: {place}"));
    say("同一条连接，从头再写 once more from the start, on the same connection");
    let mut patience = Patience::new(ONE_WAIT, Some(WHOLE));
    let (taken, end) = write_message(&stream, &mut patience);
    end.map_err(|error| explain(error, address))?;
    say(format_args!("写完了 all written: {taken} 字节 bytes"));
    Ok(())
}

/// 写到完，或者到出错：还有内核一共收下了多少。标准库的 write_all 出错时不说这个数。
/// Writes to the end, or to an error: and how much the kernel took altogether. write_all of the
/// standard library does not say so when it fails.
fn write_message(stream: &TcpStream, patience: &mut Patience) -> (usize, io::Result<()>) {
    let mut taken = 0;
    for first in (1..=LINES).step_by(64) {
        // 做一块，送一块：手里只有 64 KB。
        // A block is made, a block is sent: we hold 64 KB.
        let block: String = (first..first + 64).map(line).collect();
        let mut rest = block.as_bytes();
        while !rest.is_empty() {
            match patience.write(stream, rest) {
                Ok(count) => (taken, rest) = (taken + count, &rest[count..]),
                Err(error) => return (taken, Err(error)),
            }
        }
    }
    (taken, Ok(()))
}
// ANCHOR_END: send

/// 接受，不读；按了回车才读，一直读到对方说完。
/// Accepts and does not read; reads after Enter, until the peer is done.
pub(super) fn receive(stream: &TcpStream, peer: SocketAddr) -> Result<()> {
    say("已接受，不读，按回车才读 accepted, not reading before Enter");
    let mut keyboard = String::new();
    io::stdin().read_line(&mut keyboard)?;
    let mut patience = Patience::new(SERVER_WAITS, Some(SERVER_WAITS));
    let (mut lines, mut number, mut bytes) = (Lines::default(), 0, 0);
    let mut wrong = None;
    // 看到错也读完：没读完就关闭，对方得到的是 RST（RFC 9293 §3.6.1）。
    // Read on after a mistake: closing with unread bytes would send RST (RFC 9293 §3.6.1).
    loop {
        match lines.next(stream, &mut patience) {
            Ok(Some(found)) => {
                (number, bytes) = (number + 1, bytes + found.len() + 1);
                if wrong.is_none() && found != line(number).trim_end().as_bytes() {
                    wrong = Some((number, printable(&String::from_utf8_lossy(&found))));
                }
            }
            Ok(None) => break,
            // 最后半行：消息在这里断了。
            // Half a line at the end: here the message breaks off.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(explain(error, peer)),
        }
    }
    bytes += lines.held();
    say(format_args!("收到 {bytes} 字节 received {bytes} bytes"));
    if let Some((number, text)) = wrong {
        // 一串点写成一个省略号，看得出是几行粘在一起。
        // A run of dots becomes one ellipsis, so that lines glued together show.
        let parts: Vec<&str> = text.split('.').filter(|part| !part.is_empty()).collect();
        let text: String = parts.join("…").chars().take(80).collect();
        bail!("第 {number} 行不对 line {number} is wrong: {text}");
    }
    if bytes != BYTES {
        bail!("消息不完整，丢掉 not whole, thrown away: {peer}");
    }
    say("消息完整 the message is whole");
    Ok(())
}
