//! 屏幕：写了就送出。
//! The screen: what is written goes out at once.
use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::process;

/// 打印并立刻送出，不等换行。管道另一头（如 `head`）已关闭时安静结束。
/// Prints at once, line end or not. Ends quietly if the far end of our pipe (say `head`) has gone.
pub fn show(text: impl Display) {
    let mut out = io::stdout().lock();
    if let Err(error) = write!(out, "{text}").and_then(|()| out.flush()) {
        process::exit(i32::from(error.kind() != ErrorKind::BrokenPipe));
    }
}
pub fn say(line: impl Display) {
    show(format_args!("{line}\n"));
}
