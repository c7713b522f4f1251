//! 练习 utf8_stream 的一种解法。
//! A solution of the exercise utf8_stream.
use std::env;
use std::io::{self, Read};
use std::net::{TcpListener, TcpStream};
use std::str;

fn main() -> io::Result<()> {
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
    // 还没到齐的字：最多 3 个字节。每条连接有自己的一份。
    // The character that is not whole yet: at most 3 bytes. Each connection has its own.
    let mut held = Vec::new();
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            // 说完了还差几个字节，就再也到不齐了。
            // Bytes that are still missing at the end will never come.
            if !held.is_empty() {
                println!("\u{fffd}");
            }
            return Ok(());
        }
        held.extend_from_slice(&buffer[..count]);
        print_whole(&mut held);
    }
}

/// 打印到齐的字，留下没完的。
/// Prints the characters that are whole, and leaves the unfinished one.
fn print_whole(held: &mut Vec<u8>) {
    loop {
        let (valid, error) = match str::from_utf8(held) {
            Ok(_) => (held.len(), None),
            Err(error) => (error.valid_up_to(), Some(error)),
        };
        for character in String::from_utf8_lossy(&held[..valid]).chars() {
            println!("{character}");
        }
        held.drain(..valid);
        // error_len 是 None：到这里都对，只是没完，等下一次。
        // error_len is None: right so far, and not finished. Wait for the next read.
        let Some(bad) = error.and_then(|error| error.error_len()) else {
            return;
        };
        // 这几个字节成不了字，不管后面来什么。
        // These bytes cannot become a character, whatever comes next.
        println!("\u{fffd}");
        held.drain(..bad);
    }
}
