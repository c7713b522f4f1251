//! 消息到哪里结束：三种约定，还有一种错的。只读字节，不认识套接字，所以不用网络就能测试。
//! Where a message ends: three agreements, and a wrong one. These read bytes and know no sockets, so
//! they can be tested without a network.
use std::io::{BufRead, Read};

use anyhow::{Result, bail, ensure};

/// 一条消息最多这么多字节：对方能让我们存，所以要有上限。
/// The most bytes of one message: the peer can make us store, so there is a bound.
pub(crate) const LIMIT: usize = 64 * 1024;

/// 消息怎样结束。
/// How a message ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Recv,
    Line,
    Length,
    End,
}

/// 下一条消息；`None`：对方说完了，后面没有了。
/// The next message; `None`: the peer is done, and nothing follows.
pub(crate) type Next = Option<Vec<u8>>;

// ANCHOR: one_recv
/// 错的：把一次 read 当成一条消息。
/// Wrong: takes one read for one message.
pub(crate) fn one_recv(stream: &mut impl Read) -> Result<Next> {
    let mut buffer = [0; 1024];
    // 接收缓冲区里有多少就拿多少，最多 1024。是半条还是三条，内核不知道：它只有字节。
    // Takes what the receive buffer has, 1024 at most. Half a message or three, the kernel cannot
    // know: it has bytes only.
    let n = stream.read(&mut buffer)?;
    if n == 0 {
        return Ok(None);
    }
    Ok(Some(buffer[..n].to_vec()))
}
// ANCHOR_END: one_recv

// ANCHOR: by_line
/// 按行：到 LF 为止是一条。
/// By line: up to LF is one message.
pub(crate) fn by_line(reader: &mut impl BufRead) -> Result<Next> {
    let mut line = Vec::new();
    // 一次次 read，直到有 LF；LF 后面的字节留在 reader 里，是下一条的。LF 一直不来也要停：
    // 最多读 64 KiB 和一个行尾（CR、LF）。
    // Reads again and again until there is an LF; the bytes after it stay in the reader, for the next
    // message. If none comes, stop all the same: after 64 KiB and a line end (CR, LF).
    reader.take(LIMIT as u64 + 2).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    let text = line.strip_suffix(b"\n").unwrap_or(&line);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    ensure!(text.len() <= LIMIT, "一行超过 64 KiB line over 64 KiB");
    // 结束了，却没有 LF：这一行断了。断掉的不当成一条。
    // It ended without an LF: this line is cut off. A part does not count as a message.
    if !line.ends_with(b"\n") {
        return cut(line.len());
    }
    Ok(Some(text.to_vec()))
}
// ANCHOR_END: by_line

// ANCHOR: by_length
/// 按长度：前 4 个字节是长度，大端序；后面那么多字节是一条。
/// By length: the first 4 bytes are the length, big-endian; that many bytes after them are one message.
pub(crate) fn by_length(reader: &mut impl Read) -> Result<Next> {
    let first = exactly(4, reader)?;
    if first.is_empty() {
        return Ok(None);
    }
    let Ok(four) = first.as_slice().try_into() else {
        return cut(first.len());
    };
    // 长度是对方写的。先和上限比，再读：FF FF FF FF 不该换来 4 GiB 内存。
    // The peer wrote this length. Compare it first, then read: FF FF FF FF must not buy 4 GiB.
    let length = u32::from_be_bytes(four) as usize;
    ensure!(
        length <= LIMIT,
        "长度超过 64 KiB length over 64 KiB: {length}"
    );
    let body = exactly(length, reader)?;
    if body.len() < length {
        return cut(4 + body.len());
    }
    Ok(Some(body))
}

/// 读满 n 个字节，要几次 read 都行；对方先结束了，才会不够。
/// All n bytes, in as many reads as it takes; fewer only if the peer ends first.
fn exactly(n: usize, reader: &mut impl Read) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(n as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}
// ANCHOR_END: by_length

// ANCHOR: by_end
/// 按结束：到输入结束为止是一条，所以一条连接只能送一条。
/// By end: up to the end of input is one message, so one connection carries one only.
pub(crate) fn by_end(reader: &mut impl Read) -> Result<Next> {
    // read 得 0：对方的 FIN 到了。它是真的说完了，还是程序崩溃、内核替它关的？看不出来。
    // A read gives 0: the peer's FIN is here. Had it finished, or did it crash, and its kernel closed
    // for it? There is no telling.
    let bytes = exactly(LIMIT + 1, reader)?;
    ensure!(bytes.len() <= LIMIT, "消息超过 64 KiB message over 64 KiB");
    Ok(Some(bytes))
}
// ANCHOR_END: by_end

fn cut(bytes: usize) -> Result<Next> {
    bail!("断在一条消息中间，已收到 {bytes} 字节 cut off inside a message, after {bytes} bytes")
}

// ANCHOR: framed
/// 装好一条消息：发送的一方也要守约定，装不了的就不装。
/// Frames a message: the sender has to keep the agreement too, and refuses what does not fit into it.
pub(crate) fn framed(by: By, message: &[u8]) -> Result<Vec<u8>> {
    ensure!(
        message.len() <= LIMIT,
        "消息超过 64 KiB message over 64 KiB"
    );
    let mut frame = Vec::new();
    if by == By::Length {
        frame.extend((message.len() as u32).to_be_bytes());
    }
    frame.extend(message);
    if by == By::Line {
        // 内容里的 LF 会被当成结尾：一条变两条。末尾的 CR 会被当成行尾的一半。
        // An LF inside would pass for the end: one message would become two. A CR at the end would
        // pass for a part of the line end.
        let is_line = !message.contains(&b'\n') && !message.ends_with(b"\r");
        ensure!(
            is_line,
            "消息里有换行，按行送不了 a line end inside the message: by line it cannot be sent"
        );
        frame.push(b'\n');
    }
    Ok(frame)
}
// ANCHOR_END: framed
