//! 练习 duplex_client 的一种解法。
//! A solution of the exercise duplex_client.
use std::env;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let stream = TcpStream::connect(&address)?;
    // 两个句柄，一条连接：一个线程写，另一个读。
    // Two handles, one connection: one thread writes, the other reads.
    let writer = stream.try_clone()?;
    let keyboard = thread::spawn(move || speak(&writer));
    // 读出错，连接就没了：main 返回，整个程序马上结束，不等还停在键盘那里的线程。
    // A read error means that the connection is gone: main returns, and the program ends at once,
    // with no wait for the thread at the keyboard.
    listen(&stream)?;
    // 对方说完了，我们可能还没有：等键盘那边也结束。
    // The peer is done, and we may not be: wait for the keyboard's side.
    let spoken = keyboard.join();
    spoken.unwrap_or_else(|_| Err(io::Error::other("键盘线程崩溃 the keyboard thread crashed")))
}

fn speak(mut stream: &TcpStream) -> io::Result<()> {
    for line in io::stdin().lines() {
        // 一行一次写：行和 \n 分开写，第二次要等对方确认第一次（Nagle）。
        // One write a line: were its \n apart, it would wait for the ACK of the rest (Nagle).
        stream.write_all(format!("{}\n", line?).as_bytes())?;
    }
    // 只关写的方向：内核发出 FIN，对方 read 返回 0；我们还能读。
    // Closes the writing direction alone: the kernel sends FIN, the peer reads 0, and we still read.
    stream.shutdown(Shutdown::Write)
}

fn listen(mut stream: &TcpStream) -> io::Result<()> {
    let mut buffer = [0; 4096];
    let mut screen = io::stdout();
    loop {
        let count = match stream.read(&mut buffer)? {
            0 => return Ok(()),
            count => count,
        };
        // 原样写字节：半个字先写出去，另一半来了，终端自己拼成一个字。
        // Bytes as they are: half a character goes out, and the terminal joins it with the rest.
        screen.write_all(&buffer[..count])?;
        // 标准输出攒够一行才写；没有 \n 的话，要 flush 才看得见。
        // Standard output waits for a line's end; with no \n, only flush makes it seen.
        screen.flush()?;
    }
}
