//! 练习 utf8_stream：每到齐一个字就打印一行，不管它的字节分几次到。
//! Exercise utf8_stream: print each character as soon as it is whole, in however many reads it came.
//!
//! 检查 check: cargo workbook exercise check utf8_stream
use std::env;
use std::io::{self, Read};
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    // 地址是最后一个参数：监听它，不要自己另选。
    // The address is the last argument: listen there, and nowhere else.
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
        // 一个客户端出错，不该让服务器结束。
        // An error with one client must not end the server.
        if let Err(error) = stream.and_then(print_characters) {
            eprintln!("{error}");
        }
    }
    Ok(())
}

fn print_characters(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        // 这里每次 read 都解码：半个字变成了 �。
        // This decodes each read by itself: half a character becomes �.
        // TODO: 只打印到齐的字，没完的字节留给下一次；说完时剩下的显示成一个 �。
        // TODO: print whole characters only, keep the rest for the next read; at the end it shows as one �.
        for character in String::from_utf8_lossy(&buffer[..count]).chars() {
            println!("{character}");
        }
    }
}
