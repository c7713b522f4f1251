// caught by: split
// 每次 read 都解码：半个字变成 �。
// Each read is decoded by itself: half a character becomes �.
use std::env;
use std::io::{self, Read};
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
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
        for character in String::from_utf8_lossy(&buffer[..count]).chars() {
            println!("{character}");
        }
    }
}
