//! 在这台机器上等一等，看超时叫什么错误。
//! Waits on this machine, to see what a timeout is called.
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use anyhow::Result;
use common::say;

const MOMENT: Duration = Duration::from_millis(100);
const FULL: usize = 64 * 1024 * 1024;

// ANCHOR: kinds
pub(super) fn show() -> Result<()> {
    // 一条连接的两端都在我们手里：对方不说话，也不读。
    // Both ends of one connection are ours: the peer does not speak, nor does it read.
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let mut stream = TcpStream::connect_timeout(&listener.local_addr()?, 10 * MOMENT)?;
    let (_peer, _) = listener.accept()?;
    stream.set_read_timeout(Some(MOMENT))?;
    tell("读到期 a read times out", stream.read(&mut [0]));
    stream.set_write_timeout(Some(MOMENT))?;
    tell("写到期 a write times out", fill(&mut stream));
    let none_left = stream.set_read_timeout(Some(Duration::ZERO));
    tell("期限设成 0 a timeout of 0", none_left);
    Ok(())
}

/// 写到内核不再收：缓冲区满了。
/// Writes until the kernel takes no more: the buffers are full.
fn fill(stream: &mut TcpStream) -> io::Result<usize> {
    let block = [0; 65536];
    let mut taken = 0;
    while taken < FULL {
        taken += stream.write(&block)?;
    }
    Ok(taken)
}

fn tell<T>(what: &str, result: io::Result<T>) {
    match result {
        Ok(_) => say(format_args!("{what}: 没有出错 no error")),
        Err(error) => match error.raw_os_error() {
            Some(number) => say(format_args!("{what}: {:?} · {number}", error.kind())),
            None => say(format_args!("{what}: {:?}", error.kind())),
        },
    }
}
// ANCHOR_END: kinds
