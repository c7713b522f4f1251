//! 练习 whole_message：收下对方说的全部字节，直到说完，再打印成一行。
//! Exercise whole_message: take every byte until the peer is done, then print one line.
//!
//! 检查 check: cargo workbook exercise check whole_message
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
        match stream.and_then(whole_message) {
            // 坏字节显示成 �。
            // Bad bytes show as �.
            Ok(message) => println!("{}", String::from_utf8_lossy(&message)),
            Err(error) => eprintln!("{error}"),
        }
    }
    Ok(())
}

fn whole_message(mut stream: TcpStream) -> io::Result<Vec<u8>> {
    // 这里像许多教程一样只读一次：此刻到了多少，就只有多少。
    // This reads once, like many tutorials: what has arrived by now is all it gets.
    let mut buffer = [0; 1024];
    let count = stream.read(&mut buffer)?;
    // TODO: 一直读，接在后面，直到 read 返回 0；超过 64 KiB 就返回错误。
    // TODO: keep reading and append until read gives 0; beyond 64 KiB, return an error.
    Ok(buffer[..count].to_vec())
}
