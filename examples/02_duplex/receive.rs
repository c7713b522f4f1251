//! 收到的字节怎样变成屏幕上的字：断开的字要等齐，没有换行的要替它换行。
//! How received bytes become text on the screen: a cut character must be completed, and a line
//! without its end must be ended.
use std::io::{self, ErrorKind, Read};
use std::net::TcpStream;
use std::{thread, time::Duration};

use colored::Colorize;
use common::{printable, show};

use crate::{Names, News};

// ANCHOR: receive
pub(crate) fn receive(mut stream: &TcpStream, names: Names) -> News {
    let mut buffer = [0; 4096];
    let mut half = Vec::new();
    let mut line_is_open = false;
    let end = loop {
        // 聊天时安静不是错，没有期限。只有屏幕上一行没完，才只等 0.3 秒。
        // Silence is no error in a chat: no deadline. Only an unfinished line waits 0.3 s.
        let patience = Duration::from_millis(300);
        stream.set_read_timeout(if line_is_open { Some(patience) } else { None })?;
        let text = match stream.read(&mut buffer) {
            // 读到 0：对方的 FIN 到了，它说完了。半个字再也等不来另一半。
            // 0 bytes: the peer's FIN is here, and it is done. Half a character stays a half.
            Ok(0) if half.is_empty() => {
                break Ok("对方说完了，按 Ctrl-D 结束 peer is done, Ctrl-D to end");
            }
            Ok(0) => {
                half.clear();
                "\u{FFFD}".to_owned()
            }
            Ok(n) => decode(&mut half, &buffer[..n]),
            // 有的程序不发换行。没有下文，就替屏幕换行；这不是消息的边界。
            // Some programs send no line end. We end the line on the screen: no message boundary.
            Err(error) if is_pause(&error) => "\n".to_owned(),
            Err(error) => break Err(error),
        };
        for piece in printable(&text).split_inclusive('\n') {
            let name = if line_is_open { "" } else { names.theirs };
            show(format_args!("{}{piece}", name.cyan()));
            line_is_open = !piece.ends_with('\n');
        }
    };
    if line_is_open {
        show("\n");
    }
    end
}

/// 期限到了（Unix 叫 WouldBlock，Windows 叫 TimedOut），或者等待被信号打断（signal(7)）。
/// The deadline has passed (WouldBlock on Unix, TimedOut on Windows), or a signal interrupted the
/// wait (signal(7)).
fn is_pause(error: &io::Error) -> bool {
    use ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), WouldBlock | TimedOut | Interrupted)
}
// ANCHOR_END: receive

// ANCHOR: decoder
/// 一次 read 可能断在一个字中间：能显示的交出来，半个字留在 `half` 里等下文。
/// A read can end inside a character: give what is whole, keep the half until the rest comes.
pub(crate) fn decode(half: &mut Vec<u8>, bytes: &[u8]) -> String {
    let mut all = half.clone();
    all.extend_from_slice(bytes);
    *half = all.split_off(all.len() - unfinished(&all));
    String::from_utf8_lossy(&all).into_owned()
}

/// 末尾有几个字节，是还没到齐的一个字：0 到 3 个。
/// The number of bytes at the end that begin a character and do not finish it: 0 to 3.
fn unfinished(bytes: &[u8]) -> usize {
    let Some(last) = bytes.utf8_chunks().last() else {
        return 0;
    };
    match str::from_utf8(last.invalid()) {
        // `None`：字还没完。`Some`：再等也不是 UTF-8，显示成 U+FFFD。
        // `None`: not whole yet. `Some`: it will never be UTF-8, and is shown as U+FFFD.
        Err(error) if error.error_len().is_none() => last.invalid().len(),
        _ => 0,
    }
}
// ANCHOR_END: decoder

/// 对方说完了，没有东西可读，但它还会消失：隔一会儿问内核，连接出错了吗（SO_ERROR）。
/// The peer is done: nothing to read. It can still vanish: ask the kernel now and then (SO_ERROR).
pub(crate) fn watch(stream: &TcpStream) -> io::Error {
    loop {
        match stream.take_error() {
            Ok(None) => thread::sleep(Duration::from_millis(200)),
            Ok(Some(error)) | Err(error) => return error,
        }
    }
}
