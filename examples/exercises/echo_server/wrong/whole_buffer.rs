// caught by: plain
// 写回整个缓冲区，而不是读到的那一段。
// The whole buffer is written back, not the part that was read.
use std::env;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
        if let Err(error) = stream.and_then(echo) {
            eprintln!("{error}");
        }
    }
    Ok(())
}

fn echo(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 1024];
    loop {
        if stream.read(&mut buffer)? == 0 {
            return Ok(());
        }
        stream.write_all(&buffer)?;
    }
}
