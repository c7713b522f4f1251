// caught by: at_once
// 所有字节都到齐了才打印：到齐的字也要陪着等。
// Nothing is printed until all bytes are whole characters: those that are whole wait too.
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
        if let Ok(text) = str::from_utf8(&held) {
            for character in text.chars() {
                println!("{character}");
            }
            held.clear();
        }
    }
}
