// caught by: glue
// 回答第一行，把后面已经读到的扔了。
// The first line is answered, and what was read after it is thrown away.
use std::env;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

fn main() -> io::Result<()> {
    let address = env::args().next_back().unwrap_or_default();
    let listener = TcpListener::bind(&address)?;
    for stream in listener.incoming() {
        if let Err(error) = stream.and_then(serve) {
            eprintln!("{error}");
        }
    }
    Ok(())
}

fn serve(mut stream: TcpStream) -> io::Result<()> {
    let (mut buffer, mut held) = ([0; 1024], Vec::new());
    loop {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            return Ok(());
        }
        held.extend_from_slice(&buffer[..count]);
        if let Some(end) = held.iter().position(|&byte| byte == b'\n') {
            answer(&stream, &held[..end])?;
            held.clear();
        }
    }
}

fn answer(mut stream: &TcpStream, line: &[u8]) -> io::Result<()> {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end_matches(['\r', '\n']);
    stream.write_all(format!("{}\n", text.chars().count()).as_bytes())
}
