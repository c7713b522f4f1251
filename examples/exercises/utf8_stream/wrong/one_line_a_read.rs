// caught by: several
// 到了多少就打印成一行：一次 read 不是一个字。
// What came is printed as one line: one read is not one character.
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
            println!("{text}");
            held.clear();
        }
    }
}
