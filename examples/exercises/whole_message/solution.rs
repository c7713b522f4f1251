//! 练习 whole_message 的一种解法。
//! A solution of the exercise whole_message.
use std::env;
use std::io::{self, Read};
use std::net::{TcpListener, TcpStream};

/// 一条消息最多这么长：对方不能让我们无限地存。
/// A message is no longer than this: a peer cannot make us keep without end.
const LIMIT: usize = 64 * 1024;

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
        // 一个客户端出错，不该让服务器结束。
        // An error with one client must not end the server.
        match stream.and_then(whole_message) {
            // 字节到齐了才解码：不会有半个字；坏字节显示成 �。
            // Decode when all bytes are here: no half characters; bad bytes show as �.
            Ok(message) => println!("{}", String::from_utf8_lossy(&message)),
            Err(error) => eprintln!("{error}"),
        }
    }
    Ok(())
}

fn whole_message(mut stream: TcpStream) -> io::Result<Vec<u8>> {
    let mut buffer = [0; 4096];
    let mut message = Vec::new();
    loop {
        // 对方停一下，read 就等着；返回 0 只有一个意思：对方说完了。
        // While the peer pauses, read waits; 0 means one thing: the peer is done.
        match stream.read(&mut buffer)? {
            0 => return Ok(message),
            count => message.extend_from_slice(&buffer[..count]),
        }
        if message.len() > LIMIT {
            // `stream` 在返回时关闭；还有没读的字节，内核发出的是 RST。
            // `stream` closes on return; with bytes unread, the kernel sends RST.
            return Err(io::Error::other("message longer than 64 KiB"));
        }
    }
}
