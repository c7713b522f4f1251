// caught by: widths
// 以为不是 ASCII 的字都有三个字节。
// Every character outside ASCII is taken for three bytes.
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
    let mut held = Vec::new();
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        held.extend_from_slice(&buffer[..count]);
        while let Some(&first) = held.first() {
            let width = if first < 128 { 1 } else { 3 };
            if held.len() < width {
                break;
            }
            let character: Vec<u8> = held.drain(..width).collect();
            println!("{}", String::from_utf8_lossy(&character));
        }
    }
}
