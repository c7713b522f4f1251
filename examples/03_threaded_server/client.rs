//! 客户端：一个线程管键盘，一个线程管服务器说的话。
//! The client: one thread for the keyboard, one for what the server says.
use std::io::{self, BufReader};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;

use common::say;

use crate::DEADLINE;
use crate::wire::read_line;

// ANCHOR: client
pub(crate) fn client(address: SocketAddr) -> io::Result<()> {
    let stream = Arc::new(TcpStream::connect_timeout(&address, DEADLINE)?);
    stream.set_write_timeout(Some(DEADLINE))?;
    say(format_args!("已连接 connected to {address}"));
    let ours = Arc::clone(&stream);
    thread::spawn(move || {
        let mut socket: &TcpStream = &ours;
        // 键盘结束就发 FIN：服务器明白我们要走，送完剩下的话再关。
        // End of input sends FIN: the server sees us leave, delivers the rest and closes.
        // 写不出去，连接就没有用了：两个方向都关，停在 read 里的主线程也醒来。
        // If writing fails the connection is of no use: both directions close, and the main thread,
        // waiting in read, wakes up.
        match io::copy(&mut io::stdin(), &mut socket) {
            Ok(_) => ours.shutdown(Shutdown::Write),
            Err(_) => ours.shutdown(Shutdown::Both),
        }
    });
    // 服务器一关，主线程就返回，进程结束，不管键盘线程还在不在等。
    // When the server closes, the main thread returns: the process ends, keyboard or not.
    let mut reader = BufReader::new(stream.as_ref());
    let crlf = AtomicBool::new(false);
    while let Some(line) = read_line(&mut reader, 1 << 16, &crlf)? {
        say(line);
    }
    say("聊天结束 the chat is over");
    Ok(())
}
// ANCHOR_END: client
