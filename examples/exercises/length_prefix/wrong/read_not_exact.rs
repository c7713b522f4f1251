// caught by: cut
// 长度是对的，可是正文只 read 一次：来多少算多少。
// The length is right, but the body is read once: whatever came is taken for all.
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
    loop {
        let mut length = [0; 4];
        stream.read_exact(&mut length)?;
        let mut body = vec![0; u32::from_be_bytes(length) as usize];
        let count = if body.is_empty() {
            0
        } else {
            stream.read(&mut body)?
        };
        body.truncate(count);
        answer(&stream, body)?;
    }
}

fn answer(mut stream: &TcpStream, body: Vec<u8>) -> io::Result<()> {
    let text = String::from_utf8(body).map_err(io::Error::other)?;
    let text: String = text.chars().rev().collect();
    let mut frame = (text.len() as u32).to_be_bytes().to_vec();
    frame.extend_from_slice(text.as_bytes());
    stream.write_all(&frame)
}
