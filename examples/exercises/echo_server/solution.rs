//! 练习 echo_server 的一种解法。
//! A solution of the exercise echo_server.
use std::env;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
        // 一个客户端出错，不该让服务器结束。
        // An error with one client must not end the server.
        if let Err(error) = stream.and_then(echo) {
            eprintln!("{error}");
        }
    }
    Ok(())
}

fn echo(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 16 * 1024];
    loop {
        // read 给 1 到 16384 字节，多少由网络决定；0 只有一个意思：对方说完了。
        // read gives 1 to 16384 bytes, as the network has it; 0 means one thing: the peer is done.
        let count = match stream.read(&mut buffer)? {
            0 => return Ok(()),
            count => count,
        };
        // 只写回读到的那一段；write_all 写到一个不剩。不解码：回声不必懂文字。
        // Write only what was read; write_all leaves nothing. No decoding: an echo needs no text.
        stream.write_all(&buffer[..count])?;
    }
    // `stream` 到这里关闭，内核发出 FIN。
    // `stream` closes here, and the kernel sends FIN.
}
