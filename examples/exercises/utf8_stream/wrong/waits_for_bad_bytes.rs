// caught by: bad_bytes
// 分不清"没完"和"永远成不了字"：遇到坏字节就一直等。
// It does not tell unfinished from invalid: a bad byte makes it wait for ever.
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
        let whole = match str::from_utf8(&held) {
            Ok(_) => held.len(),
            Err(error) => error.valid_up_to(),
        };
        let text: Vec<u8> = held.drain(..whole).collect();
        for character in String::from_utf8_lossy(&text).chars() {
            println!("{character}");
        }
    }
}
